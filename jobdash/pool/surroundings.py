"""What a task may change of its worker's process: put back before the next task runs.

Its environment variables, its modules and what it has imported stay as a task leaves them.
"""

import fcntl
import os
import signal
import sys

# signal.getsignal() makes an enum of every answer: for all these signals the time of a claim.
from _signal import getsignal  # type: ignore[import-not-found]
from contextlib import suppress
from typing import IO

_SIGNALS = [
    number
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    if number < getattr(signal, "SIGRTMIN", signal.NSIG)
]
_STREAMS = {0: "stdin", 1: "stdout", 2: "stderr"}


class Surroundings:
    """Remembers them as they are when it is made. Only for a process's main thread."""

    def __init__(self) -> None:
        self._handlers = [*map(getsignal, _SIGNALS)]
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._umask = os.umask(0o077)
        os.umask(self._umask)
        self._folder = _folder()
        self._spares = {number: _spare(number) for number in _STREAMS}

    def restore(self) -> None:
        """Put everything back; costs a few microseconds if nothing has changed."""
        self._restore_signals()
        os.umask(self._umask)
        if self._folder is not None and _folder() != self._folder:
            with suppress(OSError):
                os.chdir(self._folder)
        for number, spare in self._spares.items():
            if spare is not None:
                self._restore_stream(number, spare)

    def _restore_signals(self) -> None:
        # An alarm that goes off in the next task would end its worker.
        signal.setitimer(signal.ITIMER_REAL, 0)
        if [*map(getsignal, _SIGNALS)] != self._handlers:
            for number, handler in zip(_SIGNALS, self._handlers, strict=True):
                if handler is not None:  # somebody else's, not to be set from Python
                    signal.signal(number, handler)
        # Last, for what was held back arrives now.
        if signal.pthread_sigmask(signal.SIG_BLOCK, ()) != self._mask:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def _restore_stream(self, number: int, spare: int) -> None:
        try:
            fcntl.fcntl(number, fcntl.F_GETFD)
        except OSError:
            os.dup2(spare, number)
        stream = getattr(sys, _STREAMS[number])
        if stream is None or stream.closed:
            setattr(sys, _STREAMS[number], _text(number))


def _text(descriptor: int) -> IO[str]:
    mode = "w" if descriptor else "r"
    return open(descriptor, mode, encoding="utf-8", errors="backslashreplace", closefd=False)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None  # it was removed


def _spare(number: int) -> int | None:
    try:
        return os.dup(number)
    except OSError:
        return None  # the pool was started without it
