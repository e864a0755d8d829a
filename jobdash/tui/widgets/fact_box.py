"""A few lines about what the cursor is on, below a list, on terminals that are high enough."""

from collections.abc import Callable, Sequence

from textual.geometry import Size

from jobdash.tui.looks.spans import Spans, fitted
from jobdash.tui.widgets.lines import Lines


class FactBox(Lines):
    """A title on a rule, made for the width there is, and lines below it."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._title: Callable[[int], Spans] = lambda _: ()
        self._facts: tuple[Spans, ...] = ()

    def take(self, title: Callable[[int], Spans], facts: Sequence[Spans]) -> None:
        """Show them."""
        self._title, self._facts = title, tuple(facts)
        self.redraw()

    def clear(self) -> None:
        """Show nothing."""
        self.take(lambda _: (), ())

    def lines(self, room: Size) -> Sequence[Spans]:
        """Return the title and the facts in this width."""
        texts = (self._title(room.width), *self._facts)
        return [fitted(text, room.width) for text in texts[: room.height]]
