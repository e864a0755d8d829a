"""The question in which order jobs are to be listed."""

from jobdash.report import Order
from jobdash.tui.overlays.choice import Choice, ChoiceScreen

ORDER_WORDS = {
    Order.NEWEST: ("n", "newest first"),
    Order.OLDEST: ("o", "oldest first"),
    Order.PRIORITY: ("p", "highest priority"),
    Order.TOOK: ("t", "took longest"),
    Order.WAITED: ("w", "waited longest"),
    Order.CPU: ("c", "most CPU time"),
    Order.MEMORY: ("m", "most memory"),
    Order.TRIES: ("a", "most attempts"),
    Order.TASK: ("k", "by task, from A to Z"),
}


def sort_menu(current: Order) -> ChoiceScreen:
    """Return the question; Enter keeps the order as it is."""
    orders = [current, *(order for order in Order if order is not current)]
    choices = [Choice(*ORDER_WORDS[order], str(order)) for order in orders]
    return ChoiceScreen("Sort the jobs", (), choices)
