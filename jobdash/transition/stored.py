"""The lines that the ledger has stored: what no row tells by itself."""

from jobdash.job import State
from jobdash.transition.records import NOTHING_BEFORE, By, Line, Past, Step, Transition

# Before all of these come the steps that rows tell of.
_FIRST = 1 << 41
DONE_BY_POOL = frozenset({"rescued", "returned", "lost"})
# About no job.
_FOUND_BY_POOL = frozenset({"alert", "alert over", "breaker"})
_DONE_BY_APP = frozenset({"enqueued again", "duplicate id", "batch created", "batch given up"})
# Why the app has a job cancelled.
CANCELLED_BY_APP = "cancelled by the app"
_CANCELLED_BY_APP = frozenset({CANCELLED_BY_APP, "flushed"})
_AFTER = {
    "retried by hand": State.PENDING,
    "enqueued again": State.PENDING,
    "discarded": State.DISCARDED,
    "cancelled": State.CANCELLED,
}


def stored(line: Line, past: Past | None) -> Transition:
    """Return the transition that a stored line tells."""
    kind, by = line.kind, _teller(line)
    before = line.detail.removeprefix("was ") if line.detail.startswith("was ") else ""
    if kind == "discarded":
        before = State.FAILED
    return Transition(
        Step(line.at, line.seq or 0, _FIRST + line.id),
        line.seq,
        past.queue if past else "",
        past.task if past else "",
        kind,
        before,
        _AFTER.get(kind, ""),
        by,
        "",
        "" if before and kind != "discarded" else line.detail,
    )


def _teller(line: Line) -> By:
    if line.kind in DONE_BY_POOL | _FOUND_BY_POOL:
        return By.POOL
    if line.kind in ("chaos", "batch stopped"):
        return By.WORKER
    if line.kind == "batch begun" or NOTHING_BEFORE in line.detail:
        return By.SCHEDULER
    is_by_app = line.kind in _DONE_BY_APP or line.detail in _CANCELLED_BY_APP
    return By.APP if is_by_app else By.PERSON
