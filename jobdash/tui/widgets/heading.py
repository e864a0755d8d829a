"""The titles above a list."""

from jobdash.tui.theme import PLAIN
from jobdash.tui.widgets.line import Line, Sides
from jobdash.tui.widgets.line_list import GUTTER, SCROLLBAR, LineList


class Heading(Line):
    """One line of column titles, aligned with the rows of its list."""

    def __init__(self, rows: LineList) -> None:
        super().__init__(classes="heading")
        self._list = rows

    def sides(self, width: int) -> Sides:
        """Return the titles."""
        titles = self._list.titles(max(0, width - GUTTER - SCROLLBAR))
        return ((" " * GUTTER, PLAIN), *titles), ()
