"""Files outside the database: whole lines, appended by one write each, by many processes."""

import json
import os
import signal
from pathlib import Path
from typing import Any

# A SIGKILL may cut a write at a page of the file; what lacks this end does not count.
_END = " ."
# Asks a producer for a flood. By default it does nothing: one that just starts survives it.
FLOOD = signal.SIGURG
# What stands for a value that a chord's member did not have.
PLACEHOLDER = "!"


def append(path: str | os.PathLike[str], *words: object) -> None:
    """Write one line in one go, so that lines of several processes never mix."""
    line = "\n" + " ".join(map(str, words)) + _END + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read(path: Path) -> list[list[str]]:
    """Return the words of every whole line, in the order in which they were written."""
    if not path.exists():
        return []
    lines = path.read_text().splitlines()
    return [line.removesuffix(_END).split(" ") for line in lines if line.endswith(_END)]


def as_word(value: Any) -> str:
    """Return a value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))
