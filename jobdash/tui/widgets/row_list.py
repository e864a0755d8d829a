"""A list of rows that are all in memory; the cursor and the marks stay with a row's key."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from jobdash.tui.spans import Spans
from jobdash.tui.widgets.columns import Column, Plan, plan
from jobdash.tui.widgets.line_list import LineList

T = TypeVar("T")
C = TypeVar("C")


class RowList(LineList, Generic[T, C]):
    """Shows rows of type T in columns; `key_of` tells which row is the same one later."""

    def __init__(
        self, columns: Callable[[int], Sequence[Column[T, C]]],
        key_of: Callable[[T], Hashable], context: C, id: str,
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self.rows: tuple[T, ...] = ()
        self.context = context
        self.marked: set[Hashable] = set()
        self._columns = columns
        self._key_of = key_of
        self._plan: Plan[T, C] | None = None
        self._planned_width = -1

    @property
    def current(self) -> T | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def chosen(self) -> tuple[T, ...]:
        """The marked rows, or else the one under the cursor."""
        marked = tuple(row for row in self.rows if self._key_of(row) in self.marked)
        return marked or self.rows[self.cursor : self.cursor + 1]

    def take(self, rows: Sequence[T], context: C) -> None:
        """Show these rows from now on; the cursor stays on the same one."""
        held = None if self.current is None else self._key_of(self.current)
        self.rows, self.context = tuple(rows), context
        keys = [self._key_of(row) for row in self.rows]
        self.marked &= set(keys)
        self.cursor = keys.index(held) if held in keys else self._clamped()
        self.place(len(self.rows), self.top)
        self.show_cursor()
        self.cursor_moved(by_hand=False)

    def action_mark(self) -> None:
        """Mark the row or take its mark away, and go to the next."""
        if self.current is not None:
            self.marked ^= {self._key_of(self.current)}
            self.action_move(1)

    def unmark(self) -> None:
        """Take all marks away."""
        self.marked.clear()
        self.redraw()

    def is_marked(self, index: int) -> bool:
        """Whether the row wears a mark."""
        return self._key_of(self.rows[index]) in self.marked

    def row_spans(self, index: int, width: int) -> Spans:
        """Return the row in its columns."""
        return self.plan_for(width).cells(self.rows[index], self.context)

    def titles(self, width: int) -> Spans:
        """Return the titles of the columns."""
        return self.plan_for(width).heading()

    def plan_for(self, width: int) -> Plan[T, C]:
        """Return the columns for a width."""
        if self._plan is None or width != self._planned_width:
            self._plan, self._planned_width = plan(self._columns(width), width), width
        return self._plan

    def _clamped(self) -> int:
        return max(0, min(self.cursor, len(self.rows) - 1))
