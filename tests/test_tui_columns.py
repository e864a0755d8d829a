"""Columns and long lines on screens of every width. Pure: costs nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text

from jobdash.tui.looks.columns import Column, plan
from jobdash.tui.looks.word_wrap import line_starts
from jobdash.tui.places import overview_boxes
from jobdash.tui.rows.dead import dead_columns
from jobdash.tui.rows.due import due_columns
from jobdash.tui.rows.events import event_columns
from jobdash.tui.rows.jobs import job_columns
from jobdash.tui.rows.tasks import task_columns
from jobdash.tui.rows.workers import worker_columns
from jobdash.tui.surroundings import LEAST_WIDTH
from jobdash.tui.widgets.line_list import GUTTER

TABLES: dict[str, Callable[[int], Sequence[Column[Any, Any]]]] = {
    "jobs": partial(job_columns, seq_cells=8),
    "dead": dead_columns,
    "due": due_columns,
    "events": event_columns,
    "tasks": task_columns,
    "workers": worker_columns,
    "failures": overview_boxes.failure_columns,
}


@pytest.mark.parametrize("name", TABLES)
def test_no_number_is_cut_at_the_edge(name: str) -> None:
    for width in range(LEAST_WIDTH - GUTTER - 1, 251):
        made = plan(TABLES[name](width), width)
        assert sum(cells + 1 for cells in made.widths) <= width
        assert all(
            cells >= column.width for column, cells in zip(made.columns, made.widths, strict=True)
        )


def test_a_narrow_screen_keeps_what_workers_take() -> None:
    shown = [column.title for column in plan(worker_columns(56), 56).columns]
    assert {"name", "job", "for", "memory"} <= set(shown)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("two words", ["two words"]),
        ("words of any length", ["words of ", "any length"]),
        ("just ten c and on", ["just ten c ", "and on"]),
        ("x" * 25, ["x" * 10, "x" * 10, "x" * 5]),
        ("a " + "x" * 12, ["a xxxxxxxx", "xxxx"]),
        ("日本語日本語", ["日本語日本", "語"]),
    ],
)
def test_long_lines_are_broken_between_words(text: str, pieces: list[str]) -> None:
    starts = line_starts(Text(text), 10)
    wide = [*starts, cell_len(text)]
    found = [text] if len(starts) == 1 else [
        _cells(text, start, end) for start, end in pairwise(wide)
    ]  # fmt: skip
    assert found == pieces


def _cells(text: str, start: int, end: int) -> str:
    ends = list(accumulate(map(cell_len, text)))
    return "".join(char for char, at in zip(text, ends, strict=True) if start < at <= end)


def test_what_goes_on_below_leaves_room_for_its_indent() -> None:
    assert line_starts(Text("a12345 789 bcd fgh jkl"), 12, 4) == [0, 11, 19]
    assert line_starts(Text("日本語日本語日本語"), 10, 4) == [0, 10, 16]
