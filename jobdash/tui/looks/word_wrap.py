"""Where a line goes on in the next line of the screen: between words, if it has such places."""

from rich.text import Text

# What has no space in this part of the width is no prose: it is broken at the edge.
_LAST_PART = 3


def line_starts(line: Text, width: int, indent: int = 0) -> list[int]:
    """Return the cells at which the pieces of a line begin, none of them wider than `width`.

    `indent` cells are left free before each piece but the first.
    """
    text, cells = line.plain, line.cell_len
    if cells <= width:
        return [0]
    if cells != len(text):
        # Some characters are wider than others: cells are then no places in the text.
        return [0, *range(width, cells, max(1, width - indent))]
    starts, room = [0], width
    while len(text) - starts[-1] > room:
        starts.append(_next_start(text, starts[-1], room))
        room = max(1, width - indent)
    return starts


def _next_start(text: str, start: int, width: int) -> int:
    edge = start + width
    space = text.rfind(" ", edge - width // _LAST_PART, edge + 1)
    return edge if space < 0 else space + 1
