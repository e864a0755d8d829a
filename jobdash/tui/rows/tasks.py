"""Which columns the list of tasks has, what they say, and the orders it can be in."""

from collections.abc import Callable, Sequence
from typing import Any

from jobdash.job import State
from jobdash.report.task_orders import TASK_ORDERS
from jobdash.text import compact_count, format_duration, format_memory
from jobdash.tui.asking.tasks import TREND_BINS, TaskRow
from jobdash.tui.looks.chart_lines import sparkline
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.present import Present, rough_age, short_task, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ACCENT, ALARM, BOLD, FAINT, INK, LOOKS, SOFT, WARN

_ROOMY, _WIDE, _VERY_WIDE = 70, 104, 150
_DEAD = (State.FAILED, State.DISCARDED)
_LATER = (State.SCHEDULED, State.RETRYING, State.WAITING)


def in_order(rows: Sequence[TaskRow], order: str) -> tuple[TaskRow, ...]:
    """Return the rows, which come by name, in this order."""
    return tuple(sorted(rows, key=lambda row: TASK_ORDERS[order](row.stats)))


def task_columns(width: int) -> Sequence[Column[TaskRow, Present]]:
    """Return the columns for `width` cells."""
    roomy, wide, very = width >= _ROOMY, width >= _WIDE, width >= _VERY_WIDE
    cells = TREND_BINS if wide else 8
    return [
        Column("task", 24 if very else 0, _name),
        *([Column("later", 6, _later, "right")] if wide else []),
        Column("pending", 7, _pending, "right"),
        Column("run", 4, _running, "right"),
        *([Column("done in", 9, _done, "right")] if very else []),
        Column("ok", 6, _succeeded, "right"),
        Column("failed", 6, _failed, "right"),
        Column("ok %", 5, _success, "right"),
        *([Column("run p50", 7, _run_p50, "right")] if wide else []),
        *([Column("run p95", 7, _run_p95, "right")] if roomy else []),
        *([Column("wait p50", 8, _wait_p50, "right")] if wide else []),
        *([Column("wait p95", 8, _wait_p95, "right")] if wide else []),
        *([Column("cpu p95", 7, _cpu, "right")] if very else []),
        *([Column("mem p95", 7, _memory, "right")] if very else []),
        *([Column("trend 1h", cells, _trend_of(cells))] if roomy else []),
        Column("last", 4, _last, "right"),
        *([Column("last error", 0, _error)] if very else []),
    ]


def _name(row: TaskRow, _: Present) -> Spans:
    paused = (("paused ", WARN),) if row.paused else ()
    armed = ((f"{row.armed.fault} x{row.armed.left} ", ALARM),) if row.armed else ()
    return (*paused, *armed, (short_task(row.name), INK if row.known is not None else SOFT))


def _number(count: int, style: Any = INK) -> Spans:
    return ((compact_count(count), style if count else FAINT),)


def _later(row: TaskRow, _: Present) -> Spans:
    return _number(row.stats.count(*_LATER), SOFT)


def _pending(row: TaskRow, _: Present) -> Spans:
    return _number(row.stats.count(State.PENDING), BOLD)


def _done(row: TaskRow, _: Present) -> Spans:
    return (("-", FAINT) if row.done is None else (row.done.brief(), INK),)


def _running(row: TaskRow, _: Present) -> Spans:
    return _number(row.stats.count(State.RUNNING), LOOKS[State.RUNNING].style)


def _succeeded(row: TaskRow, _: Present) -> Spans:
    return _number(row.stats.count(State.SUCCEEDED), LOOKS[State.SUCCEEDED].style)


def _failed(row: TaskRow, _: Present) -> Spans:
    return _number(row.stats.count(State.FAILED), LOOKS[State.FAILED].style)


def _success(row: TaskRow, _: Present) -> Spans:
    share = row.stats.success
    return (("-", FAINT) if share is None else (percent(share), SOFT if share == 1 else INK),)


def percent(share: float) -> str:
    """Write a share as `98.5`; only all is 100, and only none is 0."""
    shown = min(max(share * 100, 0.1), 99.9) if 0 < share < 1 else share * 100
    return f"{shown:.1f}" if 0 < share < 1 else f"{shown:.0f}"


def _run_p50(row: TaskRow, _: Present) -> Spans:
    made = row.stats.figures
    return _seconds(None if made is None else made.took.p50)


def _run_p95(row: TaskRow, _: Present) -> Spans:
    made = row.stats.figures
    return _seconds(None if made is None else made.took.p95)


def _cpu(row: TaskRow, _: Present) -> Spans:
    made = row.stats.figures
    return _seconds(None if made is None or made.cpu is None else made.cpu.p95)


def _memory(row: TaskRow, _: Present) -> Spans:
    made = row.stats.figures
    if made is None or made.memory is None:
        return (("-", FAINT),)
    return ((format_memory(round(made.memory.p95)), INK),)


def _wait_p50(row: TaskRow, _: Present) -> Spans:
    made = row.stats.figures
    return _seconds(None if made is None or made.waited is None else made.waited.p50)


def _wait_p95(row: TaskRow, _: Present) -> Spans:
    made = row.stats.figures
    return _seconds(None if made is None or made.waited is None else made.waited.p95)


def _seconds(value: float | None) -> Spans:
    return (("-", FAINT) if value is None else (format_duration(value), INK),)


def _trend_of(cells: int) -> Callable[[TaskRow, Present], Spans]:
    def trend(row: TaskRow, _: Present) -> Spans:
        return ((sparkline(row.stats.trend, cells), ACCENT),)

    return trend


def _last(row: TaskRow, present: Present) -> Spans:
    made = row.stats.figures
    return (("-", FAINT) if made is None else (rough_age(present.now, made.last_at), SOFT),)


def _error(row: TaskRow, _: Present) -> Spans:
    job = row.last_failed
    if job is None:
        return (("", FAINT),)
    kind = words(job.error_type or "")
    said = words(job.error_message or "") or words(job.reason or "")
    return ((kind, LOOKS[State.FAILED].style), (f" {said}" if kind else said, SOFT))
