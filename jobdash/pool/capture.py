"""A worker's output: its descriptors 1 and 2 lead to a file of its own from its start on.

So all that a job prints is kept, by whatever means: Python, C, a child process, the dump of a
crash. An attempt notes the two places at which it began and ended, and costs nothing else.
"""

import ctypes
import faulthandler
import fcntl
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from jobdash import logfiles
from jobdash.pool.flood import take_out_middle
from jobdash.pool.logs import tell_trouble_to

FULL = 16_000_000
_LINE_BUFFERED = 1  # _IOLBF
_OUTPUT = (1, 2)
_ABOVE_STANDARD = 3


class Capture:
    """Knows how far the output has come. For a process's main thread.

    Where no file can be made, output goes where it went before, and there are no places.
    """

    def __init__(self, database: logfiles.StrPath, worker: int) -> None:
        self._database = database
        self._start = self._place = worker * logfiles.STRETCH
        self._descriptor = -1
        self._flush_c: Callable[[], object] = lambda: None

    def begin(self) -> None:
        """Send all output to the file from now on. Raises `OSError`."""
        told_before = fcntl.fcntl(2, fcntl.F_DUPFD_CLOEXEC, _ABOVE_STANDARD)
        self._redirect()
        tell_trouble_to(told_before)
        self._flush_c = _buffer_c_by_lines()
        for stream in (sys.stdout, sys.stderr):
            _buffer_by_lines(stream)
        if not faulthandler.is_enabled():
            faulthandler.enable(2)

    @property
    def is_full(self) -> bool:
        """Whether the next job should begin in a new file. As of the last `place`."""
        return self._place - self._start > FULL

    def place(self) -> int | None:
        """Return how far the output has come; what is still in buffers is written first."""
        if self._descriptor < 0:
            return None
        # Not `suppress`: this runs twice for every job.
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a job may have put anything there
            pass
        self._flush_c()
        try:
            end = os.lseek(self._descriptor, 0, os.SEEK_END)
        except OSError:
            return None  # a job has closed it
        before, self._place = self._place, self._start + end
        if self._place - before > logfiles.KEPT:
            take_out_middle(self._descriptor, before - self._start, end)
        return self._place

    def renew(self, spares: tuple[int, ...]) -> None:
        """Go on in a new file; so do the descriptors that are kept to put these back."""
        self._start = self._place
        with suppress(OSError):
            self._redirect(*spares)

    def _redirect(self, *more: int) -> None:
        descriptor = logfiles.create(self._database, self._start)
        for number in (*_OUTPUT, *more):
            os.dup2(descriptor, number, inheritable=number in _OUTPUT)
        if self._descriptor < 0:
            self._descriptor = descriptor
        else:
            os.dup2(descriptor, self._descriptor, inheritable=False)
            os.close(descriptor)


def _buffer_by_lines(stream: object) -> None:
    # Whoever has put something else there knows what he does.
    with suppress(AttributeError, ValueError, OSError):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[attr-defined]


def _buffer_c_by_lines() -> Callable[[], object]:
    """Let C write each line at once, as it does to a terminal; return what writes the rest."""
    with suppress(OSError, ValueError, AttributeError):
        # Holding the interpreter lock: to let go of it takes longer than to write nothing.
        libc = ctypes.PyDLL(None)
        name = "__stdoutp" if sys.platform == "darwin" else "stdout"
        stdout = ctypes.c_void_p.in_dll(libc, name)
        libc.setvbuf(stdout, None, _LINE_BUFFERED, ctypes.c_size_t(0))
        libc.fflush.argtypes, libc.fflush.restype = (ctypes.c_void_p,), None
        return partial(libc.fflush, stdout)
    return lambda: None
