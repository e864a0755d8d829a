"""The question that ends the dashboard: what becomes of the pool that was started for it."""

from jobdash.tui.overlays.choice import Choice, ChoiceScreen
from jobdash.tui.spans import Spans
from jobdash.tui.theme import SOFT

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
