"""One line of text that changes without a layout pass: the pass is what live text costs."""

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from jobdash.tui.spans import Span, Spans, strip_of, two_sided


class Line(Widget):
    """Shows spans, some at its left end and some at its right; draws only when they change."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._left: Spans = ()
        self._right: Spans = ()

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these from now on."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the one line."""
        return strip_of(two_sided(self._left, self._right, self.size.width))
