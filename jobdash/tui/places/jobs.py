"""Place 1: the jobs."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from jobdash.job import Job, State
from jobdash.operations import OPERATIONS
from jobdash.report import JobFilter
from jobdash.tui import keys
from jobdash.tui.feed import Feed
from jobdash.tui.filter_words import FilterWords
from jobdash.tui.keys import Key, bindings
from jobdash.tui.list_status import list_status, why_empty
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.questions import WindowQuestion
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.topics import HEAD, WINDOW
from jobdash.tui.widgets.chips import Chips
from jobdash.tui.widgets.filter_line import FilterLine
from jobdash.tui.widgets.job_table import JobTable
from jobdash.tui.widgets.preview import Preview


class JobsPlace(ListPlace):
    """Counts per state, a filter, the list, and the job under the cursor."""

    KEYS = keys.JOBS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings((*keys.JOBS, *keys.STATES)))

    class MarkAll(Message):
        """All jobs of a filter are to be marked."""

        def __init__(self, wanted: JobFilter) -> None:
            super().__init__()
            self.wanted = wanted

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._everything = JobFilter(queue=queue or "")
        self.table = JobTable(self._everything, id="job-table")
        super().__init__(feed, queue, "jobs", self.table)
        self.state: State | None = None
        self._words = FilterWords()
        self._chips = Chips()
        self._filter = FilterLine()
        self._preview = Preview("preview")

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._chips
        yield self._filter
        yield self._heading
        yield self.table
        yield self._empty
        yield self._preview

    # -- coming and going ------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for the list."""
        self.feed.ask(WINDOW, self.table.question)

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(WINDOW)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show counts and jobs."""
        super().take(snapshot, now)
        self._show_counts(snapshot)
        found = snapshot.answer(WINDOW)
        if found is not None and isinstance(found[0], WindowQuestion):
            self.table.take(found[0], found[1], self.present)
            nothing = self.table.loaded and self.table.length == 0
            self.show_empty(nothing, why_empty(self.table.filter, self._everything))

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self.table.tick(self.present)
        self._preview.take(self.table.current, self.present)

    # -- showing ---------------------------------------------------------------------------------

    def show_current(self) -> None:
        """Show the job under the cursor."""
        self._preview.take(self.table.current, self.present)
        self._show_status()

    def _show_status(self) -> None:
        self._filter.status(list_status(self.table, self._everything))

    def _show_counts(self, snapshot: Snapshot) -> None:
        head = snapshot.value(HEAD)
        if head is not None:
            self._chips.take(head.counts, self.state)

    # -- filter ----------------------------------------------------------------------------------

    @on(JobTable.Wanted)
    def _read(self, event: JobTable.Wanted) -> None:
        event.stop()
        self.feed.ask(WINDOW, event.question, at_once=event.at_once)

    @on(Chips.Chosen)
    def _chip_chosen(self, event: Chips.Chosen) -> None:
        self.show_state(event.state)

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        if event.words != self._words:
            self._words = event.words
            self._refilter()

    @on(FilterLine.Done)
    def _filter_done(self) -> None:
        self.table.focus()

    def show_state(self, state: State | None) -> None:
        """Show the jobs in one state, or in all."""
        self.state = state
        self._show_counts(self.feed.latest)
        self._refilter()

    def show_only(self, state: State | None, typed: str) -> None:
        """Show the jobs in a state that match a filter."""
        self._filter.set_filter(typed)
        self.show_state(state)

    def _refilter(self) -> None:
        self.table.show_filter(self._words.job_filter(self.state, self.queue))
        self._show_status()
        self.post_message(self.HintsChanged())

    def action_state(self, name: str) -> None:
        """Show one state, or all for ''."""
        self.show_state(State(name) if name else None)

    def action_chip(self, step: int) -> None:
        """Go to the next chip."""
        self.show_state(self._chips.next_to(self.state, step))

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter.edit()
        self.post_message(self.HintsChanged())

    def action_follow(self) -> None:
        """Follow the newest, or stop."""
        self.table.action_follow()

    # -- acting ----------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the job."""
        job = self.table.current
        if job is not None:
            self.table.hold()
            self.post_message(self.OpenJob(job.seq))

    def action_act(self, operation: str) -> None:
        """Act on the marked jobs, or on the one under the cursor."""
        self._hold()
        if self.table.chosen:
            self.post_message(self.Act(operation, [self.table.chosen]))

    def action_change(self) -> None:
        """Replay the marked jobs, or the one under the cursor, with other arguments."""
        self._hold()
        if self.table.chosen:
            self.post_message(self.Change([self.table.chosen]))

    def action_mark_all(self) -> None:
        """Mark all jobs that the filter shows."""
        self._hold()
        self.post_message(self.MarkAll(self.table.filter))

    def mark(self, wanted: JobFilter, seqs: Sequence[int]) -> None:
        """Mark these jobs, which a filter has found, if it still is the filter."""
        if wanted == self.table.filter:
            self.table.mark(seqs)

    def _hold(self) -> None:
        # From here on the cursor must not slip to another job under the user's hand.
        self.table.hold()
        self._show_status()
        self.post_message(self.HintsChanged())

    def action_copy(self) -> None:
        """Copy the id."""
        job = self.table.current
        if job is not None:
            self.post_message(self.Copy(job.id, f"the id of #{job.seq}"))

    def close_one(self) -> bool:
        """Close the marks or the filter."""
        if super().close_one():
            return True
        is_filtered = self.state is not None or bool(self._filter.typed)
        if is_filtered:
            self.show_only(None, "")
        return is_filtered

    def hints(self) -> list[Key]:
        """Return the keys that do something now; what the newest job allows comes last.

        While the list follows, that changes all the time, and the line should not jump.
        """
        if self._filter.is_typing:
            return list(keys.TYPING)
        hints = super().hints()
        return sorted(hints, key=lambda key: bool(key.operation)) if self.table.follow else hints

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key.operation:
            return any(map(OPERATIONS[key.operation].suits, self._chosen_jobs()))
        offer = _OFFERS.get(key.action)
        return offer is None or offer(self.table)

    def _chosen_jobs(self) -> Sequence[Job]:
        table = self.table
        if table.marked:
            return [job for job in table.window.jobs if job.seq in table.marked]
        return [table.current] if table.current else []

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the job under the cursor."""
        job = self.table.current
        return ("", "") if job is None else (job.queue, job.task)


def _has_job(table: JobTable) -> bool:
    return table.current is not None


_OFFERS: Mapping[str, Callable[[JobTable], bool]] = {
    "open": _has_job,
    "mark": _has_job,
    "copy": _has_job,
    "unmark": lambda table: bool(table.marked),
    "follow": lambda table: not table.follow,
}
