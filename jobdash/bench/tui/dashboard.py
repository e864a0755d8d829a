"""One dashboard in a terminal, started and pressed by the benchmark."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobdash.bench.terminal import Terminal

SIZE = (120, 36)
# Shorter than the time between two paints of the clock, longer than a question takes.
QUIET = 0.06
STARTED = 0.3
_BEAT = 1.0
_LATEST_PHASE = 0.8
_ESCAPES = re.compile(rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]")
# What would make this dashboard another one than the user's neighbour has.
_PERSONAL = ("JOBDASH_APP", "JOBDASH_DB", "NO_COLOR", "COLUMNS", "LINES", "TEXTUAL_THEME")


class Dashboard:
    """A dashboard that shows a file of so many jobs; `start_ms` is how long its first paint took.

    `settled_ms` is how long it took until nothing changed any more.
    """

    def __init__(self, terminal: Terminal, jobs: int) -> None:
        self.terminal = terminal
        total = f" {jobs:,} job".encode()
        self.start_ms = _ms(terminal.frame(lambda seen: total in plain(seen)) - terminal.started_at)
        self.settled_ms = _ms(terminal.last_frame(STARTED) - terminal.started_at)
        self._beat_at: float | None = None
        self._has_beat = True

    @property
    def pid(self) -> int:
        """The process."""
        return self.terminal.pid

    def key(self, keys: bytes) -> tuple[float, float]:
        """Press a key; return the milliseconds to the first frame, and to the last one."""
        self.calm()
        pressed_at = self.terminal.press(keys)
        painted = self.terminal.frame() - pressed_at
        return _ms(painted), _ms(self.terminal.last_frame(QUIET) - pressed_at)

    def undo(self, keys: bytes) -> None:
        """Press what takes back the key before, unmeasured; it has an effect that can be seen."""
        self.terminal.press(keys)
        # Else the next key would come into it: Escape and Enter in one go are another key.
        self.terminal.frame()
        self.terminal.last_frame(QUIET)

    def calm(self) -> None:
        """Wait for a moment in which the clock is not about to paint."""
        self._rest()
        if self._has_beat and not self._is_early_in_beat():
            # Nothing is painted each second where nothing on the screen grows older.
            self._has_beat = bool(self.terminal.read(_BEAT * 1.2))
            self._beat_at = self.terminal.wrote_at
            self._rest()

    def _rest(self) -> None:
        """Wait until nothing was written for a while, which may have been so for long."""
        self.terminal.read(0)
        while (left := self.terminal.wrote_at + QUIET - time.monotonic()) > 0:
            self.terminal.read(left)

    def _is_early_in_beat(self) -> bool:
        if self._beat_at is None:
            return False
        return (time.monotonic() - self._beat_at) % _BEAT < _LATEST_PHASE


@contextmanager
def open_dashboard(path: Path, jobs: int, folder: Path) -> Iterator[Dashboard]:
    """Start a dashboard as a user does, with nothing configured; end it after the block."""
    # An app is named, so that both files are treated alike; it is never imported.
    words = ("-A", "sample_tasks", "--db", str(path), "--no-pool")
    terminal = Terminal([sys.executable, "-m", "jobdash", *words], folder, _environ(folder), SIZE)
    try:
        yield Dashboard(terminal, jobs)
    finally:
        terminal.close()


def plain(written: bytes) -> bytes:
    """Return what was written without what steers the terminal."""
    return _ESCAPES.sub(b"", written)


def _environ(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _PERSONAL}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    return {**own, **terminal, "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}


def _ms(seconds: float) -> float:
    return seconds * 1000
