"""A line that stands on the terminal while there is nothing else to see yet."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ERASE_LINE = "\x1b[2K\r"


@contextmanager
def patience(words: str) -> Iterator[None]:
    """Show a line for as long as the block takes. Standard error must be a terminal."""
    _write(f"{words} …\r")
    try:
        yield
    finally:
        _write(_ERASE_LINE)


def _write(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
