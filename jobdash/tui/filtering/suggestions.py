"""The line under a filter that is being typed: how it can go on, or what is wrong with it."""

from jobdash.text import clean
from jobdash.tui.filtering.completion import Completion
from jobdash.tui.looks.present import words
from jobdash.tui.looks.spans import Span
from jobdash.tui.looks.theme import ALARM, FAINT, KEY, SOFT
from jobdash.tui.widgets.line import Line


class Suggestions(Line):
    """Takes the place of the column titles, so that the list stays where it is."""

    def __init__(self) -> None:
        super().__init__("suggestions")
        self.display = False

    def tell(self, completion: Completion, mistake: str) -> None:
        """Show what can be typed, and a mistake if there is one."""
        left: list[Span] = [("   ", FAINT)]
        for index, option in enumerate(completion.options):
            left.append((words(option), KEY if index == 0 else SOFT))
            left.append((" tab   " if index == 0 else "   ", FAINT))
        right = ((f" ! {clean(mistake)} ", ALARM),) if mistake else ()
        self.show(left, right)
