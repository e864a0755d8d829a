"""Why a job may have ended as it did, and why a worker may have died."""

from jobdash.job import State
from soak.evidence import Evidence, Row, Worker
from soak.weather import Trouble

MAX_RESCUES = 3
_BROKEN = ("failing", "broken_step", "broken_part")


def is_explained(evidence: Evidence, row: Row) -> bool:
    """Return whether this job had a reason to end so."""
    if row.state is State.SUCCEEDED:
        return row.task not in _BROKEN
    if row.state is State.FAILED:
        return _has_failed(evidence, row)
    return row.state is State.CANCELLED and _is_cancelled(evidence, row)


def _has_failed(evidence: Evidence, row: Row) -> bool:
    """Whether its last run failed, or was the third one, or a multiple of it, that crashed."""
    last = evidence.attempts[row.id][-1].outcome
    if last == "lost":
        return row.rescues % MAX_RESCUES == 0
    return last == "failed" and row.task in (*_BROKEN, "flaky")


def _is_cancelled(evidence: Evidence, row: Row) -> bool:
    if row.cancelled_because is not None:
        cause = evidence.by_seq[row.cancelled_because]
        return cause.state is not State.SUCCEEDED
    return row.seq in evidence.targets(Trouble.CANCEL)


def was_killed(evidence: Evidence, worker: Worker) -> bool:
    """Return whether it, its forker or its pool was killed, or its death is only believed."""
    pool = evidence.workers.get(worker.pool or 0)
    kills = [deed for deed in evidence.aftermath.deeds if deed.trouble.is_kill]
    killed = {deed.target for deed in kills}
    # With its forker each worker of a pool dies.
    killed |= {deed.pool for deed in kills if deed.trouble is Trouble.KILL_FORKER}
    return (
        worker.name == Trouble.LATECOMER.whom
        or worker.pid in killed
        or (pool is not None and pool.pid in killed)
    )
