"""The states with their counts; one of them, or all, is what the list shows."""

from collections.abc import Mapping
from itertools import accumulate, chain

from rich.style import Style
from textual import events
from textual.message import Message

from jobdash.job import State
from jobdash.text import format_count
from jobdash.tui.looks.spans import Span, Spans, width_of
from jobdash.tui.looks.theme import BOLD, FAINT, LOOKS, PLAIN, RULE, SOFT
from jobdash.tui.widgets.chip_labels import labels
from jobdash.tui.widgets.line import Line, Sides

_CHOSEN = Style(bgcolor=RULE)
_ALWAYS = frozenset({State.PENDING, State.RUNNING, State.SUCCEEDED, State.FAILED})


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
        self._counts: Mapping[State, int] = {}
        self._chosen: State | None = None
        self._ends: tuple[int, ...] = ()

    def take(self, counts: Mapping[State, int], chosen: State | None) -> None:
        """Show the counts."""
        states = [s for s in State if counts.get(s) or s in _ALWAYS or s is chosen]
        self.shown = (None, *states)
        self._counts, self._chosen = counts, chosen
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return as much of the chips as fits."""
        number = format_count(sum(self._counts.values()))
        chips = [_chip(("all", BOLD), number, self._chosen is None)]
        states = [state for state in self.shown if state is not None]
        for state, label in labels(states, self._counts, width - width_of(chips[0]) - 1).items():
            style = LOOKS[state].style if self._counts.get(state) else FAINT
            name = f"{LOOKS[state].glyph} {label.word}".rstrip()
            chips.append(_chip((name, style), label.number, state is self._chosen))
        self._ends = tuple(accumulate(map(width_of, chips), initial=1))[1:]
        return ((" ", PLAIN), *chain.from_iterable(chips)), ()

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


def _chip(name: Span, number: str, chosen: bool) -> Spans:
    ground = _CHOSEN if chosen else PLAIN
    ink = FAINT if number == "0" else SOFT
    parts = ((" ", PLAIN), name, (f" {number:<2} ", ink))
    return tuple((text, style + ground) for text, style in parts)
