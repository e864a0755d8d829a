"""Which columns the jobs list has on a terminal of some width, and what is sorted by them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jobdash.job import Job
from jobdash.report import Order
from jobdash.tui.looks.columns import Column, Plan
from jobdash.tui.looks.last_words import last_words
from jobdash.tui.looks.present import Present
from jobdash.tui.rows import job_cells as cells

_WIDE, _VERY_WIDE = 94, 150
DOWN, UP = "▼", "▲"
# The order that a title stands for, and the one it turns to when it is that already.
_ORDERS: Mapping[str, tuple[Order, Order]] = {
    "job": (Order.NEWEST, Order.OLDEST),
    "created": (Order.NEWEST, Order.OLDEST),
    "age": (Order.NEWEST, Order.OLDEST),
    "task": (Order.TASK, Order.NEWEST),
    "pri": (Order.PRIORITY, Order.NEWEST),
    "took": (Order.TOOK, Order.NEWEST),
    "try": (Order.TRIES, Order.NEWEST),
}
_MARKED = {
    Order.NEWEST: "job", Order.OLDEST: "job", Order.TASK: "task", Order.PRIORITY: "pri",
    Order.TOOK: "took", Order.TRIES: "try",
}  # fmt: skip
_RISING = frozenset({Order.OLDEST, Order.TASK})


def job_columns(width: int, seq_cells: int) -> Sequence[Column[Job, Present]]:
    """Return the columns for `width` cells; `seq_cells` is what the largest number needs."""
    wide = width >= _WIDE
    task = 30 if width >= _VERY_WIDE else 22 if wide else 16
    return [
        Column("state", 11, cells.state_cell),
        Column("job", max(4, seq_cells), cells.seq_cell, "right"),
        Column("task", task, cells.task_cell),
        *([Column("pri", 4, cells.priority_cell, "right")] if wide else []),
        *([Column("created", 8, cells.created_cell)] if wide else []),
        Column("age", 4, cells.age_cell, "right"),
        Column("took", 7, cells.took_cell, "right"),
        Column("try", 4, cells.try_cell, "right"),
        Column("error · progress · result", 0, last_words),
    ]


def marked(columns: Sequence[Column[Job, Present]], order: Order) -> Sequence[Column[Job, Present]]:
    """Return the columns with an arrow on the one that is sorted by."""
    title, arrow = _MARKED.get(order), UP if order in _RISING else DOWN
    return [replace(c, title=f"{title}{arrow}") if c.title == title else c for c in columns]


def title_at(plan: Plan[Job, Present], x: int) -> str:
    """Return the title that stands at a cell, '' if none does."""
    for column, width in zip(plan.columns, plan.widths, strict=True):
        if x <= width:
            return column.title.rstrip(DOWN + UP)
        x -= width + 1
    return ""


def order_of(title: str, current: Order) -> Order | None:
    """Return the order that a click on a title asks for, None if nothing is sorted by it."""
    first, second = _ORDERS.get(title, (None, None))
    return second if first is current else first
