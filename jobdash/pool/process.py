"""What a process of the pool does to itself: whom it dies with, which signals it minds."""

import ctypes
import gc
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

_PR_SET_PDEATHSIG = 1

# Not SIG_IGN: that would be inherited by every program that a task starts, which then could not
# be terminated either. A handler that does nothing ends at exec.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WORKER_SIGNALS = (signal.SIGUSR1, signal.SIGUSR2)

Handler = Callable[[int, FrameType | None], None]

# The mask of signals belongs to a thread, and any thread may fork.
_fork = threading.local()


if sys.platform == "linux":
    _libc = ctypes.CDLL(None)


def die_with(parent: int, lifeline: int) -> None:
    """End this process by SIGKILL when `parent` ends, however that happens.

    `lifeline` is the reading end of a pipe that only the supervisor can write to; it is watched
    where the kernel offers no such service.
    """
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have ended before it could be watched.
        if os.getppid() != parent:
            os._exit(1)
    else:
        threading.Thread(target=_exit_at_end_of, args=(lifeline,), daemon=True).start()


def shrug(signals: tuple[signal.Signals, ...]) -> None:
    """Let these signals pass without effect, here but not in programs started from here."""
    for number in signals:
        signal.signal(number, _nothing)


def give_back_memory() -> None:
    """Return to the system what importing has left unused, before it is forked many times."""
    gc.collect()
    if sys.platform == "linux" and hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)
    gc.freeze()  # a collection in a child then does not touch, and so copy, shared pages


def mind_signals_in_children() -> None:
    """Give what a task forks the usual signals again, so that it can be terminated.

    A signal that comes before it has them is held back for it, not lost: a parent that has
    terminated its child waits for its end.
    """
    os.register_at_fork(before=_hold_back, after_in_parent=_let_in, after_in_child=_begin_anew)


def leave(code: int) -> NoReturn:
    """End this process without anything that its parent's code has prepared for its own end."""
    flush()
    os._exit(code)


def flush() -> None:
    """Let out what has been printed: who dies with its parent may get no other chance."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    pass


def _hold_back() -> None:
    _fork.mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS + WORKER_SIGNALS)


def _let_in() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _fork.mask)


def _begin_anew() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, *WORKER_SIGNALS):
        signal.signal(number, signal.SIG_DFL)
    _let_in()


def _exit_at_end_of(lifeline: int) -> None:
    poller = select.poll()
    poller.register(lifeline, 0)  # only the hang-up, which is always reported
    poller.poll()
    os._exit(1)
