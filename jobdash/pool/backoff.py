"""How soon something that keeps dying at its start is started again."""

QUICK_SECONDS = 10.0
TOLERATED = 5
LONGEST_SECONDS = 30.0


class BackOff:
    """Counts quick deaths in a row and answers each with a delay."""

    def __init__(self) -> None:
        self._quick_deaths = 0

    def after(self, lifetime: float, *, has_worked: bool) -> float:
        """Return how many seconds to wait before the next start."""
        if has_worked or lifetime >= QUICK_SECONDS:
            self._quick_deaths = 0
            return 0.0
        self._quick_deaths += 1
        beyond = self._quick_deaths - TOLERATED
        return 0.0 if beyond < 0 else float(min(2**beyond, LONGEST_SECONDS))
