"""The ledger of one queue: its parts, bound to one database."""

from collections.abc import Callable

from jobdash.database import Database
from jobdash.ledger.alerts import Alerts
from jobdash.ledger.attempts import Attempts
from jobdash.ledger.batch_decisions import BatchDecisions
from jobdash.ledger.batch_duties import BatchDuties
from jobdash.ledger.batches import Batches
from jobdash.ledger.chaos import Chaos
from jobdash.ledger.crew import Crew
from jobdash.ledger.decisions import Decisions
from jobdash.ledger.followers import Followers
from jobdash.ledger.intake import Intake
from jobdash.ledger.keys import Keys
from jobdash.ledger.limits import Limits
from jobdash.ledger.locks import Locks
from jobdash.ledger.measures import Measures
from jobdash.ledger.plain_huey import PlainHuey
from jobdash.ledger.progress import Progress
from jobdash.ledger.queued import Queued
from jobdash.ledger.resuming import Resuming
from jobdash.ledger.samples import Samples
from jobdash.ledger.wishes import Wishes
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
        self.batches = Batches(database, queue, ring)
        self.batch_decisions = BatchDecisions(database, queue, ring)
        self.followers = Followers(database, queue, ring)
        self.resuming = Resuming(database, queue, ring)
        self.batch_duties = BatchDuties(database, queue, ring)
        self.limits = Limits(database, queue, ring)
        self.decisions = Decisions(database, queue, ring)
        self.crew = Crew(database, queue)
        self.chaos = Chaos(database, queue)
        self.wishes = Wishes(database, queue)
        self.keys = Keys(database, queue)
        self.queued = Queued(database, queue)
        self.samples = Samples(database, queue)
        self.alerts = Alerts(database, queue)
        self.measures = Measures(database, queue)
        self.locks = Locks(database, queue)
        self.work = Work(database, queue)
        self.progress = Progress(database)
        self.plain_huey = PlainHuey(database, queue, ring)
