"""The place of what happens: the transition log, live, the newest first."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.transition import Transition
from jobdash.tui.asking.event_log import (
    DEPTHS,
    KINDS,
    EventFilter,
    EventLog,
    EventsQuestion,
    EventsShown,
)
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import EVENTS
from jobdash.tui.filtering.word_line import WordLine
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.spans import Span
from jobdash.tui.looks.theme import FAINT, GOOD
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.rows.events import event_columns, kind_chips
from jobdash.tui.widgets.kind_chips import KindChips, next_kind
from jobdash.tui.widgets.row_list import RowList

_WHY_EMPTY = ("Nothing has happened yet", "Enqueue a job with n, or from your app.")
_NO_MATCH = ("Nothing like that has happened lately", "Escape shows everything again.")


class EventList(RowList[Transition, Present]):
    """The lines. In follow mode the cursor stays on the newest."""

    def __init__(self) -> None:
        super().__init__(event_columns, lambda one: one.step, Present(), id="event-list")
        self.follow = True

    def cursor_moved(self, by_hand: bool) -> None:
        """Leave follow mode when a person moves."""
        if by_hand:
            self.follow = False
        super().cursor_moved(by_hand)

    def show_lines(self, lines: tuple[Transition, ...], present: Present) -> None:
        """Show these; the line under the cursor stays where one sees it."""
        top, cursor = self.top, self.cursor
        self.take(lines, present)
        if self.follow:
            self.cursor = 0
            self.place(len(lines), 0)
            self.aim.slid_to(self.row_key(0))
        else:
            self.place(len(lines), top + self.cursor - cursor)
        self.redraw()


class EventsPlace(ListPlace):
    """Kinds with their counts, a filter, and the log."""

    KEYS = keys.EVENTS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.EVENTS))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._lines = EventList()
        super().__init__(feed, queue, "events", self._lines)
        self._chips: KindChips[str] = KindChips("event-kinds")
        self._words = WordLine("event-words")
        self._log = EventLog()
        self._depth = 0
        self._wanted = EventFilter()
        self._known: EventsShown | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._chips
        yield self._words
        yield self._heading
        yield self._lines
        yield self._empty

    # -- showing ---------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for the log."""
        self.feed.ask(EVENTS, EventsQuestion(self._log, DEPTHS[self._depth]))

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(EVENTS)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what is new."""
        super().take(snapshot, now)
        shown = snapshot.value(EVENTS)
        if shown is not None and shown is not self._known:
            self._known = shown
            self._show()

    def _show(self) -> None:
        if self._known is None:
            return
        mine = [one for one in self._known.transitions if self._is_mine(one)]
        lines = tuple(one for one in mine if self._wanted.keeps(one))
        self._lines.show_lines(lines, self.present)
        self._show_counts(mine)
        is_narrowed = self._wanted != EventFilter()
        self.show_empty(not lines, _NO_MATCH if is_narrowed else _WHY_EMPTY)
        self.post_message(self.HintsChanged())

    def _is_mine(self, one: Transition) -> bool:
        return self.queue is None or one.queue in ("", self.queue)

    def _show_counts(self, mine: list[Transition]) -> None:
        words = self._wanted.words
        counts = [sum(map(EventFilter(kind, words).keeps, mine)) for kind in KINDS]
        has_older = self._known is not None and self._known.has_older
        chips = kind_chips(counts, self._wanted.kind, has_older=has_older)
        self._chips.take(chips, self._remark())

    def _remark(self) -> list[Span]:
        following = ("following ", GOOD) if self._lines.follow else ("f follows ", FAINT)
        return [following]

    def show_current(self) -> None:
        """Read older lines as one comes near the end."""
        lines = self._lines
        is_near = lines.cursor >= lines.length - lines.page
        if self._known is None or lines.follow or not is_near or not self._known.has_older:
            return
        if self._depth + 1 < len(DEPTHS):
            self._depth += 1
            self.ask()

    # -- filter ----------------------------------------------------------------------------------

    @on(WordLine.Changed)
    def _words_changed(self, event: WordLine.Changed) -> None:
        event.stop()
        self._filter(self._wanted.kind, event.typed)

    @on(WordLine.Done)
    def _words_done(self, event: WordLine.Done) -> None:
        event.stop()
        self.screen.set_focus(self._lines)
        self.post_message(self.HintsChanged())

    @on(KindChips.Chosen)
    def _chip_chosen(self, event: KindChips.Chosen) -> None:
        event.stop()
        self._filter(str(event.kind), self._words.typed)

    def _filter(self, kind: str, typed: str) -> None:
        self._wanted = EventFilter(kind, tuple(typed.lower().split()))
        self._show()

    def action_chip(self, step: int) -> None:
        """Go to the next kind."""
        self._filter(next_kind(KINDS, self._wanted.kind, step), self._words.typed)

    def action_filter(self) -> None:
        """Type words."""
        self._words.edit()
        self.post_message(self.HintsChanged())

    def action_follow(self) -> None:
        """Follow the newest, or stop."""
        self._lines.follow = not self._lines.follow
        self._show()

    def close_one(self) -> bool:
        """Close the filter."""
        is_narrowed = self._wanted != EventFilter()
        if is_narrowed:
            self._words.set_typed("")
            self._filter(KINDS[0], "")
        return is_narrowed

    # -- acting ----------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the job."""
        self._lines.take_aim()
        one = self._lines.current
        if one is not None and one.seq is not None:
            self._lines.follow = False
            self.post_message(self.OpenJob(one.seq))

    def hints(self) -> list[Key]:
        """Return the keys that do something now."""
        return list(keys.TYPING[:2]) if self._words.is_typing else super().hints()

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key.action == "open":
            return self._lines.current is not None and self._lines.current.seq is not None
        return key.action != "follow" or not self._lines.follow

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the line."""
        one = self._lines.current
        return ("", "") if one is None else (one.queue, one.task)
