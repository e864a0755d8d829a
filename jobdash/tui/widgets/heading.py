"""The titles above a list."""

from textual import events
from textual.message import Message

from jobdash.tui.looks.theme import PLAIN
from jobdash.tui.widgets.line import Line, Sides
from jobdash.tui.widgets.line_list import GUTTER, SCROLLBAR, LineList


class Heading(Line):
    """One line of column titles, aligned with the rows of its list."""

    class Clicked(Message):
        """A title was clicked; `x` is the cell in a row of the list."""

        def __init__(self, x: int) -> None:
            super().__init__()
            self.x = x

    def __init__(self, rows: LineList) -> None:
        super().__init__(classes="heading")
        self._list = rows

    def sides(self, width: int) -> Sides:
        """Return the titles."""
        titles = self._list.titles(max(0, width - GUTTER - SCROLLBAR))
        return ((" " * GUTTER, PLAIN), *titles), ()

    def on_click(self, event: events.Click) -> None:
        """Tell which title was clicked."""
        self.post_message(self.Clicked(event.x - GUTTER))
