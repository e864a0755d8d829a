"""One line on standard error that is drawn over and over, at a terminal."""

import os
import sys
import time

import click

EACH_SECOND = 1.0


class LiveLine:
    """Draws over its last words; does nothing if it `is_live` not."""

    def __init__(self) -> None:
        self.is_live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn = ""
        self._drawn_at = 0.0

    def is_due(self) -> bool:
        """Whether the line is to be drawn again although nothing has happened: the time goes on."""
        return self.is_live and time.monotonic() - self._drawn_at >= EACH_SECOND

    def draw(self, line: str) -> None:
        """Show this instead of what was there."""
        self._drawn_at = time.monotonic()
        if line != self._drawn:
            self._drawn = line
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away, so that others can write."""
        self.draw("")

    def width(self) -> int:
        """Return how many cells the line may have."""
        # Heavy, and few commands need it.
        import shutil

        return shutil.get_terminal_size().columns - 1
