"""What a task may change of its worker's process: put back before the next task runs.

This runs after every job, so it asks as few questions as it can: a signal that no worker uses, the
environment and the modules stay as a task leaves them.
"""

import os
import select
import signal
import sys

# The signal module makes enums of every answer: for these few signals the time of a claim.
from _signal import SIG_BLOCK, getsignal, pthread_sigmask  # type: ignore[import-not-found]
from contextlib import suppress
from typing import IO

from jobdash.pool import endings

_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGCHLD,
    signal.SIGPIPE,
)
_STREAMS = {0: "stdin", 1: "stdout", 2: "stderr"}


class Surroundings:
    """Remembers them as they are when it is made. Only for a process's main thread.

    Without the descriptor `vital` this process must not go on.
    """

    def __init__(self, vital: int) -> None:
        self._vital = vital
        self._handlers = [*map(getsignal, _SIGNALS)]
        self._mask = pthread_sigmask(SIG_BLOCK, ())
        self._umask = os.umask(0o077)
        os.umask(self._umask)
        self._folder = _folder()
        self._spares = {number: os.dup(number) for number in _STREAMS if not _is_closed(number)}
        self._output = (sys.stdout, sys.stderr)
        self._closed = select.poll()
        for descriptor in (vital, *self._spares):
            self._closed.register(descriptor, 0)

    @property
    def output_spares(self) -> tuple[int, ...]:
        """The descriptors from which the two of the output are put back."""
        return tuple(spare for number, spare in self._spares.items() if number)

    def restore(self) -> None:
        """Put everything back; costs a few microseconds if nothing has changed."""
        if sys.stdout is not self._output[0] or sys.stderr is not self._output[1]:
            # What the next job prints is not for whoever has put something else there.
            sys.stdout, sys.stderr = self._output
        if self._closed.poll(0) or _is_a_file_closed():
            self._reopen()
        if [*map(getsignal, _SIGNALS)] != self._handlers:
            self._restore_handlers()
        # After them, for what was held back arrives now.
        if pthread_sigmask(SIG_BLOCK, ()) != self._mask:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        os.umask(self._umask)
        if self._folder is not None and _folder() != self._folder:
            with suppress(OSError):
                os.chdir(self._folder)

    def _restore_handlers(self) -> None:
        for number, handler in zip(_SIGNALS, self._handlers, strict=True):
            if handler is not None:  # somebody else's, not to be set from Python
                signal.signal(number, handler)

    def _reopen(self) -> None:
        if _is_closed(self._vital):
            # Whatever has our numbers next would get what is meant for the database.
            os._exit(endings.GUTTED)
        for number, spare in self._spares.items():
            if _is_closed(number):
                os.dup2(spare, number)
            stream = getattr(sys, _STREAMS[number])
            if stream is None or stream.closed:
                setattr(sys, _STREAMS[number], _text(number))
        self._output = (sys.stdout, sys.stderr)


def _is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False


def _is_a_file_closed() -> bool:
    # quit() closes the file, but not its descriptor.
    try:
        return sys.stdin.closed or sys.stdout.closed or sys.stderr.closed
    except AttributeError:
        return True


def _text(descriptor: int) -> IO[str]:
    mode = "w" if descriptor else "r"
    return open(
        descriptor, mode, buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None  # it was removed
