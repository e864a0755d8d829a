"""Place 1: the jobs."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import Job, State
from jobdash.report import JobFilter
from jobdash.text import format_count
from jobdash.tui import keys
from jobdash.tui.feed import Feed
from jobdash.tui.filter_words import FilterWords
from jobdash.tui.keys import Key, bindings
from jobdash.tui.offers import suits_any
from jobdash.tui.places.place import Place
from jobdash.tui.questions import SEARCH_LIMIT, WindowQuestion
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.spans import Span
from jobdash.tui.theme import ACCENT, FAINT, GOOD, SOFT, WARN
from jobdash.tui.topics import HEAD, WINDOW
from jobdash.tui.widgets.chips import Chips
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.filter_line import FilterLine
from jobdash.tui.widgets.heading import Heading
from jobdash.tui.widgets.job_table import JobTable
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.preview import Preview


class JobsPlace(Place):
    """Counts per state, a filter, the list, and the job under the cursor."""

    KEYS = keys.JOBS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings((*keys.JOBS, *keys.STATES)))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        super().__init__(feed, queue, "jobs")
        self.state: State | None = None
        self.words = FilterWords()
        self._table = JobTable(JobFilter(queue=queue or ""), id="job-table")

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield Chips()
        yield FilterLine()
        yield Heading(self._table)
        yield self._table
        yield Empty("no-jobs")
        yield Preview("preview")

    # -- coming and going ------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for the list."""
        self.feed.ask(WINDOW, self._table.question)

    def arrive(self) -> None:
        """Take the focus."""
        self._table.focus()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(WINDOW)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show counts and jobs."""
        super().take(snapshot, now)
        head = snapshot.value(HEAD)
        if head is not None:
            self.query_one(Chips).take(head.counts, self.state)
        found = snapshot.answer(WINDOW)
        if found is not None and isinstance(found[0], WindowQuestion):
            self._table.take(found[0], found[1], self.present)
            self._show_empty()

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self._table.tick(self.present)
        self._show_current()

    # -- showing ---------------------------------------------------------------------------------

    @on(LineList.Moved)
    def _show_moved(self) -> None:
        self._show_current()
        self._show_status()
        self.post_message(self.HintsChanged())

    def _show_current(self) -> None:
        self.query_one(Preview).take(self._table.current, self.present)

    def _show_status(self) -> None:
        self.query_one(Heading).redraw()
        self.query_one(FilterLine).status(self._status())

    def _status(self) -> Sequence[Span]:
        table = self._table
        parts: list[Span] = []
        if table.marked:
            parts.append((f"{len(table.marked)} marked   ", WARN))
        if table.filter != JobFilter(queue=self.queue or ""):
            more = "+" if table.filter.text and table.length >= SEARCH_LIMIT else ""
            parts.append((f"{format_count(table.length)}{more} match   ", SOFT))
        if not table.loaded:
            parts.append(("searching… ", ACCENT))
        elif table.follow:
            parts.append(("following ", GOOD))
        else:
            newer = f"↑ {format_count(table.newer)} newer " if table.newer else "newest first "
            parts.append((newer, ACCENT if table.newer else FAINT))
        return parts

    def _show_empty(self) -> None:
        table = self._table
        nothing = table.loaded and table.length == 0
        self.query_one(Empty).show_if(nothing, self._why_empty())
        table.set_class(nothing, "-empty")

    def _why_empty(self) -> tuple[str, ...]:
        if self._table.filter == JobFilter(queue=self.queue or ""):
            return (
                "No jobs yet",
                "From code: call one of the app's tasks.",
                "From here: n picks a task and asks for its arguments.",
                "To look around: jobdash demo",
            )
        return ("No job matches this filter.", "Esc clears the filter.")

    # -- filter ----------------------------------------------------------------------------------

    @on(JobTable.Wanted)
    def _read(self, event: JobTable.Wanted) -> None:
        self.feed.ask(WINDOW, event.question, at_once=event.at_once)

    @on(Chips.Chosen)
    def _chip_chosen(self, event: Chips.Chosen) -> None:
        self.show_state(event.state)

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        if event.words != self.words:
            self.words = event.words
            self._refilter()

    @on(FilterLine.Done)
    def _filter_done(self) -> None:
        self._table.focus()

    def show_state(self, state: State | None) -> None:
        """Show the jobs in one state, or in all."""
        self.state = state
        head = self.feed.latest.value(HEAD)
        if head is not None:
            self.query_one(Chips).take(head.counts, state)
        self._refilter()

    def show_only(self, state: State | None, typed: str) -> None:
        """Show the jobs in a state that match a filter."""
        self.state = state
        self.query_one(FilterLine).set_filter(typed)
        self.show_state(state)

    def _refilter(self) -> None:
        self._table.show_filter(self.words.job_filter(self.state, self.queue))
        self._show_status()
        self.post_message(self.HintsChanged())

    def action_state(self, name: str) -> None:
        """Show one state, or all for ''."""
        self.show_state(State(name) if name else None)

    def action_chip(self, step: int) -> None:
        """Go to the next chip."""
        self.show_state(self.query_one(Chips).next_to(self.state, step))

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).edit()

    def action_follow(self) -> None:
        """Follow the newest, or stop."""
        self._table.action_follow()

    # -- acting ----------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the job."""
        job = self._table.current
        if job is not None:
            self._table.hold()
            self.post_message(self.OpenJob(job.seq))

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_act(self, operation: str) -> None:
        """Act on the marked jobs, or on the one under the cursor."""
        # From here on the cursor must not slip to another job under the user's hand.
        self._table.hold()
        self._show_status()
        if self._table.chosen:
            self.post_message(self.Act(operation, self._table.chosen))

    def action_mark(self) -> None:
        """Mark."""
        self._table.action_mark()

    def action_unmark(self) -> None:
        """Take all marks away."""
        self._table.unmark()
        self._show_moved()

    def action_copy(self) -> None:
        """Copy the id."""
        job = self._table.current
        if job is not None:
            self.post_message(self.Copy(job.id, f"the id of #{job.seq}"))

    def close_one(self) -> bool:
        """Close the marks or the filter."""
        if self._table.marked:
            self.action_unmark()
            return True
        if self.state is not None or self.query_one(FilterLine).typed:
            self.show_only(None, "")
            return True
        return False

    def acted(self) -> None:
        """An operation has been carried out: the marks have done their work."""
        self.action_unmark()

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key.action.startswith("act"):
            operation = key.action.split("'")[1]
            return suits_any(operation, self._chosen_jobs())
        offer = _OFFERS.get(key.action)
        return offer is None or offer(self._table)

    def _chosen_jobs(self) -> Sequence[Job]:
        table = self._table
        if table.marked:
            return [job for job in table.window.jobs if job.seq in table.marked]
        return [table.current] if table.current else []

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the job under the cursor."""
        job = self._table.current
        return ("", "") if job is None else (job.queue, job.task)


_OFFERS = {
    "open": lambda table: table.current is not None,
    "mark": lambda table: table.current is not None,
    "copy": lambda table: table.current is not None,
    "unmark": lambda table: bool(table.marked),
    "follow": lambda table: not table.follow,
}
