"""The parts of the job view, one of them open."""

from collections.abc import Mapping, Sequence

from rich.style import Style
from textual import events
from textual.message import Message

from jobdash.tui.spans import Span, width_of
from jobdash.tui.theme import ACCENT, BOLD, FAINT, PLAIN, RULE, SOFT
from jobdash.tui.widgets.line import Line

_HERE = Style(bgcolor=RULE)


class PartTabs(Line):
    """Names of parts; a click opens one."""

    class Chosen(Message):
        """A part was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.part = name

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(id="part-tabs")
        self._names = names
        self._ends: list[tuple[int, str]] = []

    def take(self, chosen: str, counts: Mapping[str, int]) -> None:
        """Show which part is open; some have a count."""
        left: list[Span] = [(" ", PLAIN)]
        self._ends = []
        for name in self._names:
            ground = _HERE if name == chosen else PLAIN
            left.append((f" {name} ", (BOLD if name == chosen else SOFT) + ground))
            if name in counts:
                left.append((f"{counts[name]} ", ACCENT + ground))
            self._ends.append((width_of(left), name))
            left.append((" ", PLAIN))
        self.show(left, (("[ ] next part ", FAINT),))

    def on_click(self, event: events.Click) -> None:
        """Open the part that was clicked."""
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(name))
                return
