"""The titles above a list."""

from jobdash.tui.spans import Spans
from jobdash.tui.theme import PLAIN
from jobdash.tui.widgets.line import Line

_GUTTER = ("  ", PLAIN)


class Heading(Line):
    """One line of column titles, aligned with the list's rows."""

    DEFAULT_CSS = "Heading { height: 1; }"

    def show_plan(self, heading: Spans) -> None:
        """Show the titles of a plan."""
        self.show((_GUTTER, *heading))
