"""A long text, folded to the width, of which only the visible lines are drawn."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from jobdash.tui.keys import MOVE, bindings


class Reader(ScrollView, can_focus=True):
    """Shows cleaned lines. Long ones go on in the next line of the screen."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(MOVE))
    DEFAULT_CSS = "Reader { height: 1fr; overflow-x: hidden; scrollbar-size: 1 1; padding: 0 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[Text, ...] = ()
        self._ends: list[int] = []
        self._strips: dict[int, Strip] = {}

    def read(self, lines: Sequence[Text], *, from_top: bool) -> None:
        """Show this text; `from_top` goes to its beginning."""
        if tuple(lines) != self._lines or from_top:
            self._lines = tuple(lines)
            self._fold()
            if from_top:
                self.scroll_to(y=0, animate=False)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        row, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        index = bisect_right(self._ends, row)
        base = self.visual_style.rich_style
        if index >= len(self._lines):
            return Strip.blank(width, base)
        piece = row - (self._ends[index - 1] if index else 0)
        strip = self._strip(index).crop_extend(piece * width, (piece + 1) * width, None)
        return strip.apply_style(base)

    def on_resize(self) -> None:
        """Fold anew."""
        self._fold()

    def action_move(self, rows: int) -> None:
        """Scroll by lines."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)

    def action_pages(self, pages: float) -> None:
        """Scroll by pages or parts of one."""
        self.action_move(int(self.size.height * pages))

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        """Scroll to the end."""
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def _strip(self, index: int) -> Strip:
        strip = self._strips.get(index)
        if strip is None:
            line = self._lines[index]
            # A text without spans does not give its own style to its segments.
            style = line.style if isinstance(line.style, Style) else Style.null()
            made = Strip(list(line.render(self.app.console, end=""))).apply_style(style)
            strip = self._strips[index] = made
        return strip

    def _fold(self) -> None:
        self._strips.clear()
        width = max(1, self.scrollable_content_region.width)
        self._ends = list(accumulate(max(1, -(-line.cell_len // width)) for line in self._lines))
        self.virtual_size = Size(width, self._ends[-1] if self._ends else 0)
