"""A question about very many jobs: the number has to be typed, so that no reflex answers it."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, INK
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.line import Line


class TypedCountScreen(Overlay[bool]):
    """Asks; gives whether the number was typed."""

    DEFAULT_CSS = """
    TypedCountScreen #box Static { height: auto; margin-bottom: 1; }
    TypedCountScreen Input, TypedCountScreen Input:focus {
        height: 1; border: none; padding: 0 1; background: $rule; margin-bottom: 1;
    }
    """

    def __init__(self, words: str, lines: Sequence[Spans], count: int) -> None:
        super().__init__()
        self._words = words
        self._lines = lines
        self._count = count
        self._answer = Line("answer")

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(Text(f"{self._words}?", BOLD), markup=False)
            yield Static(
                Text("\n").join(Text.assemble(*line) for line in self._lines), markup=False
            )
            yield Static(
                Text(f"These are many. To go on, type their number: {self._count}", INK),
                markup=False,
            )
            yield Input(id="count")
            yield self._answer

    def on_mount(self) -> None:
        """Show what the keys do."""
        self.query_one(Input).focus()
        self._tell("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(event.value)

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if self._fits(event.value):
            self.dismiss(True)

    def _fits(self, typed: str) -> bool:
        return typed.strip().replace(",", "") == str(self._count)

    def _tell(self, typed: str) -> None:
        if self._fits(typed):
            self._answer.show((("enter  ", ALARM), (self._words, ALARM)))
        else:
            self._answer.show((("esc leaves them as they are", FAINT),))
