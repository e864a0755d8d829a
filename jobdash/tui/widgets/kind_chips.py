"""A few words of which one is chosen; a click chooses another."""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Generic, TypeVar

from textual import events
from textual.message import Message

from jobdash.tui.looks.spans import Span, Spans, width_of
from jobdash.tui.looks.theme import PLAIN
from jobdash.tui.widgets.line import Line

T = TypeVar("T")


class KindChips(Line, Generic[T]):
    """Shows chips at the left and a remark at the right."""

    class Chosen(Message):
        """A chip was clicked."""

        def __init__(self, kind: object) -> None:
            super().__init__()
            self.kind = kind

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._kinds: tuple[T, ...] = ()
        self._ends: tuple[int, ...] = ()

    def take(self, chips: Sequence[tuple[T, Spans]], remark: Sequence[Span] = ()) -> None:
        """Show these chips."""
        self._kinds = tuple(kind for kind, _ in chips)
        self._ends = tuple(accumulate((width_of(spans) for _, spans in chips), initial=1))[1:]
        self.show(((" ", PLAIN), *chain.from_iterable(spans for _, spans in chips)), remark)

    def on_click(self, event: events.Click) -> None:
        """Choose the chip that was clicked."""
        for end, kind in zip(self._ends, self._kinds, strict=True):
            if event.x < end:
                self.post_message(self.Chosen(kind))
                return


def next_kind(kinds: Sequence[T], chosen: T, step: int) -> T:
    """Return the kind that many chips away; the last one is the end."""
    return kinds[max(0, min(kinds.index(chosen) + step, len(kinds) - 1))]
