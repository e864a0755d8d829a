"""The list of the schedule: a window onto any number of rows, read by the feed as one scrolls."""

from collections.abc import Hashable
from dataclasses import dataclass

from textual.message import Message

from jobdash.job import Job
from jobdash.tui.asking.due import Due, DueQuestion, DueWindow, Kind, key_of
from jobdash.tui.looks.columns import Plan, plan
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT
from jobdash.tui.rows.due import due_columns
from jobdash.tui.widgets.line_list import LineList

_LEAST_WINDOW = 96
_NOTHING = DueWindow((), 0, 0, 0, 0, 0)


class DueTable(LineList):
    """Shows what is due, soonest first. The cursor stays with its row while others go."""

    @dataclass
    class Wanted(Message):
        """Another stretch of the list is needed."""

        question: DueQuestion

    def __init__(self, queue: str | None, id: str) -> None:
        super().__init__(id=id)
        self.kind = Kind.ALL
        self.window = _NOTHING
        self.present = Present()
        self.loaded = False
        self._queue = queue
        self._held: Hashable | None = None
        self._is_new = True
        self._asked = DueQuestion(Kind.ALL, queue, 0, _LEAST_WINDOW)
        self._plan: Plan[Due, Present] | None = None
        self._planned_width = -1

    @property
    def question(self) -> DueQuestion:
        """The stretch that is wanted now."""
        return self._asked

    @property
    def current(self) -> Due | None:
        """The row under the cursor, None while it is being read."""
        return self.window.at(self.cursor)

    @property
    def chosen(self) -> tuple[int, ...]:
        """The numbers of the marked jobs, or else of the one under the cursor."""
        if self.marked:
            return tuple(key for key in self.marked if isinstance(key, int))
        return (self.current.seq,) if isinstance(self.current, Job) else ()

    def show_kind(self, kind: Kind) -> None:
        """Show another kind, from the soonest on. Until it is read the old one stays."""
        self.kind, self._is_new, self._held = kind, True, None
        self.aim.forget()
        self.unmark()
        self._ask(0)

    def take(self, question: DueQuestion, window: DueWindow, present: Present) -> None:
        """Show what the feed has read, if it still is what is wanted."""
        self.present = present
        if question.kind != self.kind or (window is self.window and self.loaded):
            return
        old, self.window = self.cursor, window
        self.loaded = True
        self.cursor, top = (0, 0) if self._is_new else self._kept(window)
        self._is_new = False
        self.cursor = max(0, min(self.cursor, window.total - 1))
        self.place(window.total, top)
        if self.cursor != old:
            self.show_cursor()
        self._remember()
        self._read_ahead()
        self.redraw()
        self.cursor_moved(by_hand=False)

    def tick(self, present: Present) -> None:
        """Let the countdowns go on."""
        self.present = present
        self.redraw()

    def _kept(self, window: DueWindow) -> tuple[int, int]:
        """Return cursor and top so that the row under the cursor stays where one sees it."""
        index = window.index_of(self._held)
        if index is None and self._held is not None and self._asked.anchor == self._held:
            index = window.anchor
        if index is None:
            return self.cursor, self.top
        return index, self.top + index - self.cursor

    def _remember(self) -> None:
        if self.current is not None:
            self._held = key_of(self.current)

    def cursor_moved(self, by_hand: bool) -> None:
        """Remember the row, and read ahead."""
        if by_hand:
            # A row that is being read has no key yet: until then its place is what counts.
            self._held = self.row_key(self.cursor)
            self._read_ahead()
        super().cursor_moved(by_hand)

    def viewport_moved(self) -> None:
        """Read what has come into view."""
        super().viewport_moved()
        self._read_ahead()

    def _read_ahead(self) -> None:
        first, end = self.top, min(self.top + self.page, self.length)
        is_here = self.window.at(first) is not None and self.window.at(end - 1) is not None
        is_other_anchor = isinstance(self._held, int) and self._held != self._asked.anchor
        if self.length and (not is_here or is_other_anchor):
            self._ask(first - self._count() // 3)

    def _ask(self, first: int) -> None:
        anchor = self._held if isinstance(self._held, int) else None
        question = DueQuestion(self.kind, self._queue, max(0, first), self._count(), anchor)
        if question != self._asked:
            self._asked = question
            self.post_message(self.Wanted(question))

    def _count(self) -> int:
        return max(_LEAST_WINDOW, self.page * 3)

    def action_mark(self) -> None:
        """Mark a job; periodic tasks are not marked, for nothing is done to many of them."""
        if isinstance(self.current, Job):
            super().action_mark()

    def row_key(self, index: int) -> Hashable | None:
        """Return what makes the row the same one later."""
        row = self.window.at(index)
        return None if row is None else key_of(row)

    def index_of(self, key: Hashable) -> int | None:
        """Return where the row is, None if it is not in the stretch that has been read."""
        return self.window.index_of(key)

    def row_spans(self, index: int, width: int) -> Spans:
        """Return the row in its columns, dots while it is being read."""
        row = self.window.at(index)
        if row is None:
            return (("·".ljust(width), FAINT),)
        return self._plan_for(width).cells(row, self.present)

    def titles(self, width: int) -> Spans:
        """Return the titles of the columns."""
        return self._plan_for(width).heading()

    def _plan_for(self, width: int) -> Plan[Due, Present]:
        if self._plan is None or width != self._planned_width:
            self._plan, self._planned_width = plan(due_columns(width), width), width
        return self._plan
