"""The lines of a source, each checked to be text of a bearable length."""

from collections.abc import Iterator
from typing import BinaryIO

from jobdash.cli.byte_order import UTF8_MARK, UTF16_TOLD, is_utf16

LONGEST_LINE = 1_000_000


class BadRow(Exception):
    """What is wrong with a row, in words."""


class Lines(Iterator[str]):
    """Lines with their ends. A bad one raises `BadRow`, and then the next one follows.

    `number` is that of the last line, `taken` what was read since it was last emptied.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0
        self.taken: list[bytes] = []

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            line = _without_mark(line)
        self.taken.append(line)
        if len(line) > LONGEST_LINE:
            self._skip_rest(line)
        return _text(line)

    def _skip_rest(self, line: bytes) -> None:
        length = len(line)
        while line and not line.endswith(b"\n"):
            line = self._file.readline(LONGEST_LINE)
            length += len(line)
        raise BadRow(f"the line has {length:,} bytes, {LONGEST_LINE:,} are allowed")


def _without_mark(line: bytes) -> bytes:
    if is_utf16(line):
        raise BadRow(UTF16_TOLD)
    return line.removeprefix(UTF8_MARK)


def _text(line: bytes) -> str:
    at = line.find(b"\0")
    if at >= 0:
        raise BadRow(f"there is a NUL byte at column {at + 1}: is this text, and UTF-8?")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
        raise BadRow(f"{found} is not UTF-8") from None
