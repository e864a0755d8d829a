"""Lines of styled text: made of spans, fitted to a width in cells, turned into strips.

Text from outside must have passed `text.clean` before it becomes a span.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from jobdash.text import cell_len, shorten

Span: TypeAlias = tuple[str, Style]
Spans: TypeAlias = tuple[Span, ...]
Align: TypeAlias = Literal["left", "right"]

_NONE = Style()


def width_of(spans: Iterable[Span]) -> int:
    """How many cells the spans take."""
    return sum(cell_len(text) for text, _ in spans)


def fitted(spans: Sequence[Span], width: int, align: Align = "left", gap: int = 0) -> Spans:
    """Cut or pad the spans to exactly `width` cells, and put `gap` empty ones behind.

    The empty cells join the text beside them: fewer spans are fewer bytes on their way.
    """
    kept, room = _cut(spans, width)
    if align == "right":
        first, style = kept[0]
        kept[0] = (" " * room + first, style)
        room = 0
    last, style = kept[-1]
    if style.bgcolor is None:
        kept[-1] = (last + " " * (room + gap), style)
    else:
        kept.append((" " * (room + gap), _NONE))
    return tuple(kept)


def _cut(spans: Sequence[Span], width: int) -> tuple[list[Span], int]:
    """Return at least one span, in all not wider than `width`, and the cells that are left."""
    kept: list[Span] = []
    room = width
    for text, style in spans:
        cut = shorten(text, room)
        kept.append((cut, style))
        room -= cell_len(cut)
        if room <= 0 or cut != text:
            break
    return kept or [("", _NONE)], max(0, room)


def two_sided(left: Sequence[Span], right: Sequence[Span], width: int) -> Spans:
    """Put one text at each end of a line, never glued together; the right one wins the room."""
    kept = width_of(right)
    if kept >= width:
        return fitted(right, width)
    gap = 1 if kept else 0
    return (*fitted(left, width - kept - gap, gap=gap), *right)


def changed_cells(old: Spans, new: Spans) -> tuple[int, int]:
    """Return from which cell to which two lines of the same width differ."""
    start = width_of(_common(old, new))
    end = width_of(new) - width_of(_common(old[::-1], new[::-1]))
    return start, max(start, end)


def _common(old: Spans, new: Spans) -> Spans:
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return new[:count]


@lru_cache(maxsize=1024)
def strip_of(spans: Spans, background: Style = _NONE) -> Strip:
    """Make the strip for spans that already have their width."""
    return Strip([Segment(text, background + style) for text, style in spans if text])
