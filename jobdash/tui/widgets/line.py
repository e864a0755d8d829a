"""One line of text with something at each of its ends."""

from collections.abc import Sequence
from typing import TypeAlias

from textual.geometry import Size

from jobdash.tui.looks.spans import Span, Spans, two_sided
from jobdash.tui.widgets.lines import Lines

Sides: TypeAlias = tuple[Spans, Spans]


class Line(Lines):
    """Shows spans, some at its left end and some at its right."""

    DEFAULT_CSS = "Line { height: 1; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._sides: Sides = ((), ())

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these from now on."""
        self._sides = (tuple(left), tuple(right))
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return what stands at the two ends; subclasses make it for the width they get."""
        return self._sides

    def lines(self, room: Size) -> Sequence[Spans]:
        """Return the one line."""
        return (two_sided(*self.sides(room.width), room.width),)
