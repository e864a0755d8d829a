"""`jobdash` on a terminal of its own, whose screen is read as a person sees it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte
from quick_screen import QuickScreen, QuickStream
from waiting import PATIENCE

DASHBOARD = (sys.executable, "-m", "jobdash")
_OTHERS = ("NO_COLOR", "COLUMNS", "LINES", "JOBDASH_APP", "JOBDASH_DB")
# Codes that the emulator does not know and would print: those of the keyboard's protocol.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[um]|\x1b\[\?[0-9;]*\$p")


class PtyScreen:
    """A program on a pseudo-terminal, and the screen that it draws."""

    def __init__(
        self, *words: object, size: tuple[int, int] = (120, 36),
        program: Sequence[str] = DASHBOARD, folder: Path | None = None, **environ: str,
    ) -> None:  # fmt: skip
        self.end, theirs = pty.openpty()
        self.output = b""
        self._screen = QuickScreen(*size)
        self._lines: list[str] = []
        self._stream = QuickStream(self._screen)
        self._set_size(size)
        self._theirs = theirs
        self._ends = [theirs, self.end]
        self.before = termios.tcgetattr(theirs)
        around = {name: value for name, value in os.environ.items() if name not in _OTHERS}
        around |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | environ
        self.process = subprocess.Popen(
            [*program, *map(str, words)], stdin=theirs, stdout=theirs, stderr=theirs,
            env=around, cwd=folder, start_new_session=True, preexec_fn=_take_terminal,
        )  # fmt: skip

    # -- reading ---------------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The screen, line by line; only those are read anew that have been drawn on."""
        screen = self._screen
        changed = {y for y in screen.dirty if y < screen.lines}  # it may have become smaller
        if len(self._lines) != screen.lines:
            self._lines, changed = [""] * screen.lines, {*range(screen.lines)}
        for y in changed:
            # A wide character has an empty one at its side.
            self._lines[y] = "".join([screen.buffer[y][x].data for x in range(screen.columns)])
        screen.dirty.clear()
        return [*self._lines]

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self.lines)

    def cell(self, line: int, column: int) -> pyte.screens.Char:
        """Return a character with its colours."""
        return self._screen.buffer[line][column]

    def line_with(self, text: str) -> str:
        """Return the first line that holds a text, '' if none does."""
        return next((line for line in self.lines if text in line), "")

    def until(self, wanted: str | Callable[[], object]) -> None:
        """Wait for a text on the screen, or for a condition."""
        deadline = time.monotonic() + PATIENCE
        while not (wanted in self.text if isinstance(wanted, str) else wanted()):
            assert time.monotonic() < deadline, f"{wanted!r} never came:\n{self.text}"
            self._read(0.05)

    def gone(self, text: str) -> None:
        """Wait until a text is not on the screen any more."""
        self.until(lambda: text not in self.text)

    def settled(self, seconds: float = 0.3) -> str:
        """Return the screen once nothing has been drawn for a while."""
        while self._read(seconds):
            pass
        return self.text

    # -- acting ----------------------------------------------------------------------------------

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.end, keys.encode())

    def click(self, text: str, *, times: int = 1) -> None:
        """Click with the mouse on the first place where a text stands."""
        row = next(index for index, line in enumerate(self.lines) if text in line)
        at = f"{self.lines[row].index(text) + 2};{row + 1}"
        self.press(f"\x1b[<0;{at}M\x1b[<0;{at}m" * times)

    def resize(self, *size: int) -> None:
        """Give the terminal another size, as a window does."""
        self._screen.resize(size[1], size[0])
        self._set_size((size[0], size[1]))
        self.process.send_signal(signal.SIGWINCH)

    def exit_status(self) -> int:
        """Wait for the end of the program and return its status."""
        self.until(lambda: self.process.poll() is not None)
        while self._read(0.05):
            pass
        if self.process.returncode:
            print(self.output[-3000:].decode(errors="replace"))
        return self.process.returncode

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was: modes, screen, cursor, mouse, keyboard."""
        undone = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[<u")
        return all(code in self.output for code in undone) and (
            termios.tcgetattr(self._theirs) == self.before
        )

    def close(self) -> None:
        """End the program if it still runs, and let go of the terminal."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)
            try:
                self.exit_status()
            finally:
                self.process.kill()
        self.hang_up()

    def hang_up(self) -> None:
        """Let the terminal go, as a window that is closed does."""
        while self._ends:
            os.close(self._ends.pop())

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self.end], [], [], patience)
        if ready:
            written = os.read(self.end, 65536)
            self.output += written
            self._stream.feed(_UNKNOWN.sub(b"", written))
        return bool(ready)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
