"""The last line: the keys that do something now, most used first."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from jobdash.tui.keys import Key
from jobdash.tui.spans import Span, Spans, width_of
from jobdash.tui.theme import KEY, PLAIN, SOFT
from jobdash.tui.widgets.line import Line, Sides


class KeyLine(Line):
    """Shows keys with their labels; a click presses one. The last key always has room."""

    DEFAULT_CSS = "KeyLine { height: 1; background: $raised; dock: bottom; }"

    class Pressed(Message):
        """A key of the line was clicked."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: Sequence[Key] = ()
        self._last: Sequence[Key] = ()
        self._ends: list[tuple[int, Key]] = []

    def take(self, keys: Sequence[Key], last: Sequence[Key] = ()) -> None:
        """Show as many keys as fit, and these `last` ones in any case."""
        self._keys, self._last = keys, last
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return the keys that fit."""
        right = tuple(part for key in self._last for part in _parts(key))
        left: list[Span] = [(" ", PLAIN)]
        self._ends = []
        for key in self._keys:
            if width_of(left) + width_of(_parts(key)) >= width - width_of(right):
                break
            left += _parts(key)
            self._ends.append((width_of(left), key))
        return tuple(left), right

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for end, key in self._ends:
            if event.x < end:
                self.post_message(self.Pressed(key))
                return


def _parts(key: Key) -> Spans:
    return (key.name, KEY), (f" {key.label}  ", SOFT)
