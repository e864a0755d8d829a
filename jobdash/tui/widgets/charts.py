"""Bar charts side by side, in whatever room they get together."""

from collections.abc import Sequence

from textual.geometry import Size

from jobdash.tui.looks.chart_lines import Bars, chart
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import PLAIN
from jobdash.tui.widgets.lines import Lines

_GAP: Span = (" ", PLAIN)
_LEAST_HEIGHT = 3


class Charts(Lines):
    """Charts over time of the same width, each with title, scale and times."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._charts: tuple[Bars, ...] = ()

    def show(self, charts: Sequence[Bars]) -> None:
        """Show these from now on."""
        if tuple(charts) != self._charts:
            self._charts = tuple(charts)
            self.redraw()

    def lines(self, room: Size) -> Sequence[Spans]:
        """Return the charts, a gap behind each."""
        # All of one width: only then the same time stands at the same place in each.
        width = room.width // max(1, len(self._charts))
        height = max(room.height, _LEAST_HEIGHT)
        drawn = [chart(bars, width - 1, height) for bars in self._charts]
        return [
            tuple(span for part in line for span in (*part, _GAP))
            for line in zip(*drawn, strict=True)
        ]
