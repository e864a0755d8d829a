"""The usual ways to end a program, let out through every `finally`."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALLED = 128
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
# The exit codes of who was ended so.
ENDED = frozenset(_SIGNALLED + number for number in _SIGNALS)


@contextmanager
def ends_that_unwind() -> Iterator[None]:
    """Exit as from inside, so that what lies about is cleared away, when a signal asks for it."""
    before = {number: signal.signal(number, _exit) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, _frame: FrameType | None) -> None:
    # Who asks twice must not interrupt the clearing up.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(_SIGNALLED + number)
