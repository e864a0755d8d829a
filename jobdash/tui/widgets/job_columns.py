"""Which columns the jobs list has on a terminal of some width."""

from collections.abc import Sequence

from jobdash.job import Job
from jobdash.tui import job_cells as cells
from jobdash.tui.last_words import last_words
from jobdash.tui.present import Present
from jobdash.tui.widgets.columns import Column

_WIDE, _VERY_WIDE = 94, 150


def job_columns(width: int, seq_cells: int) -> Sequence[Column[Job, Present]]:
    """Return the columns for `width` cells; `seq_cells` is what the largest number needs."""
    wide = width >= _WIDE
    task = 30 if width >= _VERY_WIDE else 22 if wide else 16
    return [
        Column("state", 11, cells.state_cell),
        Column("job", max(4, seq_cells), cells.seq_cell, "right"),
        Column("task", task, cells.task_cell),
        *([Column("pri", 3, cells.priority_cell, "right")] if wide else []),
        *([Column("created", 8, cells.created_cell)] if wide else []),
        Column("age", 4, cells.age_cell, "right"),
        Column("took", 7, cells.took_cell, "right"),
        Column("try", 4, cells.try_cell, "right"),
        Column("error · progress · result", 0, last_words),
    ]
