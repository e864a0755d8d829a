"""What stands in an empty list: why it is empty, and what to do."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from jobdash.tui.looks.theme import BOLD, SOFT


class Empty(Static):
    """A few centred lines, shown only while there is nothing else."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Empty {
        height: 1fr; padding: 0 2; content-align: center middle; text-align: left; display: none;
    }
    Empty.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._lines: tuple[str, ...] = ()

    def show_if(self, needed: bool, lines: Sequence[str]) -> None:
        """Show the lines if they are needed; the first is the headline."""
        self.set_class(needed, "-shown")
        if needed and tuple(lines) != self._lines:
            self._lines = tuple(lines)
            text = Text(f"{lines[0]}\n\n", BOLD)
            text.append("\n".join(lines[1:]), SOFT)
            self.update(text)
