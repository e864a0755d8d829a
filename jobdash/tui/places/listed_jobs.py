"""The jobs in one state or in all, filtered and sorted: which jobs the list shows."""

from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult

from jobdash.job import State
from jobdash.report import JobFilter, Order
from jobdash.report.filter_language import without
from jobdash.report.filter_terms import Term, chooses_states
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.questions import WindowQuestion
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import HEAD, VOCABULARY, WINDOW
from jobdash.tui.asking.vocabulary import VocabularyQuestion
from jobdash.tui.filtering.filter_line import FilterLine
from jobdash.tui.job.preview import Preview
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.places.list_status import list_status, why_empty, why_wrong
from jobdash.tui.places.sort_menu import sort_menu
from jobdash.tui.widgets.chips import Chips
from jobdash.tui.widgets.heading import Heading
from jobdash.tui.widgets.job_table import JobTable


class ListedJobs(ListPlace):
    """Counts per state, a filter, the list, and the job under the cursor."""

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._everything = JobFilter(queue=queue or "")
        self.table = JobTable(self._everything, id="job-table")
        super().__init__(feed, queue, "jobs", self.table)
        self.state: State | None = None
        self._shown: tuple[State | None, str] = (None, "")
        self._terms: tuple[Term, ...] = ()
        self._chips = Chips()
        self._filter = FilterLine()
        self._preview = Preview("preview")

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._chips
        yield self._filter
        yield self._filter.suggestions
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
        self.feed.drop(VOCABULARY)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show counts and jobs."""
        super().take(snapshot, now)
        self._show_counts(snapshot)
        self._filter.know(snapshot.value(VOCABULARY))
        self._take_list(snapshot)

    def _take_list(self, snapshot: Snapshot) -> None:
        found = snapshot.answer(WINDOW)
        if found is not None and isinstance(found[0], WindowQuestion):
            self.table.take(found[0], found[1], self.present)
            self._tell_if_empty()

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self.table.tick(self.present)
        self._preview.show_job(self.table.current, self.table.present)

    # -- showing ---------------------------------------------------------------------------------

    def show_current(self) -> None:
        """Show the job under the cursor."""
        self._preview.show_job(self.table.current, self.table.present)
        self._show_status()

    def _show_status(self) -> None:
        self._filter.status(list_status(self.table, self._everything))

    def _tell_if_empty(self) -> None:
        nothing = self.table.loaded and self.table.length == 0
        head = self.feed.latest.value(HEAD)
        total = 0 if head is None else head.total
        self.show_empty(nothing, self._why_empty(total) if nothing else ())

    def _why_empty(self, total: int) -> tuple[str, ...]:
        if self._filter.mistake:
            return why_wrong(self._filter.typed, self._filter.mistake)
        return why_empty(self._filter.typed, self.state, total)

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
        self._choose_state(event.state)

    @on(FilterLine.Opened)
    def _filter_opened(self) -> None:
        self._heading.display = False
        self.feed.ask(VOCABULARY, VocabularyQuestion())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Who clicks into the list has typed enough."""
        # Told late, it may be of the time before the filter was opened.
        if event.widget is self.table is self.screen.focused and self._filter.is_typing:
            self._filter.close()

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        if event.terms != self._terms:
            self._terms = event.terms
            if self.state is not None and chooses_states(event.terms):
                # Who types a state means that one.
                self.state = None
                self._filter.show_state(None)
                self._show_counts(self.feed.latest)
            self._refilter()
        else:
            self._tell_if_empty()

    @on(FilterLine.Done)
    def _filter_done(self) -> None:
        self._heading.display = True
        self.feed.drop(VOCABULARY)
        self.screen.set_focus(self.table)

    @on(Heading.Clicked)
    def _title_clicked(self, event: Heading.Clicked) -> None:
        self.show_order(self.table.order_at(event.x))

    def show_order(self, order: Order | None) -> None:
        """Show the jobs in an order, if it is one."""
        if order is not None:
            self.table.show_order(order)
            self._heading.redraw()
            self._listed_anew()

    def action_sort(self) -> None:
        """Choose what comes first."""
        self.app.push_screen(sort_menu(self.table.order), self._sorted)

    def _sorted(self, chosen: str | None) -> None:
        self.show_order(Order(chosen) if chosen else None)

    def show_state(self, state: State | None) -> None:
        """Show the jobs in one state, or in all."""
        self.state = state
        self._filter.show_state(state)
        self._show_counts(self.feed.latest)
        self._refilter()

    @property
    def shown(self) -> tuple[State | None, str]:
        """Which jobs are shown: the state, and the filter as it was typed."""
        return self.state, self._filter.typed

    def show_only(self, state: State | None, typed: str, meaning: str = "") -> None:
        """Show the jobs in a state that match a filter, whose meaning may be told in words."""
        self._filter.explain(typed, meaning)
        self._filter.set_typed(typed)
        self._shown = (state, typed)
        self.show_state(state)

    @property
    def is_as_shown(self) -> bool:
        """Whether nobody has changed the filter since `show_only`."""
        return self.shown == self._shown and not self._filter.is_typing

    def _refilter(self) -> None:
        states = () if self.state is None else (self.state,)
        self.table.show_filter(replace(self._everything, states=states, terms=self._terms))
        self._listed_anew()

    def _listed_anew(self) -> None:
        # Who goes back before the next list has come asks for what the feed has told already.
        self._take_list(self.feed.latest)
        self._show_status()
        self.post_message(self.HintsChanged())

    def action_state(self, name: str) -> None:
        """Show one state, or all for '' or if it is the one that is shown."""
        chosen = State(name) if name else None
        # The same key again undoes it: it is easily hit by accident.
        self._choose_state(None if chosen is self.state else chosen)

    def action_chip(self, step: int) -> None:
        """Go to the next chip."""
        self._choose_state(self._chips.next_to(self.state, step))

    def _choose_state(self, state: State | None) -> None:
        """Show a state in the place of one that has been typed."""
        if chooses_states(self._terms):
            self._filter.set_typed(without("state", self._filter.typed))
        self.show_state(state)

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter.edit()
        self.post_message(self.HintsChanged())

    def action_follow(self) -> None:
        """Follow the newest, or stop."""
        self.table.action_follow()

    def close_one(self) -> bool:
        """Close the marks or the filter."""
        if super().close_one():
            return True
        is_filtered = self.state is not None or bool(self._filter.typed)
        if is_filtered:
            self.show_only(None, "")
        return is_filtered
