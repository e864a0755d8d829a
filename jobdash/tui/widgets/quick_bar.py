"""A scrollbar of which each kind of cell is drawn once, not each cell."""

from functools import lru_cache
from typing import cast

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


class QuickBar(ScrollBar):
    """Textual's scrollbar. Textual draws those of all lists on the screen after each layout."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the bar: an end, the thumb and what is before and behind it, many times over."""
        bar = cast(ScrollBarRender, self.render())
        scale = bar.virtual_size, bar.window_size, bar.position
        cells = _cells(self.size.height, *scale, cast(Style, bar.style))[crop.y : crop.bottom]
        strips = {cell: self._strip(cell) for cell in set(cells)}
        return [strips[cell] for cell in cells]

    def _strip(self, cell: Segment) -> Strip:
        strip = Strip([cell])
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return strip


@lru_cache(maxsize=64)
def _cells(
    height: int, length: float, window: float, position: float, style: Style
) -> list[Segment]:
    fore, back = cast(Color, style.color), cast(Color, style.bgcolor)
    bar = ScrollBarRender.render_bar(
        height, length, window, position, back_color=back, bar_color=fore
    )
    return [cell for cell in bar.segments if cell.text != "\n"]
