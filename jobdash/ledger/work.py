"""What tasks have done once and for all, and who is doing it now."""

from typing import Any, NamedTuple

from jobdash.database import Database, statements
from jobdash.errors import LostClaim
from jobdash.job import Claim

SQL = statements("work")


class Standing(NamedTuple):
    """Work that has been begun: by which run of which job, and what came of it.

    `result` is JSON, None if it could not be kept. `goes_on` is whether that run does.
    """

    seq: int
    number: int
    started_at: int
    done_at: int | None
    result: str | None
    goes_on: bool


class Work:
    """Records of work, each at a key of the queue, kept as long as the job that did it."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def begin(self, key: str, claim: Claim, now: int) -> Standing | None:
        """Let the run of this claim do the work, or return how it stands with somebody else's."""
        with self._database.transaction() as tx:
            found = tx.one(SQL["standing"], {"queue": self._queue, "key": key})
            if found is not None:
                standing = Standing(*found)
                if standing.done_at is not None or standing.goes_on:
                    return standing
            tx.run(SQL["begin"], {**self._place(key, claim), "now": now})
        return None

    def finish(self, key: str, claim: Claim, result: str | None, now: int) -> None:
        """Record that the work is done. Waits for the write lock as long as the process lives.

        Raises `LostClaim` if it is not this claim's any more.
        """
        row = {**self._place(key, claim), "result": result, "now": now}
        with self._database.transaction(durable=True, deadline=float("inf")) as tx:
            if not tx.change(SQL["finish"], row):
                raise LostClaim(f"job #{claim.seq} has lost its claim while it did {key!r}")

    def abandon(self, key: str, claim: Claim) -> None:
        """Forget that this claim does the work: it has failed."""
        with self._database.transaction() as tx:
            tx.run(SQL["abandon"], self._place(key, claim))

    def _place(self, key: str, claim: Claim) -> dict[str, Any]:
        return {"queue": self._queue, "key": key, "seq": claim.seq, "number": claim.number}
