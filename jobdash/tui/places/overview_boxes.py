"""Which columns the boxes of the overview have: failures, workers, what is due next."""

from collections.abc import Sequence

from jobdash.job import Job, State, Worker
from jobdash.report.task_stats import TaskStats
from jobdash.text import compact_count, format_age, format_duration
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.last_words import due_in
from jobdash.tui.looks.present import Present, rough_age, short_task, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT, WARN

_ROOMY, _NARROW = 50, 26


def failure_columns(width: int) -> Sequence[Column[Job, Present]]:
    """Return the columns for `width` cells."""
    roomy = width >= _ROOMY
    return [
        *([Column("", 8, _number)] if roomy else []),
        Column("", 18 if roomy else 12, _task),
        Column("", 0, _error),
        Column("", 4, _ended, "right"),
    ]


def worker_columns(width: int) -> Sequence[Column[Worker, Present]]:
    """Return the columns for `width` cells."""
    return [
        Column("", 10 if width >= _ROOMY else 6, _name),
        Column("", 6, _state) if width >= _NARROW else Column("", 1, _sign),
        Column("", 0, _work),
        Column("", 7, _elapsed, "right"),
    ]


def due_columns(width: int) -> Sequence[Column[Job, Present]]:
    """Return the columns for `width` cells."""
    roomy = width >= _ROOMY
    return [
        *([Column("", 8, _number)] if roomy else []),
        Column("", 11 if roomy else 2, _due_state if roomy else _due_sign),
        Column("", 0, _task),
        Column("", 10, _due, "right"),
    ]


def task_columns(width: int) -> Sequence[Column[TaskStats, Present]]:
    """Return the columns for `width` cells."""
    return [
        Column("", 0, _task_name),
        Column("", 7, _task_ready, "right"),
        Column("", 7, _task_failed, "right"),
    ]


def _task_name(task: TaskStats, _: Present) -> Spans:
    return ((short_task(task.task), INK),)


def _task_ready(task: TaskStats, _: Present) -> Spans:
    look, ready = LOOKS[State.PENDING], task.count(State.PENDING)
    return ((f"{look.glyph} {compact_count(ready)}" if ready else "", SOFT),)


def _task_failed(task: TaskStats, _: Present) -> Spans:
    look, failed = LOOKS[State.FAILED], task.count(State.FAILED)
    return ((f"{look.glyph} {compact_count(failed)}" if failed else "", look.style),)


def _number(job: Job, _: Present) -> Spans:
    return ((f"#{job.seq}", SOFT),)


def _task(job: Job, _: Present) -> Spans:
    return ((short_task(job.task), INK),)


def _error(job: Job, _: Present) -> Spans:
    said = words(job.error_message or "") or words(job.reason or "")
    kind = words(job.error_type or "")
    return ((kind, LOOKS[State.FAILED].style), (f" {said}" if kind else said, SOFT))


def _ended(job: Job, present: Present) -> Spans:
    then = present.now if job.finished_at is None else job.finished_at
    return ((rough_age(present.now, then), FAINT),)


def _name(worker: Worker, _: Present) -> Spans:
    return ((words(worker.name), INK),)


def _state(worker: Worker, _: Present) -> Spans:
    if not worker.alive:
        return (("! gone", WARN),)
    look = LOOKS[State.RUNNING]
    return ((f"{look.glyph} busy", look.style) if worker.job is not None else ("◌ idle", FAINT),)


def _sign(worker: Worker, _: Present) -> Spans:
    look = LOOKS[State.RUNNING]
    return ((look.glyph, look.style) if worker.job is not None else ("◌", FAINT),)


def _work(worker: Worker, _: Present) -> Spans:
    if worker.job is None:
        return ((f"{worker.done:,} done", FAINT),)
    return ((short_task(worker.job_task or ""), INK), (f" #{worker.job}", FAINT))


def _elapsed(worker: Worker, present: Present) -> Spans:
    if worker.job_started_at is None:
        return (("", FAINT),)
    return ((format_duration((present.now - worker.job_started_at) / 1e6), INK),)


def _due_state(job: Job, _: Present) -> Spans:
    look = LOOKS[job.state]
    return ((f"{look.glyph} {job.state}", look.style),)


def _due_sign(job: Job, _: Present) -> Spans:
    look = LOOKS[job.state]
    return ((look.glyph, look.style),)


def _due(job: Job, present: Present) -> Spans:
    if job.eta is not None and job.eta < present.now:
        return ((f"due {format_age(present.now, job.eta)}", WARN),)
    return ((due_in(job, present.now), LOOKS[job.state].style),)
