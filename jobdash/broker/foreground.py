"""Running a recorded job once more here, in front of a person who wants to see it fail.

It runs as in a worker, with the app's hooks and its own id, but without time limits, and it is not
tried again. What comes of it is written down only where that is wanted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from jobdash.broker.recorded import recorded_task
from jobdash.broker.times import now
from jobdash.errors import Refused
from jobdash.job import Claim, Event
from jobdash.ledger import Settlement

Look = Callable[[BaseException], None]

_ENDS = frozenset({Event.SUCCEED, Event.FAIL, Event.CONFIRM_CANCEL})


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to. `seq` is the job it ran as; `error` is what the body raised."""

    seq: int
    value: Any
    error: BaseException | None
    reason: str | None


def run_again(huey: Any, seq: int, look: Look) -> Run:
    """Run a job as it is, in a file that is a copy: nothing of it is settled.

    `look` is called with what the body raises, where it was raised. Raises `Refused`.
    """
    task = recorded_task(huey, seq)
    claim = _take(huey, seq)
    task.id = claim.id
    run, _ = _run(huey, task, claim, look)
    return run


def run_recorded(huey: Any, seq: int, look: Look) -> Run:
    """Run a replay of an ended job here, and write down how it ended.

    `look` is as for `run_again`. Raises `Refused`.
    """
    task = recorded_task(huey, seq)
    # Whoever kills us has seen it fail: no worker needs to try it again.
    described = replace(huey.messages.describe(task), retries=0, max_rescues=1)
    worker, ledger = huey.storage.guest.worker, huey.ledger
    with ledger.decisions.transaction(now()) as tx:
        ledger.decisions.replay_as(seq, described, now(), tx)
        claim = ledger.attempts.take(task.id, worker, now(), within=tx)
    run, verdict = _run(huey, task, claim, look)
    verdict.settlement = _ending(verdict.settlement)
    verdict.signals = [] if run.error else verdict.signals
    huey._settle(claim, task, verdict, lambda: False)
    return run


def _take(huey: Any, seq: int) -> Claim:
    ledger, worker = huey.ledger, huey.storage.guest.worker
    claim = ledger.queued.job(seq)
    taken: Claim | None = ledger.attempts.take(claim.id, worker, now())
    if taken is None:  # it is running, and in a copy nobody minds
        ledger.attempts.release(claim._replace(number=claim.number - 1), now())
        taken = ledger.attempts.take(claim.id, worker, now())
    if taken is None:
        raise Refused(f"job #{seq} cannot be run")
    return taken


def _run(huey: Any, task: Any, claim: Claim, look: Look) -> tuple[Run, Any]:
    task.timeout, task.retries = None, 0
    raised: list[BaseException] = []

    def note(error: BaseException) -> None:
        raised.append(error)
        look(error)

    with _noting(huey, note):
        verdict = huey._attempt(task, claim, None, check_revoked=False, is_due=True)
    error = raised[0] if raised else None
    reason = None if error else verdict.settlement.reason
    return Run(claim.seq, verdict.value, error, reason), verdict


@contextmanager
def _noting(huey: Any, note: Look) -> Iterator[None]:
    before, huey.body_failed = huey.body_failed, note
    try:
        yield
    finally:
        huey.body_failed = before


def _ending(settlement: Settlement) -> Settlement:
    """Return it as one that ends the job: what wants another try has its last one behind it."""
    if settlement.event in _ENDS:
        return settlement
    if settlement.event is Event.RELEASE:
        reason = "interrupted while it was debugged"
        return replace(
            settlement, event=Event.CONFIRM_CANCEL, outcome="cancelled", reason=reason, eta=None
        )
    reason = "wanted another try, which a debugged run does not get"
    return replace(
        settlement, event=Event.FAIL, outcome="failed", is_failure=True, reason=reason, eta=None
    )
