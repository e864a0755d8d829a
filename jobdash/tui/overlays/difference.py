"""What differs between two runs, to be read."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from jobdash.job import State
from jobdash.tui.looks.present import words
from jobdash.tui.looks.theme import BOLD, FAINT, INK, LOOKS
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.reader import Reader

_STYLES = {
    "-": LOOKS[State.FAILED].style,
    "+": LOOKS[State.SUCCEEDED].style,
    "@": BOLD,
    "…": FAINT,
}


class DifferenceScreen(Overlay[None]):
    """Shows the lines of a difference; escape, q and the key that opened it close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,equals_sign", "dismiss(None)", show=False),
    ]
    DEFAULT_CSS = """
    DifferenceScreen #box {
        width: 96%; max-width: 100%; height: 90%; padding: 0 1;
        border-title-color: $foreground; border-subtitle-color: $foreground;
    }
    """

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines
        self._reader = Reader("difference")

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box") as box:
            box.border_title = "What differs"
            box.border_subtitle = "esc closes"
            yield self._reader

    def on_mount(self) -> None:
        """Show the text."""
        self._reader.read([*map(_line, self._lines)], from_top=True)
        self._reader.focus()


def _line(line: str) -> Text:
    return Text(words(line), _STYLES.get(line[:1], INK))
