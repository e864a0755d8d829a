"""How far many jobs have come, for somebody who waits: a live line at a terminal, else notes."""

from jobdash.cli.live_line import LiveLine
from jobdash.cli.output import note
from jobdash.counts import Counts, Pace, time_left
from jobdash.forecast import Range
from jobdash.render import counts_bar, counts_text, headway_text
from jobdash.text import shorten

_STEPS = 10


class HeadwayLine:
    """Shows on standard error how far jobs that are only counted have come.

    At a terminal one line is drawn over and over. Elsewhere there is a line at first, and one for
    each tenth of them that has ended. A `quiet` one shows nothing.
    """

    def __init__(self, title: str, *, quiet: bool) -> None:
        self._title = title
        self._line = LiveLine()
        self._quiet = quiet
        self._pace = Pace()
        self._step = -1

    def is_due(self) -> bool:
        """Whether it is to be shown again although nothing has happened: the time goes on."""
        return not self._quiet and self._line.is_due()

    def show(
        self,
        counts: Counts,
        now: int,
        pace: float | None = None,
        left: Range | None = None,
        note: str = "",
    ) -> None:
        """Show counts; pace and time left are those that were seen here if none are given."""
        self._pace.look(counts.ended, now)
        if self._quiet:
            return
        paces = self._pace.paces(counts.ended, now)
        rest = counts.total - counts.ended
        headway = headway_text(
            pace or next(iter(paces), None),
            (left or time_left(rest, counts.ended, paces)) if rest else None,
        )
        told = [counts_text(counts), headway, note]
        if self._line.is_live:
            self._draw([self._title, counts_bar(counts), *told])
        elif rest:
            self._tell(counts, told)

    def clear(self) -> None:
        """Take the line away, so that others can write."""
        self._line.clear()

    def _draw(self, parts: list[str]) -> None:
        self._line.draw(shorten("  ".join(filter(None, parts)), self._line.width()))

    def _tell(self, counts: Counts, told: list[str]) -> None:
        step = _STEPS * counts.ended // max(1, counts.total)
        if step > self._step:
            note("  ".join(filter(None, (self._title, *told))))
        self._step = max(step, self._step)
