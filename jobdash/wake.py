"""Waking idle workers: a FIFO beside the database into which whoever makes a job ready rings.

Ringing is a hint and nothing depends on it: it never fails, never waits, and rings for nobody if
nobody listens. The byte is written after the commit, so a listener that reads it finds the job.
Each queue has its own FIFO: one bell for two queues would be switched off by the wrong pool. Pools
that share a queue share its bell: who switches it off has looked for the same jobs.
"""

import os
import stat
import zlib
from functools import lru_cache

from jobdash.errors import DatabaseError
from jobdash.sidecar import sidecar

StrPath = str | os.PathLike[str]

# Read and write: the pipe then never lacks a reader, and so can never raise SIGPIPE in a producer.
_MODE = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = 65_536


def fifo_path(database: StrPath, queue: str = "") -> str:
    """Return where the FIFO of a queue lies. A queue's name may hold anything, so it is hashed."""
    return _fifo_path(os.fspath(database), queue)


@lru_cache(maxsize=64)
def _fifo_path(database: str, queue: str) -> str:
    name = f"-{zlib.crc32(queue.encode('utf-8', 'replace')):08x}" if queue else ""
    return sidecar(database, f"-wake{name}")


def ring(database: StrPath, queue: str = "") -> None:
    """Wake the queue's listeners. Opening anew costs 2 µs and survives forks and daemons."""
    try:
        descriptor = os.open(fifo_path(database, queue), _MODE)
    except OSError:
        return
    try:
        if _is_fifo(descriptor):
            os.write(descriptor, b"\0")
    except OSError:
        pass  # full: the listeners have enough to wake them
    finally:
        os.close(descriptor)


def create(database: StrPath, queue: str = "") -> None:
    """Make the FIFO if it is missing. Raises `DatabaseError` if another file is in its place."""
    if not hasattr(os, "mkfifo"):
        return
    path = fifo_path(database, queue)
    try:
        os.mkfifo(path, 0o600)
    except FileExistsError:
        if not stat.S_ISFIFO(os.lstat(path).st_mode):
            raise DatabaseError(f"{path} is in the way: move it, it is no FIFO") from None
    except OSError:
        return  # a file system without FIFOs; listeners then look by themselves


def remove(database: StrPath, queue: str = "") -> None:
    """Remove the FIFO, for the one who made it and leaves in good order."""
    path = fifo_path(database, queue)
    try:
        if stat.S_ISFIFO(os.lstat(path).st_mode):
            os.unlink(path)
    except OSError:
        pass


class Listener:
    """The receiving end. `fileno()` stays readable from a ring until somebody drains."""

    def __init__(self, database: StrPath, queue: str = "") -> None:
        self._descriptor = -1
        try:
            self._descriptor = os.open(fifo_path(database, queue), _MODE)
        except OSError:
            return
        if not _is_fifo(self._descriptor):
            self.close()

    @property
    def can_hear(self) -> bool:
        """False where there is no FIFO: then one has to look by oneself."""
        return self._descriptor >= 0

    def fileno(self) -> int:
        """Return the descriptor to poll for reading."""
        return self._descriptor

    def drain(self) -> int:
        """Take all rings so far and return how many there were."""
        try:
            return len(os.read(self._descriptor, _AT_ONCE))
        except OSError:
            return 0

    def close(self) -> None:
        """Stop listening."""
        if self.can_hear:
            os.close(self._descriptor)
            self._descriptor = -1


def _is_fifo(descriptor: int) -> bool:
    return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
