"""How far a running job has come, as its task tells it."""

from typing import NamedTuple

from jobdash.database import Database, Transaction, statements
from jobdash.job import Amount, Claim

SQL = statements("progress")


class Standing(NamedTuple):
    """Units that are done, of how many, in what words; None is not known.

    `rate` is units per second as they come lately, `mean` on the whole.
    """

    done: Amount | None
    total: Amount | None
    note: str | None
    rate: float | None = None
    mean: float | None = None


class Progress:
    """Notes how far jobs have come. What a run has lost its claim for is not noted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, claim: Claim, standing: Standing, now: int, patience: float) -> None:
        """Write it down; wait so many seconds for the write lock, else raise `DatabaseBusy`."""
        with self._database.transaction(deadline=patience) as tx:
            note_progress(tx, claim, standing, now)


def note_progress(tx: Transaction, claim: Claim, standing: Standing, now: int) -> None:
    """Write it down in a caller's transaction."""
    values = {"seq": claim.seq, "number": claim.number, "now": now}
    tx.run(SQL["note_progress"], {**values, **standing._asdict()})
