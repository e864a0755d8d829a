"""One line of text that changes without a layout pass: the pass is what live text costs."""

from collections.abc import Sequence
from typing import TypeAlias

from textual.strip import Strip
from textual.widget import Widget

from jobdash.tui.spans import Span, Spans, strip_of, two_sided

Sides: TypeAlias = tuple[Spans, Spans]


class Line(Widget):
    """Shows spans, some at its left end and some at its right; draws only when they change."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._sides: Sides = ((), ())
        self._drawn: Spans = ()

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these from now on."""
        self._sides = (tuple(left), tuple(right))
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return what stands at the two ends; subclasses make it for the width they get."""
        return self._sides

    def redraw(self) -> None:
        """Draw again if the line looks different from what was drawn last."""
        if self._spans() != self._drawn:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the one line."""
        self._drawn = self._spans()
        return strip_of(self._drawn, self.visual_style.rich_style)

    def _spans(self) -> Spans:
        width = self.size.width
        return two_sided(*self.sides(width), width)
