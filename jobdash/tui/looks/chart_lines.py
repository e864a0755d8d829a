"""A small bar chart as lines of text: stacked bars, a scale, labels for the time. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jobdash.job import State
from jobdash.text import shorten
from jobdash.tui.looks.spans import Span, Spans, fitted, two_sided, width_of
from jobdash.tui.looks.theme import ACCENT, FAINT, LOOKS

GUTTER = 6
_LEVELS = " ▁▂▃▄▅▆▇█"
_FULL = 8
_LEAST_FOR_STRIP = 3
_UNITS = (("/s", 1.0), ("/m", 60.0), ("/h", 3600.0))


@dataclass(frozen=True, slots=True)
class Bars:
    """What a chart shows; where the note does not fit stands the short one.

    `bad` is the part of each value that failed, or empty. It has a row of its own below the bars,
    by its own scale: in them it would be too small to see.
    `seconds` is the time that one bar stands for: it makes a rate of each value. 0 is for values
    that are no rates.
    """

    title: Spans = ()
    note: Spans = ()
    short_note: Spans = ()
    values: tuple[int, ...] = ()
    bad: tuple[int, ...] = ()
    seconds: float = 0.0
    first: str = ""
    last: str = "now"


def chart(bars: Bars, width: int, height: int) -> tuple[Spans, ...]:
    """Return exactly `height` lines of `width` cells: title, bars, times."""
    rows = max(1, height - 2 - bool(bars.bad))
    lines = [
        two_sided(bars.title, _note(bars, width), width),
        *_plot(bars.values, rows, bars.seconds, width),
        *(_strip(bars, width) if bars.bad and height > _LEAST_FOR_STRIP else ()),
        fitted([(_times(bars, width), FAINT)], width),
    ]
    return tuple(fitted(line, width) for line in lines[:height])


def _note(bars: Bars, width: int) -> Spans:
    fits = width_of(bars.title) + width_of(bars.note) < width
    return bars.note if fits else bars.short_note


def scale(highest: int, seconds: float, cells: int = GUTTER - 1) -> tuple[float, str]:
    """Return a round number not below the highest value, and how its rate is written."""
    unit, factor = "", 1.0
    if seconds:
        unit, per = next((u for u in _UNITS if highest * u[1] >= seconds), _UNITS[-1])
        factor = per / seconds
    rounded = _round_up(highest * factor)
    return rounded / factor, _fitting(rounded, unit, cells)


def _round_up(value: float) -> float:
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 5, 8, 10) if step * power >= value * 0.999999)


def _fitting(value: float, unit: str, cells: int) -> str:
    size, letter = next(
        ((size, letter) for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if value >= size),
        (1.0, ""),
    )
    number = f"{value / size:g}{letter}"
    return f"{number}{unit}" if len(number) + len(unit) <= cells else number


def _times(bars: Bars, width: int) -> str:
    room = max(1, width - GUTTER)
    before = room - len(bars.values) * _bar_cells(len(bars.values), room)
    first = " " * (GUTTER + max(0, before)) + bars.first
    if len(first) + len(bars.last) >= width:
        return bars.last.rjust(width)
    return first + bars.last.rjust(width - len(first))


def _plot(values: Sequence[int], rows: int, seconds: float, width: int) -> list[Spans]:
    """Return the rows of bars, the highest first, with the scale before them."""
    top, label = scale(max(values, default=0), seconds)
    lines = []
    for row in range(rows - 1, -1, -1):
        said = label if row == rows - 1 else "0" if row == 0 else ""
        bars = _row(values, row, rows, top, width - GUTTER)
        lines.append(_with_scale(said, (bars, ACCENT)))
    return lines


def _strip(bars: Bars, width: int) -> list[Spans]:
    """Return the row of what failed; its sign stands before it."""
    top, label = scale(max(bars.bad, default=0), bars.seconds, GUTTER - 2)
    look = LOOKS[State.FAILED]
    label = label if any(bars.bad) else "0"
    row = _row(bars.bad, 0, 1, top, width - GUTTER)
    return [_with_scale(f"{look.glyph}{label:>{GUTTER - 2}}", (row, look.style))]


def _with_scale(said: str, bars: Span) -> Spans:
    return ((f"{said:>{GUTTER - 1}}│", FAINT), bars)


def _row(values: Sequence[int], row: int, rows: int, top: float, room: int) -> str:
    """Return one row of all bars; the newest touches the right edge."""
    cells = _bar_cells(len(values), room)
    shown = values[-(max(1, room) // cells) :]
    bars = "".join(_wide(_glyph(value, row, rows, top), cells) for value in shown)
    return bars.rjust(max(1, room))


def _bar_cells(bars: int, room: int) -> int:
    """Return the width of a bar; rather than half of the room, one old bar in 20 stays empty."""
    return max(1, (room + bars // 20) // max(1, bars))


def _glyph(value: int, row: int, rows: int, top: float) -> str:
    eighths = round(value / top * rows * _FULL)
    if value > 0:
        eighths = max(1, eighths)
    return _LEVELS[max(0, min(_FULL, eighths - row * _FULL))]


def _wide(glyph: str, cells: int) -> str:
    return glyph * cells if cells < 3 else glyph * (cells - 1) + " "


def sparkline(values: Sequence[int], cells: int) -> str:
    """Return the values as bars of one cell each, the newest at the right; nothing for none."""
    shown = values[-cells:] if cells > 0 else ()
    highest = max(shown, default=0)
    if not highest:
        return ""
    levels = (max(1, round(value * _FULL / highest)) if value else 0 for value in shown)
    return shorten("".join(_LEVELS[level] for level in levels).rjust(cells), cells)
