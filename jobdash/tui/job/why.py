"""Why a job does not run, as lines of the job view: each cause with the key that helps."""

from collections.abc import Mapping, Sequence

from jobdash.report import Cause, Reason
from jobdash.tui.job.facts import labelled
from jobdash.tui.looks.present import Present, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ACCENT, FAINT, INK
from jobdash.tui.place_table import PLACES

_WORKERS = next(place.digit for place in PLACES if place.name == "workers")
_SHOWN = "w shows it"

_STEPS: Mapping[Cause, str] = {
    Cause.PAUSED: "P resumes it",
    Cause.TASK_PAUSED: "P resumes it",
    Cause.REVOKED: "restore it in the app",
    Cause.TASK_REVOKED: "restore it in the app",
    Cause.NOT_REGISTERED: "start the pool of its app",
    Cause.NO_POOL: f"{_WORKERS} then + starts one",
    Cause.ONLY_GUESTS: f"{_WORKERS} then + starts one",
    Cause.DRAINING: f"{_WORKERS} then w lets them go on",
    Cause.ETA: "r runs it now",
    Cause.RETRY_DELAY: "r runs it now",
    Cause.RATE_LIMIT: "r tries it now",
    Cause.LOCKED: "1 then / and its number finds it",
    Cause.TASK_LIMIT: "its concurrency is set in the app",
    Cause.AHEAD: "E makes it more urgent",
    Cause.STALLED: "S shows where it is",
    Cause.WORKER_LOST: f"{_WORKERS} then + starts one",
    Cause.NO_WORKER: f"{_WORKERS} then + starts a worker",
    Cause.BUSY: f"{_WORKERS} then + starts a worker",
    Cause.PREDECESSOR: _SHOWN,
    Cause.CHORD: _SHOWN,
    Cause.ENDED: _SHOWN,
}


_OF_RUNNING = (Cause.RUNNING, Cause.STALLED)


def why_lines(reasons: Sequence[Reason], present: Present, most: int) -> list[Spans]:
    """Return at most so many lines; the last one tells how many reasons are left out."""
    lines = [_line(reason, present.now) for reason in reasons]
    if len(lines) > most:
        left = len(lines) - most + 1
        lines = [*lines[: most - 1], (("", INK), (f"and {left} more: jobdash why", FAINT))]
    runs = bool(reasons) and reasons[0].cause in _OF_RUNNING
    titled = [labelled("now" if runs else "why not", *line) for line in lines[:1]]
    return [*titled, *(labelled("", *line) for line in lines[1:])]


def _line(reason: Reason, now: int) -> Spans:
    step = _STEPS.get(reason.cause, "")
    return ((words(reason.text(now)), INK), (f"   {step}" if step else "", ACCENT))
