"""What the supervisor tells people: one line per thing that happens, on standard error."""

import os
import sys
import time

_REPEAT_SECONDS = 60.0


class Voice:
    """Says lines; with a log file they go there, with the time in front. Never fails."""

    def __init__(self, logfile: str | None, *, is_quiet: bool) -> None:
        self._logfile = logfile
        self._is_quiet = is_quiet
        self._last_complaint = ("", 0.0)

    def say(self, line: str) -> None:
        """Report what goes as it should; silent for -q."""
        if not self._is_quiet:
            self._write(line)

    def warn(self, line: str) -> None:
        """Report what went wrong."""
        self._write(line)

    def complain(self, line: str) -> None:
        """Report what may go wrong again and again; the same line at most once a minute."""
        text, said_at = self._last_complaint
        if line != text or time.monotonic() > said_at + _REPEAT_SECONDS:
            self._last_complaint = (line, time.monotonic())
            self._write(line)

    def _write(self, line: str) -> None:
        try:
            if self._logfile is None:
                os.write(sys.stderr.fileno(), f"jobdash: {line}\n".encode())
            else:
                self._append(f"{time.strftime('%Y-%m-%d %H:%M:%S')} jobdash: {line}\n")
        except (OSError, ValueError):
            pass  # the terminal is gone; the work goes on

    def _append(self, line: str) -> None:
        assert self._logfile is not None
        with open(self._logfile, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(line)
