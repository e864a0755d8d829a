"""Columns: how the rows of a list become lines of one width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from jobdash.tui.looks.spans import Align, Span, Spans, fitted
from jobdash.tui.looks.theme import FAINT

T = TypeVar("T")
C = TypeVar("C")

# A column that takes what is left is of no use in fewer cells.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Column(Generic[T, C]):
    """One column of rows of type T, drawn in a context C. `width` 0 takes what is left."""

    title: str
    width: int
    cell: Callable[[T, C], Sequence[Span]]
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Plan(Generic[T, C]):
    """Columns with the widths they have on a line of a given width."""

    columns: tuple[Column[T, C], ...]
    widths: tuple[int, ...]

    def cells(self, row: T, context: C) -> Spans:
        """Return the row as spans of exactly the planned width."""
        parts: list[Span] = []
        for column, width in zip(self.columns, self.widths, strict=True):
            parts += fitted(column.cell(row, context), width, column.align, gap=1)
        return tuple(parts)

    def heading(self) -> Spans:
        """Return the titles in the same widths."""
        parts: list[Span] = []
        for column, width in zip(self.columns, self.widths, strict=True):
            parts += fitted([(column.title, FAINT)], width, column.align, gap=1)
        return tuple(parts)


def plan(columns: Sequence[Column[T, C]], width: int) -> Plan[T, C]:
    """Give the columns their widths; each is followed by one empty cell.

    Where they have no room side by side the last ones of fixed width are left out: a number that is
    cut at the edge of the screen is another number.
    """
    columns = _fitting(columns, width)
    fixed = sum(column.width + 1 for column in columns)
    flexible = [column for column in columns if column.width == 0]
    share, rest = divmod(max(0, width - fixed), max(1, len(flexible)))
    widths = [column.width or share for column in columns]
    for index, column in enumerate(columns):
        if column.width == 0:
            widths[index] += rest
            break
    return Plan(tuple(columns), tuple(widths))


def _fitting(columns: Sequence[Column[T, C]], width: int) -> Sequence[Column[T, C]]:
    kept = list(columns)
    while sum((column.width or _LEAST) + 1 for column in kept) > width:
        last = next((at for at in reversed(range(len(kept))) if kept[at].width), 0)
        if not last:
            break
        del kept[last]
    return kept
