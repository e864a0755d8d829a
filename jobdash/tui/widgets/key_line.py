"""The last line: the keys that do something now, most used first."""

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from jobdash.tui.keyboard.key import Key
from jobdash.tui.looks.spans import Span, Spans, width_of
from jobdash.tui.looks.theme import KEY, PLAIN, SOFT
from jobdash.tui.widgets.line import Line, Sides


class KeyLine(Line):
    """Shows keys with their labels; a click presses one. The last key always has room."""

    DEFAULT_CSS = "KeyLine { height: 1; background: $raised; dock: bottom; }"

    class Pressed(Message):
        """A key of the line was clicked."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, shown: Callable[[Key], str], id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown = shown
        self._keys: Sequence[Key] = ()
        self._last: Sequence[Key] = ()
        self._spots: list[tuple[range, Key]] = []

    def take(self, keys: Sequence[Key], last: Sequence[Key] = ()) -> None:
        """Show as many keys as fit, and these `last` ones in any case."""
        self._keys, self._last = keys, last
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return the keys that fit."""
        right = tuple(part for key in self._last for part in self._parts(key))
        room = width - width_of(right)
        left: list[Span] = [(" ", PLAIN)]
        self._spots = self._side_by_side(self._last, room)
        for key in self._keys:
            if width_of(left) + width_of(self._parts(key)) >= room:
                break
            self._spots += self._side_by_side([key], width_of(left))
            left += self._parts(key)
        return tuple(left), right

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for spot, key in self._spots:
            if event.x in spot:
                self.post_message(self.Pressed(key))

    def _side_by_side(self, keys: Sequence[Key], x: int) -> list[tuple[range, Key]]:
        spots = []
        for key in keys:
            spots.append((range(x, x := x + width_of(self._parts(key))), key))
        return spots

    def _parts(self, key: Key) -> Spans:
        return (self._shown(key), KEY), (f" {key.label}  ", SOFT)
