"""A list of rows that are all in memory; the cursor and the marks stay with a row's key."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from jobdash.tui.looks.columns import Column, Plan, plan
from jobdash.tui.looks.spans import Spans
from jobdash.tui.widgets.line_list import LineList

T = TypeVar("T")
C = TypeVar("C")


class RowList(LineList, Generic[T, C]):
    """Shows rows of type T in columns; `key_of` tells which row is the same one later.

    The cursor is on the row that a person has chosen as long as it is there, and again when it has
    come back; meanwhile it stays at its place.
    """

    def __init__(
        self,
        columns: Callable[[int], Sequence[Column[T, C]]],
        key_of: Callable[[T], Hashable],
        context: C,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self.rows: tuple[T, ...] = ()
        self._moment = context
        self._columns = columns
        self._key_of = key_of
        self._plan: Plan[T, C] | None = None
        self._planned_width = -1
        # Where a person has put the cursor: a row that leaves may come back.
        self._meant: Hashable | None = None

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
        held = self.row_key(self.cursor)
        self.rows, self._moment = tuple(rows), context
        keys = [self._key_of(row) for row in self.rows]
        self.marked = {key: None for key in self.marked if key in keys}
        here = self._meant if self._meant in keys else held
        self.cursor = keys.index(here) if here in keys else self._clamped()
        self.place(len(self.rows), self.top)
        self.show_cursor()
        self.cursor_moved(by_hand=False)

    def cursor_moved(self, by_hand: bool) -> None:
        """Remember the row that a person has chosen."""
        if by_hand:
            self._meant = self.row_key(self.cursor)
        super().cursor_moved(by_hand)

    def tick(self, context: C) -> None:
        """Draw what the passing of time has changed."""
        self._moment = context
        self.redraw()

    def row_key(self, index: int) -> Hashable | None:
        """Return the row's key."""
        return self._key_of(self.rows[index]) if index < len(self.rows) else None

    def row_spans(self, index: int, width: int) -> Spans:
        """Return the row in its columns."""
        return self._plan_for(width).cells(self.rows[index], self._moment)

    def titles(self, width: int) -> Spans:
        """Return the titles of the columns."""
        return self._plan_for(width).heading()

    def _plan_for(self, width: int) -> Plan[T, C]:
        if self._plan is None or width != self._planned_width:
            self._plan, self._planned_width = plan(self._columns(width), width), width
        return self._plan

    def _clamped(self) -> int:
        return max(0, min(self.cursor, len(self.rows) - 1))
