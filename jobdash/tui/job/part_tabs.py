"""The parts of the job view, one of them open."""

from collections.abc import Mapping, Set

from rich.style import Style
from textual import events
from textual.message import Message

from jobdash.tui.job.parts import SHOWN, PartName
from jobdash.tui.looks.spans import Span, width_of
from jobdash.tui.looks.theme import ACCENT, BOLD, FAINT, PLAIN, RULE, SOFT
from jobdash.tui.widgets.line import Line

_HERE = Style(bgcolor=RULE)
_LETTER = Style(underline=True)


class PartTabs(Line):
    """Names of parts; a click opens one."""

    class Chosen(Message):
        """A part was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.part = name

    def __init__(self) -> None:
        super().__init__(id="part-tabs")
        self._ends: list[tuple[int, str]] = []

    def take(self, chosen: str, counts: Mapping[str, int], empty: Set[str]) -> None:
        """Show which part is open; some have a count, and some nothing to show."""
        left: list[Span] = [(" ", PLAIN)]
        self._ends = []
        for part in SHOWN:
            left += _tab(part, part.name == chosen, part.name in empty)
            if part.name in counts:
                ground = _HERE if part.name == chosen else PLAIN
                left.append((f"{counts[part.name]} ", ACCENT + ground))
            self._ends.append((width_of(left), part.name))
        self.show(left, (("[ ] next part ", FAINT),))

    def on_click(self, event: events.Click) -> None:
        """Open the part that was clicked."""
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(name))
                return


def _tab(part: PartName, is_open: bool, is_empty: bool) -> list[Span]:
    """Return the name with its letter underlined."""
    ground = _HERE if is_open else PLAIN
    style = (BOLD if is_open else FAINT if is_empty else SOFT) + ground
    before, letter, after = _around(part)
    return [
        (f" {before}", style),
        (letter, style + _LETTER),
        (f"{after} ", style),
    ]


def _around(part: PartName) -> tuple[str, str, str]:
    place = part.name.lower().index(part.letter.lower())
    return part.name[:place], part.name[place], part.name[place + 1 :]
