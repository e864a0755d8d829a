"""Who is alive: known from a lock that ends with its process, never guessed from a clock.

Worker N holds byte N of one lock file beside the database. It is an `fcntl` record lock: unlike
`flock` it is not inherited by what a task forks. It is lost when its process closes any descriptor
of the file, so each process opens the file once and keeps it open.

Where there is no `fcntl` (Windows) everybody counts as alive and nothing is ever rescued.
"""

import errno
import os
import threading
import time

from jobdash.errors import DatabaseBusy, DatabaseError
from jobdash.identity import Identity, end_group, send_signal
from jobdash.sidecar import sidecar

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

__all__ = ["Identity", "descriptor", "end_group", "hold", "is_alive", "let_go", "send_signal"]

_TAKEN = frozenset({errno.EAGAIN, errno.EACCES})
_RETRY_SECONDS = 0.001
_PATIENCE_SECONDS = 5.0

StrPath = str | os.PathLike[str]


class _LockFile:
    """This process's one descriptor of a lock file, and the bytes it holds there."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self.held: set[int] = set()

    def acquire(self, byte: int) -> bool:
        return self._try(fcntl.LOCK_EX, byte)

    def release(self, byte: int) -> None:
        fcntl.lockf(self.descriptor, fcntl.LOCK_UN, 1, byte)

    def is_taken(self, byte: int) -> bool:
        """Whether another process holds it; asking with a shared lock disturbs no other asker."""
        if not self._try(fcntl.LOCK_SH, byte):
            return True
        self.release(byte)
        return False

    def is_current(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self.descriptor))
        except OSError:
            return False

    def _try(self, kind: int, byte: int) -> bool:
        try:
            fcntl.lockf(self.descriptor, kind | fcntl.LOCK_NB, 1, byte)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise
        return True


_files: dict[str, _LockFile] = {}
_guard = threading.RLock()


def hold(database: StrPath, worker: int) -> None:
    """Show this process as the living worker `worker` until it ends or lets go."""
    if fcntl is None:
        return
    with _guard:
        file = _writable(database)
        _acquire(file, worker)
        file.held.add(worker)


def let_go(database: StrPath, worker: int) -> None:
    """Stop showing this process as `worker`, for one that ends in good order."""
    with _guard:
        file = _files.get(_path(database))
        if file is not None and worker in file.held:
            file.held.discard(worker)
            file.release(worker)


def descriptor(database: StrPath) -> int:
    """Return this process's descriptor of the lock file, which must stay open while it holds."""
    return _files[_path(database)].descriptor


def is_alive(database: StrPath, worker: int) -> bool:
    """Return whether the process of `worker` still exists."""
    if fcntl is None:
        return True
    with _guard:
        file = _readable(database)
        try:
            return file is not None and (worker in file.held or file.is_taken(worker))
        except OSError:
            return True  # a file system without locks: not to know is no reason to kill


def _path(database: StrPath) -> str:
    return sidecar(database, "-pool")


def _writable(database: StrPath) -> _LockFile:
    try:
        return _opened(_path(database), os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise DatabaseError(f"cannot open {_path(database)}: {error.strerror}") from error


def _readable(database: StrPath) -> _LockFile | None:
    for mode in (os.O_RDWR, os.O_RDONLY):
        try:
            return _opened(_path(database), mode)
        except OSError:
            continue
    return None


def _opened(path: str, mode: int) -> _LockFile:
    file = _files.get(path)
    if file is not None and (file.held or file.is_current()):
        return file
    if file is not None:
        os.close(_files.pop(path).descriptor)
    descriptor = os.open(path, mode | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    return _files.setdefault(path, _LockFile(path, descriptor))


def _acquire(file: _LockFile, byte: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    try:
        while not file.acquire(byte):
            if time.monotonic() > deadline:
                raise DatabaseBusy(f"{file.path} stayed locked: end the process that holds it")
            time.sleep(_RETRY_SECONDS)
    except OSError as error:
        raise DatabaseError(f"cannot lock {file.path}: {error.strerror}") from error


def _after_fork() -> None:
    # The child holds nothing: record locks belong to the process. It may use the descriptor.
    global _guard
    _guard = threading.RLock()
    for file in _files.values():
        file.held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
