"""Which columns the list of batches has, and what they say about one."""

from collections.abc import Callable, Sequence

from jobdash.batch import Batch
from jobdash.job import State
from jobdash.render import count_shares, rate_text
from jobdash.text import compact_count, format_count
from jobdash.tui.asking.batches import BatchesPage
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.present import Present, rough_age, short_task, words
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import ALARM, FAINT, GOOD, INK, LOOKS, SOFT, WARN

_ROOMY, _WIDE, _VERY_WIDE = 70, 104, 150
_FAILED, _RUNNING = LOOKS[State.FAILED], LOOKS[State.RUNNING]
# A part of a bar has a sign of its own besides its colour.
_PARTS = (("█", GOOD), ("x", ALARM), ("▒", _RUNNING.style), ("░", FAINT))
_SIGNS = {
    "finished": (LOOKS[State.SUCCEEDED].glyph, GOOD),
    "failed": (_FAILED.glyph, _FAILED.style),
    "running": (_RUNNING.glyph, _RUNNING.style),
    "waiting": (LOOKS[State.PENDING].glyph, INK),
    "filling": ("◌", WARN),
    "paused": ("◌", WARN),
    "stopping": ("-", WARN),
}


def batch_columns(width: int) -> Sequence[Column[Batch, Present]]:
    """Return the columns for `width` cells."""
    roomy, wide, very = width >= _ROOMY, width >= _WIDE, width >= _VERY_WIDE
    bar = 40 if very else 24 if wide else 12
    return [
        Column("batch", 0, _name),
        *([Column("task", 30, _task)] if very else []),
        Column("state", 10, _state),
        Column("done, failed x, running" if wide else "so far", bar, _bar_of(bar)),
        Column("ended", 11, _ended, "right"),
        Column("failed", 6, _failed, "right"),
        *([Column("running", 7, _running, "right")] if wide else []),
        *([Column("rate", 8, _rate, "right")] if wide else []),
        *([Column("left", 9, _left, "right")] if roomy else []),
        *([Column("age", 4, _age, "right")] if wide else []),
    ]


def batches_summary(page: BatchesPage) -> Spans:
    """Return how many there are, and how they do."""
    states = [batch.state for batch in page.batches]
    count = "1 batch" if page.total == 1 else f"{format_count(page.total)} batches"
    shown = len(page.batches)
    newest = f", the newest {format_count(shown)} shown" if 0 < shown < page.total else ""
    parts: list[Span] = [(f" {count}{newest}", INK)]
    for state, (_, style) in _SIGNS.items():
        if state in states and state != "finished":
            parts.append((f"   {states.count(state)} {state}", style))
    return tuple(parts)


def _name(batch: Batch, _: Present) -> Spans:
    return ((words(batch.name), INK),)


def _task(batch: Batch, _: Present) -> Spans:
    return ((short_task(batch.task) if batch.task else "several tasks", SOFT),)


def _state(batch: Batch, _: Present) -> Spans:
    glyph, style = _SIGNS[batch.state]
    return ((f"{glyph} {batch.state}", style),)


def _bar_of(cells: int) -> Callable[[Batch, Present], Spans]:
    def bar(batch: Batch, _: Present) -> Spans:
        shares = count_shares(batch.counts, cells)
        return tuple(
            (sign * share, style)
            for (sign, style), share in zip(_PARTS, shares, strict=True)
            if share
        )

    return bar


def _ended(batch: Batch, _: Present) -> Spans:
    counts = batch.counts
    return (
        (compact_count(counts.ended), INK),
        ("/", FAINT),
        (compact_count(counts.total), SOFT),
    )


def _failed(batch: Batch, _: Present) -> Spans:
    count = batch.counts.failed
    return ((compact_count(count), _FAILED.style if count else FAINT),)


def _running(batch: Batch, _: Present) -> Spans:
    count = batch.counts.running
    return ((compact_count(count), _RUNNING.style if count else FAINT),)


def _rate(batch: Batch, _: Present) -> Spans:
    return ((rate_text(batch.pace), INK) if batch.pace else ("-", FAINT),)


def _left(batch: Batch, _: Present) -> Spans:
    return ((batch.left.brief(), INK) if batch.left else ("-", FAINT),)


def _age(batch: Batch, present: Present) -> Spans:
    return ((rough_age(present.now, batch.created_at), SOFT),)
