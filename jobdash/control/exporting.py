"""Takes copies of a file, with its logs, while everybody goes on: all of it or nothing."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jobdash import logfiles
from jobdash.database import Snapshot, open_reader
from jobdash.database.placement import check_place
from jobdash.database.snapshot import Told
from jobdash.errors import DatabaseError, Refused
from jobdash.sidecar import sidecar

# What lies beside a file that is in use, or was when its last user died.
_SIGNS_OF_USE = ("-wal", "-shm", "-journal", "-pool")


@dataclass(frozen=True, slots=True)
class Exported:
    """A copy: where, of how many bytes, and how many bytes of logs lie beside it."""

    path: Path
    bytes: int
    log_bytes: int


def export(
    source: Path,
    target: Path,
    now: int,
    *,
    working: bool = False,
    logs: bool = True,
    force: bool = False,
    told: Told = lambda done, total: None,
) -> Exported:
    """Copy a file as it is at this moment, to look at it or, if `working`, to work on from it.

    Its logs are copied after it: what it knows of is in them, for they only grow. Raises `Refused`
    if there is a file that is not to be replaced, or that is in use; `DatabaseError` if it cannot
    be done, and leaves nothing then.
    """
    # Where a link leads, as for every file: what lies beside it must find it there.
    target = target.resolve()
    check_place(target)
    _check_target(source, target, force)
    reader = open_reader(source)
    try:
        mark = None if working else _mark(reader.snapshot(), source, now)
        with _beside(target) as (part, part_logs):
            reader.copy_to(part, mark, told)
            log_bytes = _copy_logs(source, part_logs) if logs else 0
            _put_in_place(part, target)
    finally:
        reader.close()
    return Exported(target, target.stat().st_size, log_bytes)


def _mark(known: Snapshot | None, source: Path, now: int) -> Snapshot:
    """Return whose copy it is: that of a copy tells of the same moment."""
    return known or Snapshot(now, str(source.absolute()))


def _check_target(source: Path, target: Path, force: bool) -> None:
    if target.exists() and os.path.samefile(source, target):
        raise Refused(f"{target} is the file itself: name another")
    for suffix in _SIGNS_OF_USE:
        if os.path.exists(sidecar(target, suffix)):
            raise Refused(
                f"{sidecar(target, suffix)} is there, so somebody uses {target.name}, or did:"
                " name another file"
            )
    for place in (target, Path(logfiles.folder(target))):
        if place.exists() and not force:
            raise Refused(f"{place} exists already: name another file, or replace it with --force")


@contextmanager
def _beside(target: Path) -> Iterator[tuple[Path, Path]]:
    """Yield where a copy and its logs can grow, beside their place; at the end they are gone."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part_logs = Path(logfiles.folder(part))
    try:
        yield part, part_logs
    except DatabaseError as error:
        raise type(error)(str(error).replace(str(part), str(target))) from error
    finally:
        part.unlink(missing_ok=True)
        shutil.rmtree(part_logs, ignore_errors=True)


def _copy_logs(source: Path, folder: Path) -> int:
    copied = 0
    try:
        for file in logfiles.log_files(source):
            folder.mkdir(mode=0o700, exist_ok=True)
            # A pool may prune meanwhile what this copy does not know any more either.
            with suppress(FileNotFoundError):
                copied += _copy_sparse(file, folder / str(file.start))
    except OSError as error:
        raise DatabaseError(
            f"the logs cannot be copied to {folder.parent}: {error.strerror}; nothing was written"
            " (--no-logs leaves them out)"
        ) from error
    return copied


_CHUNK = 1 << 20


def _copy_sparse(source: logfiles.LogFile, target: Path) -> int:
    """Copy a file as far as it goes now, without its holes; return its length."""
    with (
        open(logfiles.opened(source), "rb") as old,
        open(target, "xb", opener=_private) as new,
    ):
        size = left = os.fstat(old.fileno()).st_size
        while left > 0 and (chunk := old.read(min(left, _CHUNK))):
            left -= len(chunk)
            if chunk.count(0) == len(chunk):
                new.seek(len(chunk), os.SEEK_CUR)
            else:
                new.write(chunk)
        new.truncate(size - left)
    return size - left


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _put_in_place(part: Path, target: Path) -> None:
    """Give the copy its name, the last of all; what was there before has gone then."""
    logs, part_logs = Path(logfiles.folder(target)), Path(logfiles.folder(part))
    try:
        _sync(part)
        target.unlink(missing_ok=True)
        shutil.rmtree(logs, ignore_errors=True)
        if part_logs.exists():
            os.rename(part_logs, logs)
        os.rename(part, target)
    except OSError as error:
        raise DatabaseError(f"{target} cannot be written: {error.strerror}") from error


def _sync(path: Path) -> None:
    # No connection to it is open in this process: nobody's locks are lost by closing it.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
