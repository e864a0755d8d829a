"""Lines between the tabs and the place that are there only when something is wrong."""

from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical

from jobdash.text import clean
from jobdash.tui.looks.theme import BOLD, INK
from jobdash.tui.widgets.line import Line


class Notice(Vertical):
    """A red line for trouble with the file, an amber one for what the user should know."""

    DEFAULT_CSS = """
    Notice { height: auto; }
    Notice Line { display: none; }
    Notice Line.-shown { display: block; }
    Notice #trouble { background: $trouble; }
    Notice #banner { background: $banner; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._trouble = Line("trouble")
        self._banner = Line("banner")

    def compose(self) -> ComposeResult:
        """Make the lines."""
        yield self._trouble
        yield self._banner

    def take(self, trouble: str, banner: str) -> None:
        """Show what is wrong, nothing for ''."""
        _show(self._trouble, f" ! {clean(trouble)}" if trouble else "", BOLD)
        _show(self._banner, f" {clean(banner)}" if banner else "", INK)


def _show(line: Line, text: str, style: Style) -> None:
    line.set_class(bool(text), "-shown")
    line.show(((text, style),))
