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
from collections.abc import Mapping
from typing import Any

from cli_support import wait_for
from waiting import PATIENCE

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_=>])")
RESTORED = "\x1b[?1049l"


class Terminal:
    """Runs `jobdash` on a pseudo-terminal and collects everything that it writes there."""

    def __init__(
        self, *words: object, width: int = 100, height: int = 30,
        environ: Mapping[str, str] = os.environ, **options: Any,
    ) -> None:  # fmt: skip
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._screen = ours
        self._written = bytearray()
        self._plain = (0, "")
        environ = {**environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
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
        length = len(self._written)
        if self._plain[0] != length:
            self._plain = (length, _ESCAPES.sub("", self.raw))
        return self._plain[1]

    def wait_for(self, words: str) -> None:
        """Wait until these words have been written."""
        try:
            wait_for(lambda: words in self.text)
        except AssertionError:
            raise AssertionError(f"{words!r} is not in {self.text[-2000:]!r}") from None

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._screen, keys.encode())

    def end(self) -> int:
        """Wait for the program's end and return its exit code."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if code:
            print(self.text[-2000:])
        return code

    def close(self) -> None:
        """End a program that a failed test has left behind."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(PATIENCE)
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
