"""The job's life as a bar."""

from jobdash.tui.asking.one_job import Detail
from jobdash.tui.looks.theme import PLAIN
from jobdash.tui.looks.timeline import timeline
from jobdash.tui.widgets.line import Line, Sides


class Life(Line):
    """Waiting, attempts and pauses of one job in proportion."""

    def __init__(self) -> None:
        super().__init__(id="life")
        self._detail: Detail | None = None
        self._now = 0

    def take(self, detail: Detail, now: int) -> None:
        """Show a job as it is now."""
        self._detail, self._now = detail, now
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return the bar, with a margin."""
        if self._detail is None:
            return (), ()
        bar = timeline(self._detail.job, self._detail.attempts, self._now, max(0, width - 2))
        return ((" ", PLAIN), *bar), ()
