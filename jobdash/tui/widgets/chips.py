"""The states with their counts; one of them, or all, is what the list shows."""

from collections.abc import Callable, Mapping
from itertools import chain

from rich.style import Style
from textual import events
from textual.message import Message

from jobdash.job import State
from jobdash.text import compact_count, format_count
from jobdash.tui.spans import Span, Spans, width_of
from jobdash.tui.theme import BOLD, FAINT, LOOKS, PLAIN, RULE, SOFT
from jobdash.tui.widgets.line import Line

_CHOSEN = Style(bgcolor=RULE)
_ALWAYS = frozenset({State.PENDING, State.RUNNING, State.SUCCEEDED, State.FAILED})
_SHORT = {
    State.WAITING: "wait", State.SCHEDULED: "sched", State.PENDING: "pend", State.RUNNING: "run",
    State.RETRYING: "retry", State.SUCCEEDED: "ok", State.FAILED: "fail",
    State.CANCELLED: "canc", State.EXPIRED: "exp", State.DISCARDED: "disc",
}  # fmt: skip


class Chips(Line):
    """A chip per state; states without jobs are left out unless they are the usual ones."""

    class Chosen(Message):
        """A chip was clicked; None is the one for every state."""

        def __init__(self, state: State | None) -> None:
            super().__init__()
            self.state = state

    def __init__(self) -> None:
        super().__init__(id="chips")
        self.shown: tuple[State | None, ...] = (None,)
        self._ends: tuple[int, ...] = ()

    def take(self, counts: Mapping[State, int], chosen: State | None) -> None:
        """Show the counts."""
        states = [s for s in State if counts.get(s) or s in _ALWAYS or s is chosen]
        self.shown = (None, *states)
        chips = self._fitting(counts, chosen)
        ends, at = [], 1
        for chip in chips:
            at += width_of(chip)
            ends.append(at)
        self._ends = tuple(ends)
        self.show(((" ", PLAIN), *chain.from_iterable(chips)))

    def next_to(self, chosen: State | None, step: int) -> State | None:
        """Return the state that many chips away."""
        place = self.shown.index(chosen) if chosen in self.shown else 0
        return self.shown[(place + step) % len(self.shown)]

    def on_click(self, event: events.Click) -> None:
        """Choose the chip that was clicked."""
        for end, state in zip(self._ends, self.shown, strict=False):
            if event.x < end:
                self.post_message(self.Chosen(state))
                return

    def _fitting(self, counts: Mapping[State, int], chosen: State | None) -> list[Spans]:
        chips: list[Spans] = []
        for label, number in _STYLES:
            chips = [_chip(state, counts, state is chosen, label, number) for state in self.shown]
            if sum(map(width_of, chips)) < self.size.width:
                break
        return chips


_STYLES: tuple[tuple[Callable[[State], str], Callable[[int], str]], ...] = (
    (str, format_count),
    (str, compact_count),
    (_SHORT.__getitem__, compact_count),
    (lambda state: "", compact_count),
)


def _chip(
    state: State | None, counts: Mapping[State, int], chosen: bool,
    label: Callable[[State], str], number: Callable[[int], str],
) -> Spans:  # fmt: skip
    count = sum(counts.values()) if state is None else counts.get(state, 0)
    # Two cells at least, so that the chips stand still while small numbers change.
    parts: list[Span] = [*_name(state, label, count > 0), (number(count).ljust(2), _ink(count))]
    ground = _CHOSEN if chosen else PLAIN
    return tuple((text, style + ground) for text, style in [(" ", PLAIN), *parts, (" ", PLAIN)])


def _name(state: State | None, label: Callable[[State], str], lit: bool) -> Spans:
    if state is None:
        return (("all ", BOLD),)
    look = LOOKS[state]
    word = label(state)
    style = look.style if lit else FAINT
    return ((f"{look.glyph} {word} " if word else f"{look.glyph} ", style),)


def _ink(count: int) -> Style:
    return SOFT if count else FAINT
