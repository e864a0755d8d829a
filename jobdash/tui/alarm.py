"""What is said, and rung, of alerts that are on."""

from collections.abc import Callable

from jobdash.alert import Alert
from jobdash.text import clean
from jobdash.tui.asking.questions import Head

_Banner = Callable[[Head | None], str]


class Alarm:
    """Adds the worst alert to a banner, and knows which one is new."""

    def __init__(self, other: _Banner, resume_key: str) -> None:
        self._other = other
        self._resume_key = resume_key
        self._rung: frozenset[tuple[str, str, int | None]] = frozenset()

    def banner(self, head: Head | None) -> str:
        """Return what else is to be told, or else the worst alert, '' if there is none."""
        told = self._other(head)
        if told or head is None or not head.alerts:
            return told
        first, more = head.alerts[0], len(head.alerts) - 1
        others = f"  (and {more} more on Overview)" if more else ""
        return f"Alert: {clean(first.what)}.{self._way_out(first)}{others}"

    def rings(self, head: Head | None) -> bool:
        """Return whether an alert has begun, or become worse, since this was asked last."""
        if head is None:
            return False
        on = frozenset((one.queue, one.name, one.standing.since) for one in head.alerts)
        is_new = not on <= self._rung
        self._rung = on
        return is_new

    def _way_out(self, alert: Alert) -> str:
        return f" {self._resume_key} lets it go on." if alert.broken_task else ""
