"""Doing something now and then in a loop that turns more often."""

import time


class Every:
    """Due at once, and then again each time `seconds` have passed since it was last taken."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def is_due(self) -> bool:
        """Return whether it is time; if so, the next time is counted from now."""
        clock = time.monotonic()
        if clock < self._next:
            return False
        self._next = clock + self._seconds
        return True

    def at_once(self) -> None:
        """Make it due."""
        self._next = 0.0
