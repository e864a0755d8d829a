"""A program on a pseudo-terminal that answers as a modern one does, and the time of each frame."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from jobdash.errors import BenchmarkFailed

FRAME_END = b"\x1b[?2026l"
_ASKS_FOR_SYNC = b"\x1b[?2026$p"
_HAS_SYNC = b"\x1b[?2026;1$y"
_PATIENCE = 10.0
_CHUNK = 1 << 16

Wanted = Callable[[bytes], bool]


class Terminal:
    """Runs a program on a terminal of its own. `written` counts all bytes that came from it."""

    def __init__(
        self, words: Sequence[str], folder: Path, environ: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self.written = 0
        self.started_at = time.monotonic()
        # When the last bytes came; while nobody presses a key those are what the clock paints.
        self.wrote_at = self.started_at
        self._tail = b""
        self._end, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        try:
            self._process = subprocess.Popen(
                words, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environ,
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(theirs)

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    def press(self, keys: bytes) -> float:
        """Type; return when."""
        at = time.monotonic()
        os.write(self._end, keys)
        return at

    def frame(self, wanted: Wanted = lambda _: True, patience: float = _PATIENCE) -> float:
        """Wait for the end of the first frame by which something wanted was written.

        Returns when that was. Raises `BenchmarkFailed` if there is no such frame.
        """
        seen, deadline = b"", time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            seen += self.read(left)
            ended = seen.rfind(FRAME_END)
            if ended >= 0 and wanted(seen[:ended]):
                return self.wrote_at
            if self._process.poll() is not None:
                break
        raise BenchmarkFailed(f"the dashboard did not paint what was waited for: {seen[-300:]!r}")

    def last_frame(self, quiet: float) -> float:
        """Wait until nothing was written for so many seconds; return when the last bytes came."""
        while self.read(quiet):
            pass
        return self.wrote_at

    def rest(self, seconds: float) -> None:
        """Take what is written for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)

    def read(self, patience: float) -> bytes:
        """Return what is written next, nothing if that does not come in time."""
        if not select.select([self._end], [], [], patience)[0]:
            return b""
        try:
            data = os.read(self._end, _CHUNK)
        except OSError:  # nobody has the other end open any more
            data = b""
        if not data:
            self._process.wait()
            return b""
        self.wrote_at = time.monotonic()
        self.written += len(data)
        self._answer(data)
        return data

    def close(self) -> None:
        """Leave the program; end it if it does not leave."""
        with suppress(OSError):
            self.press(b"\x03")
        deadline = time.monotonic() + 5
        while self._process.poll() is None and time.monotonic() < deadline:
            self.read(0.05)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._end)

    def _answer(self, data: bytes) -> None:
        # The question may come in two pieces.
        if _ASKS_FOR_SYNC in self._tail + data:
            os.write(self._end, _HAS_SYNC)
            self._tail = b""
        else:
            self._tail = data[-len(_ASKS_FOR_SYNC) :]
