"""A line of a few things to choose from, by a click or a key."""

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from jobdash.text import cell_len
from jobdash.tui.looks.spans import Spans
from jobdash.tui.widgets.line import Line


class ChoicesLine(Line):
    """Draws its choices by `draw(names, chosen)` and tells which one was clicked."""

    class Chosen(Message):
        """A choice was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(
        self, names: Sequence[str], draw: Callable[[Sequence[str], str], Spans], id: str = ""
    ) -> None:
        super().__init__(id=id or None)
        self._names = tuple(names)
        self._write = draw

    def choose(self, name: str) -> None:
        """Show that this one is chosen."""
        self.show(self._write(self._names, name))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked: the span whose text holds a name."""
        end = 0
        for text, _ in self.sides(self.size.width)[0]:
            end += cell_len(text)
            if event.x < end:
                name = text.strip(" []")
                if name in self._names:
                    self.post_message(self.Chosen(self._names.index(name)))
                return
