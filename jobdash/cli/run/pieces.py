"""The pieces of a file that inputs are read from: its lines, or what NUL bytes part."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO

from jobdash.cli.byte_order import UTF8_MARK, UTF16_TOLD, is_utf16
from jobdash.cli.output import note
from jobdash.errors import UsageError

STREAM = "-"
# More than any system takes for one argument.
LONGEST = 4_000_000
_AT_ONCE = 1 << 16


def is_stream(path: str) -> bool:
    """Return whether it can be read only once: a pipe, a terminal."""
    try:
        found = os.fstat(0) if path == STREAM else os.stat(path)
    except OSError:
        return False
    return not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode))


def texts_of(path: str, separator: bytes, files: ExitStack) -> Iterator[bytes]:
    """Open a file until `files` are closed, and return its pieces. Raises `UsageError`.

    Lines may end as on Windows.
    """
    file = _opened(path, files)
    for number, piece in enumerate(_pieces(file, separator, path), 1):
        yield _line(piece, number, path) if separator == b"\n" else piece


def _line(piece: bytes, number: int, path: str) -> bytes:
    if b"\0" in piece:
        is_wide = number == 1 and is_utf16(piece)
        told = UTF16_TOLD if is_wide else "NUL bytes; -0 reads what they part"
        raise UsageError(f"{_named(path)}:{number}: {told}")
    return (piece.removeprefix(UTF8_MARK) if number == 1 else piece).removesuffix(b"\r")


def _opened(path: str, files: ExitStack) -> BinaryIO:
    if path != STREAM:
        try:
            return files.enter_context(open(path, "rb", buffering=0))
        except OSError as error:
            raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if sys.stdin.isatty():
        note("the inputs are what you type, a line each; Ctrl-D ends them")
    return files.enter_context(open(0, "rb", buffering=0, closefd=False))


def _pieces(file: BinaryIO, separator: bytes, path: str) -> Iterator[bytes]:
    rest, number = b"", 0
    # Unbuffered: what has come so far is to be worked on, however slowly the rest comes.
    while data := file.read(_AT_ONCE):
        *whole, rest = (rest + data).split(separator)
        yield from whole
        number += len(whole)
        if len(rest) > LONGEST:
            raise UsageError(f"{_named(path)}:{number + 1}: more than {LONGEST:,} bytes in one")
    if rest:
        yield rest


def _named(path: str) -> str:
    return "standard input" if path == STREAM else path
