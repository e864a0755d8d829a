"""The ledger of one queue: its parts, bound to one database."""

from collections.abc import Callable

from jobdash.database import Database
from jobdash.ledger.attempts import Attempts
from jobdash.ledger.crew import Crew
from jobdash.ledger.decisions import Decisions
from jobdash.ledger.intake import Intake
from jobdash.ledger.keys import Keys
from jobdash.ledger.locks import Locks
from jobdash.ledger.plain_huey import PlainHuey
from jobdash.ledger.queued import Queued
from jobdash.ledger.samples import Samples
from jobdash.ledger.work import Work


class Ledger:
    """All writes to one queue of one file. Safe to share between threads and over a fork.

    `ring` is called after a commit that made a job pending, to wake an idle worker.
    """

    def __init__(
        self, database: Database, queue: str, ring: Callable[[], None] = lambda: None
    ) -> None:
        self.database = database
        self.queue = queue
        self.intake = Intake(database, queue, ring)
        self.attempts = Attempts(database, queue, ring)
        self.decisions = Decisions(database, queue, ring)
        self.crew = Crew(database, queue)
        self.keys = Keys(database, queue)
        self.queued = Queued(database, queue)
        self.samples = Samples(database, queue)
        self.locks = Locks(database, queue)
        self.work = Work(database, queue)
        self.plain_huey = PlainHuey(database, queue, ring)
