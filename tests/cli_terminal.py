"""The program on a terminal of its own, for tests that press keys and read what is drawn."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from typing import Any

from cli_support import wait_for

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_=>])")
RESTORED = "\x1b[?1049l"


class Terminal:
    """Runs `jobdash` on a pseudo-terminal and collects everything that it writes there."""

    def __init__(self, *words: object, width: int = 100, height: int = 30, **options: Any) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._screen = ours
        self._written = bytearray()
        environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        for name in ("COLUMNS", "LINES"):
            environ.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobdash", *map(str, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=environ,
            **options,
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def raw(self) -> str:
        """Everything written so far."""
        return self._written.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """The same without what steers a terminal."""
        return _ESCAPES.sub("", self.raw)

    def wait_for(self, words: str) -> None:
        """Wait until these words have been written."""
        wait_for(lambda: words in self.text, f"{words!r} in {self.text[-2000:]!r}")

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._screen, keys.encode())

    def end(self) -> int:
        """Wait for the program's end and return its exit code."""
        code = self.process.wait(30)
        self._reader.join(5)
        return code

    def close(self) -> None:
        """End a program that a failed test has left behind."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        os.close(self._screen)

    def _read(self) -> None:
        while True:
            try:
                written = os.read(self._screen, 65_536)
            except OSError:  # nobody has the other end open any more
                return
            if not written:
                return
            self._written += written
