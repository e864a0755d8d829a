"""The questions that end the dashboard: what ends with it, what becomes of the pool it started."""

from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import SOFT
from jobdash.tui.overlays.choice import Choice, ChoiceScreen

_TOLD: tuple[Spans, ...] = (
    (("The pool was started together with this dashboard.", SOFT),),
    (("Jobs that wait stay in the file in any case.", SOFT),),
)


def leave_screen(busy: int) -> ChoiceScreen:
    """Return the question; its values are those of `DashboardApp`."""
    running = f" ({busy} running)" if busy else ""
    choices = (
        Choice("f", f"Stop the pool after its running jobs{running}", "finish"),
        Choice("n", "Stop it now; running jobs go back to pending", "now"),
        Choice("l", "Leave it working", "leave"),
        Choice("s", "Stay here", ""),
    )
    return ChoiceScreen("Quit jobdash", _TOLD, choices)


def ending_screen(ending: str) -> ChoiceScreen:
    """Return the question whether what ends with the dashboard may end; values as above."""
    choices = (Choice("q", "End it", "leave"), Choice("s", "Stay here", ""))
    return ChoiceScreen("Quit jobdash", (((ending, SOFT),),), choices)
