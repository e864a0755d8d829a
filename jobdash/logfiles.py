"""The files that keep what jobs print: where they are, and which part of it each one holds.

All output lies on one line of numbers, on which every worker has a stretch of its own: a *place*
is worker * 2**40 + byte. A file is named by the place at which it begins and goes on to the next
one of its worker. So two places tell an attempt's output, in whatever file it is.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from jobdash.sidecar import sidecar

StrPath = str | os.PathLike[str]

STRETCH = 1 << 40
# Of what one attempt prints so much is kept, from its beginning and from its end.
HEAD, TAIL = 1_000_000, 4_000_000
KEPT = HEAD + TAIL
_MODE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
# A pipe in its place would be waited for.
_AS_IT_IS = os.O_CLOEXEC | os.O_NONBLOCK
_NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file: the places from `start` up to `stop`, as far as it is written."""

    path: str
    start: int
    stop: int

    @property
    def worker(self) -> int:
        """The worker whose output it keeps."""
        return self.start // STRETCH


def folder(database: StrPath) -> str:
    """Return the folder beside a database that holds them."""
    return sidecar(database, "-logs")


def create(database: StrPath, start: int) -> int:
    """Make the file that begins at a place, for its worker alone; return its descriptor.

    Raises `OSError`.
    """
    place = folder(database)
    with suppress(FileExistsError):
        os.mkdir(place, 0o700)
    path = os.path.join(place, str(start))
    # Of another database that had this name before.
    with suppress(FileNotFoundError):
        os.unlink(path)
    return os.open(path, _MODE | _NOT_FOLLOWED, 0o600)


def log_files(database: StrPath) -> list[LogFile]:
    """Return all of them, in order."""
    place = folder(database)
    try:
        starts = sorted(int(name) for name in os.listdir(place) if name.isdecimal())
    except OSError:
        return []
    return [
        LogFile(os.path.join(place, str(start)), start, stop)
        for start, stop in zip(starts, _stops(starts), strict=True)
    ]


def _stops(starts: list[int]) -> Iterator[int]:
    following = [*starts[1:], None] if starts else []
    for start, after in zip(starts, following, strict=True):
        end = (start // STRETCH + 1) * STRETCH
        yield end if after is None else min(end, after)


def file_of(database: StrPath, place: int) -> LogFile | None:
    """Return the file that a place lies in."""
    return next((one for one in log_files(database) if one.start <= place < one.stop), None)


def opened(file: LogFile, how: int = os.O_RDONLY) -> int:
    """Return a descriptor of one. Raises `FileNotFoundError` if there is no such file any more.

    What lies in its place, a folder, a pipe, or a link to what no worker wrote, is no such file.
    """
    try:
        descriptor = os.open(file.path, how | _AS_IT_IS | _NOT_FOLLOWED)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileNotFoundError(errno.ENOENT, "it is a link", file.path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "it is no file", file.path)
    return descriptor


def remove(file: LogFile) -> None:
    """Delete one."""
    with suppress(OSError):
        os.unlink(file.path)
