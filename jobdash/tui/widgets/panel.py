"""A few fixed lines, each drawn only when it changes."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from jobdash.tui.spans import Spans
from jobdash.tui.widgets.line import Line


class Panel(Vertical):
    """A fixed number of lines one below the other."""

    DEFAULT_CSS = "Panel { height: auto; }"

    def __init__(self, lines: int, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = [Line() for _ in range(lines)]

    def compose(self) -> ComposeResult:
        """Make the lines."""
        yield from self._lines

    def show(self, lines: Sequence[Spans]) -> None:
        """Show these lines; what is too much is left out."""
        for index, line in enumerate(self._lines):
            line.show(lines[index] if index < len(lines) else ())
