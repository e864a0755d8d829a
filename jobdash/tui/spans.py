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


def fitted(spans: Sequence[Span], width: int, align: Align = "left") -> Spans:
    """Cut or pad the spans to exactly `width` cells."""
    kept, room = [], width
    for text, style in spans:
        if room <= 0:
            break
        cut = shorten(text, room)
        kept.append((cut, style))
        room -= cell_len(cut)
        if cut != text:
            break
    gap = (" " * max(0, room), _NONE)
    return (gap, *kept) if align == "right" else (*kept, gap)


def two_sided(left: Sequence[Span], right: Sequence[Span], width: int) -> Spans:
    """Put one text at each end of a line; the right one wins the room."""
    kept = width_of(right)
    if kept > width:
        return fitted(right, width)
    return (*fitted(left, width - kept), *right)


@lru_cache(maxsize=1024)
def strip_of(spans: Spans, background: Style = _NONE) -> Strip:
    """Make the strip for spans that already have their width."""
    return Strip([Segment(text, background + style) for text, style in spans if text])
