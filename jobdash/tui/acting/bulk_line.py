"""How far an act on many jobs is: a line above the keys that is there while it goes on."""

from jobdash.text import format_count
from jobdash.tui.acting.bulk import Bulk
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ACCENT, ALARM, FAINT, INK, KEY, SOFT
from jobdash.tui.widgets.line import Line

_BAR = 20
_FULL, _EMPTY = "━", "─"


class BulkLine(Line):
    """Shows one act that is under way."""

    DEFAULT_CSS = "BulkLine { height: 1; background: $raised; }"

    def __init__(self, bulk: Bulk) -> None:
        super().__init__(classes="bulk")
        self._bulk = bulk

    def on_mount(self) -> None:
        """Show it."""
        self.tell()

    def tell(self) -> None:
        """Show how far it is."""
        self.show(_told(self._bulk), (("esc ", KEY), ("stops the rest ", FAINT)))

    def stop(self) -> None:
        """Leave the rest alone."""
        self._bulk.stop()


def _told(bulk: Bulk) -> Spans:
    seen = bulk.done + bulk.refused
    part = min(1.0, seen / max(1, bulk.total))
    full = int(part * _BAR)
    refused = f"  {format_count(bulk.refused)} refused" if bulk.refused else ""
    return (
        (f" {bulk.words}  ", INK),
        (_FULL * full, ACCENT),
        (_EMPTY * (_BAR - full), FAINT),
        (f"  {part:4.0%}  {format_count(bulk.done)} of {format_count(bulk.total)}", SOFT),
        (refused, ALARM),
    )
