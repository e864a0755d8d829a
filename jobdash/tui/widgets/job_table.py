"""The jobs list: a window onto any number of jobs, read by the feed as one scrolls.

The cursor is a job, not a place: it stays with its job while others arrive above. Only in follow
mode does it stay on the newest.
"""

from dataclasses import dataclass

from textual.message import Message

from jobdash.job import Job
from jobdash.report import JobFilter
from jobdash.tui.present import Present
from jobdash.tui.questions import Anchor, Window, WindowQuestion
from jobdash.tui.spans import Spans
from jobdash.tui.theme import FAINT
from jobdash.tui.widgets.columns import Plan, plan
from jobdash.tui.widgets.job_columns import job_columns
from jobdash.tui.widgets.line_list import LineList

_LEAST_WINDOW = 96


class JobTable(LineList):
    """Shows the jobs of a filter, newest first."""

    @dataclass
    class Wanted(Message):
        """A stretch of the list is needed; `at_once` if it is missing on the screen."""

        question: WindowQuestion
        at_once: bool

    def __init__(self, wanted: JobFilter, id: str | None = None) -> None:
        super().__init__(id=id)
        self.filter = wanted
        self.window = Window(0, 0, ())
        self.follow = True
        self.newer = 0
        self.present = Present()
        self.loaded = False
        self.cursor_seq: int | None = None
        self._asked = WindowQuestion(wanted, 0, _LEAST_WINDOW)
        self._applied_shift = 0
        self._widest_seq = 9_999
        self._plan: Plan[Job, Present] | None = None
        self._planned_for = (-1, -1)

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
        """Show other jobs, from the newest on. Until they are read the old ones stay."""
        self.filter = wanted
        self.loaded = False
        self.newer = 0
        self.follow = True
        self.cursor = 0
        self.cursor_seq = None
        self._ask(0, at_once=True)

    def take(self, question: WindowQuestion, window: Window, present: Present) -> None:
        """Show what the feed has read, if it still belongs to the filter."""
        self.present = present
        if question.filter != self.filter or (window is self.window and self.loaded):
            return
        if not self._fits(question, window):
            self._read_ahead(at_once=True)
            return
        moved = self._moved(window)
        self.window = window
        self.loaded = True
        self.newer = 0 if self.follow else self.newer + max(0, moved)
        self._hold(moved)
        self.redraw()
        self.cursor_moved(by_hand=False)

    def tick(self, present: Present) -> None:
        """Let ages and running times go on."""
        self.present = present
        self.redraw()

    # -- keeping the place -----------------------------------------------------------------------

    def _fits(self, question: WindowQuestion, window: Window) -> bool:
        """Whether it can be told from the window how far the list has slid."""
        # Not "is": the feed does not publish twice what the same question, asked again, has got.
        return self.follow or question == self._asked or self._index_in(window) is not None

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
            self.cursor, top = self.cursor + moved, self.top + moved
        self.cursor = max(0, min(self.cursor, self.window.total - 1))
        self.place(self.window.total, top)
        self._remember()

    def _remember(self) -> None:
        current = self.current
        self.cursor_seq = None if current is None else current.seq

    def cursor_moved(self, by_hand: bool) -> None:
        """Leave follow mode when a person moves, and read ahead."""
        if by_hand:
            self.hold()
            self._remember()
            self._read_ahead()
        super().cursor_moved(by_hand)

    def viewport_moved(self) -> None:
        """Read what has come into view."""
        if self.top > 0:
            self.hold()
        super().viewport_moved()
        self._read_ahead()

    def hold(self) -> None:
        """Stop following: from now on the cursor is this job."""
        self.follow = False

    def action_follow(self) -> None:
        """Follow the newest, or stop."""
        if self.follow:
            self.hold()
            self.cursor_moved(by_hand=True)
            return
        self.follow, self.newer, self.cursor = True, 0, 0
        self.scroll_to(y=0, animate=False)
        self._ask(0, at_once=True)

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
        question = WindowQuestion(self.filter, max(0, first), self._count(), anchor)
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
        wanted = (width, self._seq_cells())
        if self._plan is None or wanted != self._planned_for:
            self._plan, self._planned_for = plan(job_columns(*wanted), width), wanted
        return self._plan

    def _seq_cells(self) -> int:
        # Never narrower again: columns must not jump while one scrolls to older jobs.
        newest = self.window.jobs[0].seq if self.window.jobs else 0
        self._widest_seq = max(self._widest_seq, newest)
        return len(str(self._widest_seq)) + 1
