"""Letting through what batches and limited tasks hold back, as soon as there is room.

A lane is the jobs of one task in one batch, or of a task with a limit. Its pending jobs are outside
the index that claims read, and are let into it one by one, in the order in which they would run:
when one of them ends, whatever way, in the transaction that ends it. So a claim asks for no limit,
and a hundred thousand jobs that may not run now cost it nothing.
"""

from typing import Any

from jobdash.database import Transaction, statements
from jobdash.job import Claim
from jobdash.ledger import rows, workflow

SQL, LIMITS, BATCHES = statements("lanes"), statements("limits"), statements("batches")

Where = dict[str, Any]

# A batch without a limit has a window of jobs that may run; with fewer than these it is filled up.
FEW = 500
# More than any number of workers can use; others follow as jobs end.
MANY = 1000


def after(
    tx: Transaction, queue: str, claim: Claim, now: int, *, failed: bool, linked: bool
) -> None:
    """Let through what the end of a run has made room for, and finish its batch if it was the last.

    A batch that was to stop after so many failures does so. Others that are `linked` to the job may
    have got their turn, in whatever lane.
    """
    if failed and claim.batch:
        stop_failing(tx, queue, claim.batch, now)
    if linked:
        keep(tx, queue, now)
    elif claim.in_lane:
        _pass_on(tx, _where(queue, claim.batch or "", claim.task, now))


def keep(tx: Transaction, queue: str, now: int) -> None:
    """Let through whatever there is room for, and finish the batches whose last job has ended."""
    _finish(tx, _where(queue, now=now))
    let_through(tx, queue)


def let_through(tx: Transaction, queue: str, most: int = MANY) -> int:
    """Let through whatever there is room for, but not too many at once. Return how many."""
    if not tx.one(SQL["is_anybody_held"], {"queue": queue}):
        return 0
    where = _where(queue)
    let = _let_through(tx, where, most)
    while let < most and tx.change(SQL["push_one_out"], where):
        let += _let_through(tx, where, 1)
    return let


def squeeze(tx: Transaction, queue: str, claim: Claim) -> None:
    """Hold back what a job that was taken out of turn leaves no room for."""
    if claim.in_lane:
        tx.run(SQL["pull_back"], {"batch": claim.batch})
        tx.run(LIMITS["pull_back"], {"queue": queue, "task": claim.task})
        let_through(tx, queue)


def start(tx: Transaction, queue: str, batch: str, most: int) -> None:
    """Let jobs of a batch through that has a rate: it is time for so many."""
    _let_through(tx, {**_where(queue, batch), "rated": batch}, most)


def stop_failing(tx: Transaction, queue: str, batch: str, now: int) -> None:
    """Cancel a batch, one of whose jobs has just failed, if it was to stop after so many."""
    for name, at_once, why in tx.run(SQL["stop_failing"], _where(queue, batch, now=now)):
        shut(tx, name, now, at_once=at_once)
        rows.log(tx, now, None, "batch stopped", f"{name}: {why}")


def shut(tx: Transaction, batch: str, now: int, *, at_once: bool) -> None:
    """Start no more of a batch that is paused or cancelled; `at_once` stops what runs."""
    tx.run(SQL["pull_back"], {"batch": batch})
    if at_once:
        tx.run(SQL["stop_running"], {"batch": batch, "now": now})


def _where(queue: str, batch: str | None = None, task: str = "", now: int = 0) -> Where:
    return {"queue": queue, "batch": batch, "task": task, "now": now, "rated": None}


def _pass_on(tx: Transaction, where: Where) -> None:
    standing = tx.run(SQL["standing"], where)
    ((active, holding, admitted, most, is_limited),) = standing
    if not active and where["batch"]:
        _finish(tx, where)
    if is_limited:
        # It may have made room in its batch for one job, and in its task's limit for another.
        _let_through(tx, where)
    elif holding and most is not None:
        tx.run(SQL["let_one_through"], where)
    elif holding and admitted < FEW:
        _fill_up(tx, where, holding)


def _finish(tx: Transaction, where: Where) -> None:
    """Finish the batches whose last job has ended; what waits for that has its turn."""
    for id_, _ in tx.run(SQL["finish_batches"], where):
        followers = tx.run(BATCHES["followers"], {"id": id_})
        for seq, eta in followers:
            workflow.begin(tx, seq, eta, where["now"])
        if followers:
            let_through(tx, where["queue"])


def _fill_up(tx: Transaction, where: Where, holding: int) -> None:
    """Let through so many that nobody has to do it soon again: a limit does not forbid it."""
    if holding == 1:
        tx.run(SQL["let_some_through"], {**where, "most": FEW})
    else:
        _let_through(tx, where, FEW)


def _let_through(tx: Transaction, where: Where, most: int = MANY) -> int:
    let = 0
    while let < most and tx.change(SQL["let_one_through"], where):
        let += 1
    return let
