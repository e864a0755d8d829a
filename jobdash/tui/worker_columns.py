"""Which columns the list of workers has, and what they say about one."""

from collections.abc import Sequence

from jobdash.job import State, Worker
from jobdash.text import format_count, format_duration
from jobdash.tui.present import Present, rough_age, short_task, words
from jobdash.tui.questions import Head
from jobdash.tui.spans import Span, Spans
from jobdash.tui.theme import BOLD, FAINT, GOOD, INK, LOOKS, SOFT, WARN
from jobdash.tui.widgets.columns import Column

_WIDE = 94


def worker_columns(width: int) -> Sequence[Column[Worker, Present]]:
    """Return the columns for `width` cells."""
    wide = width >= _WIDE
    return [
        Column("name", 16 if wide else 10, _name),
        Column("pid", 7, _pid, "right"),
        *([Column("kind", 6, _kind)] if wide else []),
        Column("state", 9, _state),
        Column("job", 8, _job, "right"),
        Column("task", 0, _task),
        Column("for", 7, _elapsed, "right"),
        Column("done", 8, _done, "right"),
        Column("failed", 6, _failed, "right"),
        Column("up", 4, _up, "right"),
    ]


def _name(worker: Worker, _: Present) -> Spans:
    indent = "" if worker.pool is None else "  "
    return ((indent + words(worker.name), BOLD if worker.kind == "pool" else INK),)


def _pid(worker: Worker, _: Present) -> Spans:
    return ((str(worker.pid), SOFT),)


def _kind(worker: Worker, _: Present) -> Spans:
    return ((worker.kind, FAINT),)


def _state(worker: Worker, _: Present) -> Spans:
    if not worker.alive:
        return (("! gone", WARN),)
    if worker.job is not None:
        look = LOOKS[State.RUNNING]
        return ((f"{look.glyph} busy", look.style),)
    return (("◌ serves" if worker.kind == "pool" else "◌ idle", FAINT),)


def _job(worker: Worker, _: Present) -> Spans:
    return (("-", FAINT) if worker.job is None else (f"#{worker.job}", SOFT),)


def _task(worker: Worker, _: Present) -> Spans:
    return (("" if worker.job_task is None else short_task(worker.job_task), INK),)


def _elapsed(worker: Worker, present: Present) -> Spans:
    if worker.job_started_at is None:
        return (("-", FAINT),)
    return ((format_duration((present.now - worker.job_started_at) / 1e6), INK),)


def _done(worker: Worker, _: Present) -> Spans:
    return ((format_count(worker.done), GOOD if worker.done else FAINT),)


def _failed(worker: Worker, _: Present) -> Spans:
    style = LOOKS[State.FAILED].style if worker.failed else FAINT
    return ((format_count(worker.failed), style),)


def _up(worker: Worker, present: Present) -> Spans:
    return ((rough_age(present.now, worker.started_at), FAINT),)


def worker_summary(head: Head) -> Spans:
    """Return how many there are, and what is paused, in one line."""
    pools = [worker for worker in head.workers if worker.kind == "pool"]
    runners = head.runners
    busy = sum(worker.job is not None for worker in runners)
    parts: list[Span] = [
        (f" {len(pools)} {'pool' if len(pools) == 1 else 'pools'}", SOFT),
        (f"   {len(runners)} {'worker' if len(runners) == 1 else 'workers'}", SOFT),
        (f"   {busy} busy", LOOKS[State.RUNNING].style if busy else FAINT),
    ]
    if head.pauses:
        names = sorted(words(task) or f"everything in {words(q)}" for q, task in head.pauses)
        parts.append((f"   paused: {', '.join(names)}", WARN))
    return tuple(parts)
