"""Tables for people: columns as wide as needed, the last one cut at the terminal's edge."""

from collections.abc import Sequence
from typing import Any

from jobdash.cli.output import has_colours, is_terminal, say
from jobdash.job import State
from jobdash.text import cell_len, clean, shorten

GAP = "  "
NARROWEST = 20
WIDEST_COLUMN = 60

# Names, not exact colours: the terminal's theme makes them readable on its background.
STATE_COLOURS: dict[str, dict[str, Any]] = {
    State.RUNNING: {"fg": "cyan", "bold": True},
    State.RETRYING: {"fg": "yellow"},
    State.SUCCEEDED: {"fg": "green"},
    State.FAILED: {"fg": "red", "bold": True},
    State.EXPIRED: {"fg": "yellow"},
    State.CANCELLED: {"dim": True},
    State.DISCARDED: {"dim": True},
}

Row = Sequence[str]


def print_table(head: Row, rows: Sequence[Row], *, right: frozenset[int] = frozenset()) -> None:
    """Print rows under their heads; the columns `right` are aligned to the right."""
    lines = [head, *([clean(cell) for cell in row] for row in rows)]
    widths = [_width(column) for column in zip(*lines, strict=True)]
    edge = _terminal_width() if is_terminal() else None
    for number, line in enumerate(lines):
        cells = _aligned(line, widths, right)
        say(_joined(cells, edge), style=_style(number, line))


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print names and values, the values below one another; empty ones are left out."""
    widest = max((cell_len(name) for name, value in facts if value), default=0)
    for name, value in facts:
        if value:
            say(f"{_padded(name, widest)}{GAP}{clean(value)}")


def _terminal_width() -> int:
    # Heavy, and a pipe has no width.
    import shutil

    return shutil.get_terminal_size().columns


def _style(number: int, line: Row) -> dict[str, Any] | None:
    if not has_colours():
        return None
    if number == 0:
        return {"bold": True}
    return next((STATE_COLOURS[cell] for cell in line if cell in STATE_COLOURS), None)


def _width(column: Sequence[str]) -> int:
    return min(max(map(cell_len, column)), WIDEST_COLUMN)


def _aligned(line: Row, widths: Sequence[int], right: frozenset[int]) -> list[str]:
    last = len(line) - 1
    return [
        cell if place == last else _padded(shorten(cell, width), width, place in right)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def _padded(cell: str, width: int, to_the_right: bool = False) -> str:
    space = " " * (width - cell_len(cell))
    return space + cell if to_the_right else cell + space


def _joined(cells: Sequence[str], edge: int | None) -> str:
    line = GAP.join(cells).rstrip()
    return line if edge is None else shorten(line, max(edge, NARROWEST))
