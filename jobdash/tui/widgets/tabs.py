"""The second line: the places, with what waits in each."""

from collections.abc import Callable

from rich.style import Style
from textual import events
from textual.message import Message

from jobdash.job import State
from jobdash.text import cell_len, clean, compact_count
from jobdash.tui.asking.questions import Head
from jobdash.tui.looks.spans import Span, Spans, width_of
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, KEY, PLAIN, RULE, SOFT
from jobdash.tui.place_table import PLACES, PlaceEntry
from jobdash.tui.widgets.line import Line, Sides

_HERE = Style(bgcolor=RULE)


class Tabs(Line):
    """The places on the digits; a click goes there."""

    class Chosen(Message):
        """A place was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, note: str) -> None:
        super().__init__(id="tabs")
        self._note = clean(note)
        self._here = ""
        self._head: Head | None = None
        self._ends: list[tuple[int, str]] = []

    def take(self, place: str, head: Head | None) -> None:
        """Show where we are."""
        self._here, self._head = place, head
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return the tabs, in as many words as there is room for, and the note if it fits."""
        left = next(
            (tabs for tabs in map(self._tabs, _WORDINGS) if width_of(tabs) <= width),
            self._tabs(_digit_alone),
        )
        fits = cell_len(self._note) < width - width_of(left)
        return left, ((f"{self._note if fits else ''} ", FAINT),)

    def _tabs(self, words: Callable[[PlaceEntry], str]) -> Spans:
        tabs: list[Span] = [(" ", PLAIN)]
        self._ends = []
        for place in PLACES:
            here = place.name == self._here
            tabs += _tab(
                place.digit,
                place.short if here and not words(place) else words(place),
                _badge(place.name, self._head),
                here,
            )
            self._ends.append((width_of(tabs), place.name))
        return tuple(tabs)

    def on_click(self, event: events.Click) -> None:
        """Go to the place that was clicked."""
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(name))
                return


def _digit_alone(_: PlaceEntry) -> str:
    return ""


_WORDINGS: tuple[Callable[[PlaceEntry], str], ...] = (
    lambda place: place.title,
    lambda place: place.short,
)


def _tab(digit: str, title: str, badge: Spans, here: bool) -> list[Span]:
    ground = _HERE if here else PLAIN
    parts: Spans = (
        (f" {digit} ", KEY),
        (title, BOLD if here else SOFT),
        *badge,
        (" ", PLAIN),
    )
    # What is faint cannot be read on every ground.
    return [(text, (SOFT if here and style == FAINT else style) + ground) for text, style in parts]


def _badge(name: str, head: Head | None) -> Spans:
    failed = 0 if head is None else head.counts[State.FAILED]
    if name == "dead" and failed:
        return ((f" {compact_count(failed)}", ALARM),)
    if name == "workers" and head is not None:
        return ((f" {len(head.runners)}", FAINT),)
    return ()
