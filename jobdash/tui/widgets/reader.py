"""A long text, folded to the width, of which only the visible lines are drawn."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.strip import Strip

from jobdash.tui.keyboard.key import bindings
from jobdash.tui.keyboard.keys import MOVE
from jobdash.tui.looks.word_wrap import line_starts
from jobdash.tui.widgets.quiet_scroll import QuietScroll


class Reader(QuietScroll, can_focus=True):
    """Shows cleaned lines. Long ones go on in the next line of the screen, word by word."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(MOVE))
    DEFAULT_CSS = "Reader { height: 1fr; overflow-x: hidden; scrollbar-size: 1 1; padding: 0 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[Text, ...] = ()
        self._starts: list[list[int]] = []
        self._ends: list[int] = []
        self._width = 0
        self._indent = 0
        self._strips: dict[int, Strip] = {}

    def read(self, lines: Sequence[Text], *, from_top: bool, indent: int = 0) -> None:
        """Show this text; `from_top` goes to its beginning.

        `indent` is where a long line goes on, so that the beginnings of lines stand out.
        """
        if tuple(lines) != self._lines or from_top:
            self._lines, self._indent = tuple(lines), indent
            self._fold()
            if from_top:
                self.scroll_to(y=0, animate=False)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        row, width = y + self.scroll_offset.y, self._width
        index = bisect_right(self._ends, row)
        base = self.visual_style.rich_style
        if index >= len(self._ends):
            return Strip.blank(width, base)
        piece = row - (self._ends[index - 1] if index else 0)
        start, *rest = self._starts[index][piece:]
        indent = self._indent if piece else 0
        strip = self._strip(index).crop(start, min([*rest[:1], start + width - indent]))
        strip = Strip.join([Strip.blank(indent, base), strip]) if indent else strip
        return strip.extend_cell_length(width).apply_style(base)

    def room_changed(self) -> None:
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
        # Of its last place on the screen if it is out of view. Not of its region: Textual looks
        # that up in a map that may be older than the place.
        width = self.outer_size.width - self.gutter.width
        height = self.outer_size.height - self.gutter.height
        if len(self._lines) <= height:
            self._fold_to(width)
        if max(len(self._lines), self._rows) > height:
            # The scrollbar that this brings comes later; the text makes room for it now.
            self._fold_to(width - self.styles.scrollbar_size_vertical)
        self.virtual_size = Size(self._width, self._rows)

    @property
    def _rows(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _fold_to(self, width: int) -> None:
        self._width = max(0, width)
        self._starts = [line_starts(line, width, self._indent) for line in self._lines if width > 0]
        self._ends = list(accumulate(map(len, self._starts)))
