"""Drawing for a terminal that has no colours: what stands out by its ground is reversed."""

from functools import lru_cache

from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_REVERSED = Style(reverse=True)


class Colourless(LineFilter):
    """Takes all colours away. It is meant for the theme of the terminal's own colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in bold, underlined and reversed alone."""
        return [
            Segment(text, None if style is None else _plain(style), control)
            for text, style, control in segments
        ]


@lru_cache(2048)
def _plain(style: Style) -> Style:
    has_ground = style.bgcolor is not None and style.bgcolor.type is not ColorType.DEFAULT
    bare = style.without_color
    return bare + _REVERSED if has_ground else bare
