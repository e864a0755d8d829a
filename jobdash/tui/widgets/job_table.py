"""The jobs list: a window onto any number of jobs, read by the feed as one scrolls.

The cursor is a job, not a place: in every order it stays with its job while others arrive above,
and comes back to the one that was chosen last when that leaves the list and returns.
Only in follow mode, where the newest come first, does it stay on the newest.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from textual.message import Message

from jobdash.job import Job
from jobdash.report import JobFilter, Order
from jobdash.tui.asking.questions import Anchor, Window, WindowQuestion
from jobdash.tui.asking.sorted_jobs import SortedJobs
from jobdash.tui.looks.columns import Plan, plan
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT
from jobdash.tui.rows.jobs import job_columns, marked, order_of, title_at
from jobdash.tui.widgets.line_list import GUTTER, LineList

_LEAST_WINDOW = 96


class JobTable(LineList):
    """Shows the jobs of a filter, newest first or in another order."""

    @dataclass
    class Wanted(Message):
        """A stretch of the list is needed; `at_once` if it is missing on the screen."""

        question: WindowQuestion
        at_once: bool

    def __init__(self, wanted: JobFilter, id: str | None = None) -> None:
        super().__init__(id=id)
        self.filter = wanted
        self.order = Order.NEWEST
        self.window = Window(0, 0, ())
        self.follow = True
        self.newer = 0
        self.present = Present()
        self.loaded = False
        self.cursor_seq: int | None = None
        self._chosen_seq: int | None = None
        self._asked = WindowQuestion(wanted, 0, _LEAST_WINDOW)
        self._applied_shift = 0
        self._widest_seq = 9_999
        self._plan: Plan[Job, Present] | None = None
        self._planned_for: tuple[int, int, Order] | None = None
        self._sorted = SortedJobs()

    # -- what it shows ---------------------------------------------------------------------------

    @property
    def current(self) -> Job | None:
        """The job under the cursor, None while it is being read."""
        return self.window.job_at(self.cursor)

    @property
    def question(self) -> WindowQuestion:
        """The stretch of the list that is wanted now."""
        return self._asked

    def show_filter(self, wanted: JobFilter) -> None:
        """Show other jobs, from the first on. Until they are read the old ones stay."""
        self.filter = wanted
        self._begin()

    def show_order(self, order: Order) -> None:
        """Show the same jobs in another order, from the first on."""
        self.order = order
        self._begin()

    def _begin(self) -> None:
        self.loaded = False
        self.newer = 0
        self.follow = self.order is Order.NEWEST
        self.cursor_seq = self._chosen_seq = None
        self.aim.forget()
        self._ask(0, at_once=True)

    def take(self, question: WindowQuestion, window: Window, present: Present) -> None:
        """Show what the feed has read, if it still belongs to the filter."""
        self._see(present)
        is_ours = (question.filter, question.order) == (self.filter, self.order)
        if not is_ours or (window is self.window and self.loaded):
            return
        if not self._fits(question, window):
            self._read_ahead(at_once=True)
            return
        self._begin_at_the_top(window)
        moved = self._moved(window)
        self.window = window
        self._see(present)
        # Never narrower again: columns must not jump while one scrolls to older jobs.
        self._widest_seq = max(self._widest_seq, *(job.seq for job in window.jobs), 0)
        self.loaded = True
        counts = not self.follow and self.order is Order.NEWEST
        self.newer = self.newer + max(0, moved) if counts else 0
        self._hold(moved)
        self._see_newer()
        self.redraw()
        self.cursor_moved(by_hand=False)

    def tick(self, present: Present) -> None:
        """Let ages and running times go on."""
        self._see(present)
        self.redraw()

    def _see(self, present: Present) -> None:
        self.present = replace(present, replayed=self.window.replayed)

    # -- keeping the place -----------------------------------------------------------------------

    def _fits(self, question: WindowQuestion, window: Window) -> bool:
        """Whether it can be told from the window how far the list has slid."""
        if self.follow or self._index_in(window) is not None:
            return True
        # What was asked before the job under the cursor was read does not tell where it went.
        tells = question.anchor is not None or self.cursor_seq is None
        # Not "is": the feed does not publish twice what the same question, asked again, has got.
        return tells and question == self._asked

    def _begin_at_the_top(self, window: Window) -> None:
        """Leave the line where the cursor was in another list, unless its job is in this too."""
        if not self.loaded and self._index_in(window) is None:
            self.cursor, self._applied_shift = 0, window.shift

    def _moved(self, window: Window) -> int:
        """Return how far the list has slid since what is on the screen now."""
        index = self._index_in(window)
        return window.shift - self._applied_shift if index is None else index - self.cursor

    def _index_in(self, window: Window) -> int | None:
        return None if self.cursor_seq is None else window.index_of(self.cursor_seq)

    def _hold(self, moved: int) -> None:
        self._applied_shift += moved
        if self.follow:
            self.cursor, top = 0, 0
        else:
            chosen = None if self._chosen_seq is None else self.window.index_of(self._chosen_seq)
            top = self.top + moved
            self.cursor = self.cursor + moved if chosen is None else chosen
        self.cursor = max(0, min(self.cursor, self.window.total - 1))
        self.place(self.window.total, max(self.cursor - self.page + 1, min(top, self.cursor)))
        self._remember()

    def _see_newer(self) -> None:
        """Count no job as newer that one can see, or has seen."""
        self.newer = min(self.newer, self.top)

    def _remember(self) -> None:
        current = self.current
        self.cursor_seq = None if current is None else current.seq

    def cursor_moved(self, by_hand: bool) -> None:
        """Leave follow mode when a person moves, and read ahead."""
        if by_hand:
            self.hold()
            self._remember()
            self._chosen_seq = self.cursor_seq
            self._read_ahead()
        super().cursor_moved(by_hand)

    def viewport_moved(self) -> None:
        """Read what has come into view."""
        if self.top > 0 and self.loaded:
            self.hold()
        self._see_newer()
        super().viewport_moved()
        self._read_ahead()

    def take_aim(self) -> bool:
        """Put the cursor on the job that was meant; not sure while another list is being read."""
        return super().take_aim() and self.loaded

    def hold(self) -> None:
        """Stop following: from now on the cursor is this job."""
        self.follow = False

    def action_follow(self) -> None:
        """Follow the newest, or stop."""
        if self.follow:
            self.hold()
            self.cursor_moved(by_hand=True)
            return
        if self.order is not Order.NEWEST:
            self.show_order(Order.NEWEST)
            return
        self.follow, self.newer, self.cursor, self._chosen_seq = True, 0, 0, None
        self.scroll_to(y=0, animate=False)
        self._ask(0, at_once=True)
        # The answer may be no news.
        self._remember()
        self.redraw()
        self.cursor_moved(by_hand=False)

    # -- reading ---------------------------------------------------------------------------------

    def _read_ahead(self, *, at_once: bool = False) -> None:
        first, end = self.top, min(self.top + self.page, self.length)
        margin = self.page // 2
        has_above = self.window.first <= max(0, first - margin)
        has_below = self.window.first + len(self.window.jobs) >= min(self.length, end + margin)
        self._ask(first - self._count() // 3, at_once=at_once or not (has_above and has_below))

    def _ask(self, first: int, *, at_once: bool) -> None:
        anchor = None
        if not self.follow and self.cursor_seq is not None:
            anchor = Anchor(self.cursor_seq, self.cursor)
        question = WindowQuestion(
            self.filter, max(0, first), self._count(), anchor, self.order, self._sorted
        )
        if question != self._asked or at_once:
            self._asked, self._applied_shift = question, 0
            self.post_message(self.Wanted(question, at_once))

    def _count(self) -> int:
        return max(_LEAST_WINDOW, self.page * 3)

    # -- marks -----------------------------------------------------------------------------------

    @property
    def chosen(self) -> tuple[int, ...]:
        """The numbers of the marked jobs, or else of the one under the cursor."""
        if self.marked:
            return tuple(key for key in self.marked if isinstance(key, int))
        return () if self.current is None else (self.current.seq,)

    def row_key(self, index: int) -> int | None:
        """Return the job's number."""
        job = self.window.job_at(index)
        return None if job is None else job.seq

    # -- drawing ---------------------------------------------------------------------------------

    def index_of(self, key: Hashable) -> int | None:
        """Return where the job is, None if it is not in the stretch that has been read."""
        return self.window.index_of(key) if isinstance(key, int) else None

    def row_spans(self, index: int, width: int) -> Spans:
        """Return the job in its columns, dots while it is being read."""
        job = self.window.job_at(index)
        if job is None:
            return (("·".ljust(width), FAINT),)
        return self._plan_for(width).cells(job, self.present)

    def titles(self, width: int) -> Spans:
        """Return the titles of the columns."""
        return self._plan_for(width).heading()

    def _plan_for(self, width: int) -> Plan[Job, Present]:
        """Return the columns for a width."""
        wanted = (width, self._seq_cells(), self.order)
        if self._plan is None or wanted != self._planned_for:
            columns = marked(job_columns(width, wanted[1]), self.order)
            self._plan, self._planned_for = plan(columns, width), wanted
        return self._plan

    def order_at(self, x: int) -> Order | None:
        """Return the order that a click on a title at this cell asks for."""
        columns = self._plan_for(max(0, self.size.width - GUTTER))
        return order_of(title_at(columns, x), self.order)

    def _seq_cells(self) -> int:
        return len(str(self._widest_seq)) + 1
