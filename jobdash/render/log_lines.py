"""Lines of what a job has printed: their level, and their text as it may be shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobdash.redact import redact_text
from jobdash.streams import unmarked
from jobdash.text import clean, format_size

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
PRINTED = 0
LONGEST = 10_000
_BYTES_PER_CHARACTER = 4
_CONTINUED = b"  | "
_ALIASES = {b"WARN": 30, b"FATAL": 50}
_BY_NAME = {name.upper().encode(): level for name, level in LEVELS.items()} | _ALIASES
# Our own form, that of `logging.basicConfig`, and what others commonly put around the level.
_RECORD = re.compile(
    rb"\[?(?:\d{4}-\d\d-\d\d[ T])?(?:\d\d:\d\d:\d\d(?:[.,]\d+)?)?\]?[ \t-]*\[?"
    rb"(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\b"
)
_RECORDS = re.compile(rb"^(?:%b|%b)" % (_RECORD.pattern, re.escape(_CONTINUED)), re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")


def level_of(line: bytes, before: int = PRINTED) -> int:
    """Return the level of a line as `logging` numbers it, PRINTED if it is none of a log record.

    `before` is the level of the line before it, which a record's further lines share.
    """
    if line.startswith(_CONTINUED):
        return before
    found = _RECORD.match(line)
    return _BY_NAME[found[1]] if found else PRINTED


def records(
    text: bytes | bytearray, start: int, before: int = PRINTED
) -> Iterator[tuple[int, int]]:
    """Yield where each line of a log record begins, from a line's beginning on, and its level.

    As `level_of` tells it, but many lines in the time of one call.
    """
    level, following = before, start
    for found in _RECORDS.finditer(text, start):
        at, name = found.start(), found[1]
        if name is not None:
            level = _BY_NAME[name]
        elif at != following:
            level = PRINTED
        following = text.find(b"\n", at) + 1
        if level:
            yield at, level


def readable(line: bytes, *, raw: bool = False) -> str:
    r"""Return a line, without its end, as harmless text.

    As a terminal would show it, without colours and without what a carriage return has written
    over; with `raw`, with every control character as a picture. What has the shape of a secret is
    hidden (`jobdash.redact.redact_text`); what a job prints is not redacted otherwise. Bytes that
    are no UTF-8 become U+FFFD, and of a very long line the beginning is shown.
    """
    line = unmarked(line)
    text = line[: LONGEST * _BYTES_PER_CHARACTER].decode(errors="replace")
    if not raw and not text.isprintable():
        text = _COLOUR.sub("", text).rstrip("\r").rpartition("\r")[2]
    text = clean(redact_text(text).expandtabs())
    if len(line) <= LONGEST:
        return text
    shown = text[:LONGEST]
    return f"{shown} … {cut_words(len(line) - len(shown.encode()))}"


def cut_words(size: int) -> str:
    """Return the note for so many bytes that are left out."""
    return f"{format_size(max(0, size))} cut …"


@dataclass(frozen=True, slots=True)
class Gap:
    """So many bytes of a log that are not kept."""

    size: int


class Splitter:
    """Makes lines of a log that comes in pieces. What is no whole line yet waits for the rest."""

    def __init__(self) -> None:
        self._rest = b""

    def split(self, head: bytes, cut: int, tail: bytes) -> Iterator[bytes | Gap]:
        """Yield the lines of the next piece; where bytes are cut, only the whole lines around."""
        if cut:
            *lines, torn = (self._rest + head).split(b"\n")
            yield from lines
            broken, newline, tail = tail.partition(b"\n")
            if not newline:
                broken, tail = b"", broken
            yield Gap(len(torn) + cut + len(broken) + len(newline))
            head = self._rest = b""
        *lines, self._rest = (self._rest + head + tail).split(b"\n")
        yield from lines

    def finish(self) -> Iterator[bytes]:
        """Yield what came after the last newline."""
        if self._rest:
            yield self._rest
        self._rest = b""
