"""Asking a worker where it is: one signal, and the Python stacks of all its threads come back.

The answer is written by `faulthandler` in C, inside the signal's handler: it needs no lock of the
interpreter, so that it comes while Python code computes and while C code sleeps, and no Python
code runs for it. The signal is SIGURG, which a process ignores that does not know it: whoever gets
it by mistake is not harmed. System calls that can be taken up again are, by the kernel or Python.

The worker answers into a piece of memory that has a descriptor but no name; who may read the
process's memory opens that. Only Linux has this.
"""

import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from jobdash.errors import NoStack
from jobdash.identity import Identity, birth, send_signal

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_IS_POSSIBLE = sys.platform == "linux" and hasattr(os, "memfd_create")
_SIGNAL: int = getattr(signal, "SIGURG", 0)
_NAME = "jobdash-stacks"
PATIENCE_SECONDS = 2.0
_POLL_SECONDS = 0.001


def answer() -> None:
    """Let this process answer from now on, wherever it is. It costs nothing until it is asked."""
    if not _IS_POSSIBLE:
        return
    # Where there is no such memory, nobody will find it and ask.
    with suppress(OSError):
        place = os.memfd_create(_NAME, os.MFD_CLOEXEC)
        fcntl.fcntl(place, fcntl.F_SETFL, os.O_APPEND)
        faulthandler.register(_SIGNAL, place, all_threads=True)


def ask(identity: Identity, patience: float = PATIENCE_SECONDS) -> str:
    """Return what `faulthandler` tells of a process, within so many seconds.

    Raises `NoStack`.
    """
    if not _IS_POSSIBLE:
        raise NoStack("a running job's stack can be seen on Linux only")
    try:
        with open(_find_place(identity), "r+b", buffering=0) as file:
            place = file.fileno()
            # Two who ask at once would read each other's answers.
            _wait(identity, lambda: _is_ours_alone(place), patience)
            _have_it_written(identity, place, patience)
            return os.pread(place, 1 << 22, 0).decode("ascii", "replace")
    except PermissionError:
        raise NoStack(f"process {identity.pid} is another user's: ask as that user") from None
    except (FileNotFoundError, ProcessLookupError):
        raise NoStack(f"process {identity.pid} has just ended") from None


def _find_place(identity: Identity) -> str:
    folder = f"/proc/{identity.pid}/fd"
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):
            if os.readlink(f"{folder}/{name}").startswith(f"/memfd:{_NAME}"):
                return f"{folder}/{name}"
    # Not to be asked: what it wrote would go to whatever has the number of the descriptor now.
    raise NoStack(f"process {identity.pid} does not answer: a job has closed what it answers with")


def _have_it_written(identity: Identity, place: int, patience: float) -> None:
    os.ftruncate(place, 0)
    deaf = _threads_where(identity.pid, "SigBlk")
    send_signal(identity, _SIGNAL)
    _wait(identity, lambda: _is_written(identity.pid, place, deaf), patience)


def _is_written(pid: int, place: int, deaf: set[str]) -> bool:
    """Whether the answer is complete: begun, and no thread is in the handler any more.

    While a handler runs its signal is blocked.
    """
    return os.fstat(place).st_size > 0 and not (
        _threads_where(pid, "ShdPnd") or _threads_where(pid, "SigBlk") - deaf
    )


def _is_ours_alone(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(identity: Identity, condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if birth(identity.pid) != identity.born:
            raise ProcessLookupError
        if time.monotonic() > deadline:
            raise NoStack(
                f"process {identity.pid} does not answer: it is stopped, or waits in the kernel"
            )
        time.sleep(_POLL_SECONDS)


def _threads_where(pid: int, mask: str) -> set[str]:
    """Return the threads that have our signal in this mask of theirs."""
    found = set()
    for thread in os.listdir(f"/proc/{pid}/task"):
        with suppress(FileNotFoundError):
            status = Path(f"/proc/{pid}/task/{thread}/status").read_text(encoding="ascii")
            if _has_signal(status, mask):
                found.add(thread)
    return found


def _has_signal(status: str, mask: str) -> bool:
    line = next(line for line in status.splitlines() if line.startswith(f"{mask}:"))
    return bool(int(line.split()[1], 16) >> (_SIGNAL - 1) & 1)
