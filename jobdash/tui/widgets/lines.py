"""Lines of text that change without a layout pass: the pass is what live text costs."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from jobdash.tui.looks.spans import Spans, changed_cells, fitted, strip_of, width_of


class Lines(Widget):
    """Base of what is drawn line by line; draws only the lines that look different from before.

    One widget however many lines there are: Textual lays out, styles and paints each by itself.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "Lines { width: 1fr; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        # What has been drawn, and for which room. Out of view there is none to ask for.
        self._drawn: tuple[Spans, ...] = ()
        self._drawn_for = Size(0, 0)
        self._ground = Style()

    def lines(self, room: Size) -> Sequence[Spans]:
        """Return the lines from the top; those that are missing are empty."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw the lines again that look different from what was drawn last."""
        room = self._drawn_for
        if not room:
            return
        before, self._drawn = self._drawn, tuple(self.lines(room))
        pairs = enumerate(zip_longest(before, self._drawn, fillvalue=()))
        changed = [_changed(y, old, new) for y, (old, new) in pairs if old != new]
        if changed:
            self.refresh(*changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw; into another room than the last time, all of it."""
        if self.size != self._drawn_for:
            self._drawn_for = self.size
            self._drawn = tuple(self.lines(self.size))
        self._ground = self.visual_style.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line = self._drawn[y] if y < len(self._drawn) else fitted((), self._drawn_for.width)
        return strip_of(line, self._ground)


def _changed(y: int, old: Spans, new: Spans) -> Region:
    start, end = changed_cells(old, new) if old and new else (0, width_of(old or new))
    return Region(start, y, end - start, 1)
