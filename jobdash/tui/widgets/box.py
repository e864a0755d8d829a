"""Lists side by side, each below a title of its own."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from textual.geometry import Size

from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.rule import ruled
from jobdash.tui.looks.spans import Spans, fitted
from jobdash.tui.looks.theme import FAINT, INK, KEY
from jobdash.tui.widgets.lines import Lines
from jobdash.tui.widgets.row_list import RowList
from jobdash.tui.widgets.shares import shared

T = TypeVar("T")


class Box(RowList[T, Present], Generic[T]):
    """A list among others. `none` is what its title says while it is empty."""

    def __init__(
        self,
        id: str,
        title: str,
        none: str,
        columns: Callable[[int], Sequence[Column[T, Present]]],
        key_of: Callable[[T], Hashable],
    ) -> None:
        super().__init__(columns, key_of, Present(), id=id)
        self._title = title
        self._none = none

    def title(self, width: int) -> Spans:
        """Return the title on a rule; it is lit while the keys go to the list."""
        note = "" if self.rows else self._none
        lit = KEY if self.has_focus else INK
        return ruled(((f" {self._title} ", lit), (f" {note} ", FAINT)), width)


class Boxes(Lines):
    """Draws the titles of its lists; each list has so many parts of the width."""

    DEFAULT_CSS = """
    Boxes { height: 1fr; layout: horizontal; }
    Boxes Box { margin-top: 1; }
    """

    def __init__(self, id: str, *boxes: tuple[Box[Any], int]) -> None:
        super().__init__(id=id)
        self._boxes = boxes
        for box, parts in boxes:
            box.styles.width = f"{parts}fr"
            self.compose_add_child(box)

    def lines(self, room: Size) -> Sequence[Spans]:
        """Return the titles, each as wide as its list."""
        widths = shared(room.width, [parts for _, parts in self._boxes])
        titles = (
            fitted(box.title(width), width)
            for (box, _), width in zip(self._boxes, widths, strict=True)
        )
        return [tuple(span for title in titles for span in title)]

    def on_descendant_focus(self) -> None:
        """The keys go to one of the lists."""
        self.redraw()

    def on_descendant_blur(self) -> None:
        """The keys go elsewhere."""
        self.redraw()
