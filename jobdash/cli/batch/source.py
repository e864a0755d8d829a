"""Where the inputs of a batch come from: a file that is read twice, or a stream that is kept."""

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from jobdash.errors import NotFound, UsageError

STREAM = "-"
STREAM_NAME = "standard input"


class Source:
    """Bytes that can be read again from the start, for a `with` block.

    What cannot, a pipe for one, is copied to a temporary file. Raises `NotFound` or `UsageError`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = STREAM_NAME if path == STREAM else path
        self._file = sys.stdin.buffer if path == STREAM else _open(path)
        if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
            self._file = _kept(self._file, self.name)
        self._mark = self._stamp()

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not sys.stdin.buffer:
            self._file.close()

    @property
    def suffix(self) -> str:
        """What its name ends with, in small letters: '.csv'."""
        return "" if self.path == STREAM else Path(self.path).suffix.lower()

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return os.fstat(self._file.fileno()).st_size

    def rewound(self) -> BinaryIO:
        """Return the file, to be read from its start."""
        self._file.seek(0)
        return self._file

    def check_unchanged(self) -> None:
        """Raise `UsageError` if somebody has written to the file since it was opened."""
        if self._stamp() != self._mark:
            raise UsageError(f"{self.name} has changed while it was read: nothing was enqueued")

    def _stamp(self) -> tuple[int, int]:
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns


def _open(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder: name a file with one input a line") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path} cannot be read: {why}") from error


def _kept(stream: BinaryIO, name: str) -> BinaryIO:
    if stream.isatty():
        raise UsageError("standard input is a terminal: name a file, or pipe something in")
    # Not in memory: it may be a disk like any other, and this has no name to be left behind.
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - the source closes it
    try:
        shutil.copyfileobj(stream, kept)
        kept.flush()
    except OSError as error:
        raise UsageError(
            f"{name} cannot be kept in {tempfile.gettempdir()}: {error.strerror}"
        ) from error
    return kept
