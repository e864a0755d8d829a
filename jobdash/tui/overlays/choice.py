"""A question with a few answers. The first, harmless answer is the one Enter gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from jobdash.tui.keyboard import keys
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ALARM, BOLD, CURSOR, INK, KEY, PLAIN
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.line import Line

_HERE = Style(bgcolor=CURSOR)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the key that gives it at once, its words, and its value."""

    key: str
    words: str
    value: str
    heavy: bool = False


LEAVE = Choice("n", "Leave it as it is", "")


class ChoiceScreen(Overlay[str | None]):
    """Asks; gives the value of the answer, None if the question was closed."""

    HINTS = keys.CHOOSING
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab,j,right", "step(1)", show=False),
        Binding("up,shift+tab,k,left", "step(-1)", show=False),
        Binding("enter,space", "take", show=False),
    ]
    DEFAULT_CSS = "ChoiceScreen #box Static { height: auto; margin-bottom: 1; }"

    def __init__(self, title: str, lines: Sequence[Spans], choices: Sequence[Choice]) -> None:
        super().__init__()
        self._heading = title
        self._lines = lines
        self._choices = choices
        self._rows = [Line() for _ in choices]
        self._cursor = 0

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(Text(self._heading, BOLD), markup=False)
            if self._lines:
                told = Text("\n").join(Text.assemble(*line) for line in self._lines)
                yield Static(told, markup=False)
            yield from self._rows

    def on_mount(self) -> None:
        """Show the answers."""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Give the answer whose key was pressed."""
        for choice in self._choices:
            if event.character == choice.key:
                event.stop()
                self.dismiss(choice.value)
                return

    def on_click(self, event: events.Click) -> None:
        """Give the answer that was clicked."""
        for row, choice in zip(self._rows, self._choices, strict=True):
            if event.widget is row:
                self.dismiss(choice.value)

    def action_step(self, step: int) -> None:
        """Go to the next answer."""
        self._cursor = (self._cursor + step) % len(self._choices)
        self._draw()

    def action_take(self) -> None:
        """Give the answer under the cursor."""
        self.dismiss(self._choices[self._cursor].value)

    def _draw(self) -> None:
        for index, (row, choice) in enumerate(zip(self._rows, self._choices, strict=True)):
            here = index == self._cursor
            row.show(_row(choice, here, max(1, row.size.width or 58)))


def _row(choice: Choice, here: bool, width: int) -> Spans:
    ground = _HERE if here else PLAIN
    ink = ALARM if choice.heavy else INK
    sign = "▎ " if here else "  "
    parts = ((sign, KEY), (choice.key, KEY), (f"  {choice.words}".ljust(width - 3), ink))
    return tuple((text, style + ground) for text, style in parts)
