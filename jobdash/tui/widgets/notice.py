"""Lines between the tabs and the place that are there only when something is wrong."""

from textual.app import ComposeResult
from textual.containers import Vertical

from jobdash.text import clean
from jobdash.tui.theme import BOLD, INK
from jobdash.tui.widgets.line import Line


class Notice(Vertical):
    """A red line for trouble with the file, an amber one for what the user should know."""

    DEFAULT_CSS = """
    Notice { height: auto; }
    Notice Line { display: none; }
    Notice Line.-shown { display: block; }
    Notice #trouble { background: #7a2415; }
    Notice #banner { background: #4a3a10; }
    """

    def compose(self) -> ComposeResult:
        """Make the lines."""
        yield Line("trouble")
        yield Line("banner")

    def take(self, trouble: str, banner: str) -> None:
        """Show what is wrong, nothing for ''."""
        self._show("#trouble", f" ! {clean(trouble)}" if trouble else "")
        self._show("#banner", f" {clean(banner)}" if banner else "")

    def _show(self, which: str, text: str) -> None:
        line = self.query_one(which, Line)
        if line.has_class("-shown") != bool(text):
            line.set_class(bool(text), "-shown")
        line.show(((text, BOLD if which == "#trouble" else INK),))
