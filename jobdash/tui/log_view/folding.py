"""How a line of a log looks: its level in colour, what is searched for marked, folded or cut."""

import re
from collections.abc import Iterator

from rich.style import Style

from jobdash.render.log_lines import cut_words
from jobdash.render.log_search import LogSearch
from jobdash.text import cell_len
from jobdash.tui.looks.spans import Span, Spans, fitted
from jobdash.tui.looks.theme import ACCENT, ALARM, FAINT, INK, SOFT, WARN

_LEVEL_STYLES = {10: FAINT, 20: ACCENT, 30: WARN, 40: ALARM, 50: ALARM}
_HIT = Style(reverse=True, bold=True)
_LEVEL_WORD = re.compile(r"DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL")
_FAR = 60


def coloured(text: str, level: int) -> list[Span]:
    """Give the level its colour; what is no log record stays as it is."""
    if not level:
        return [(text, INK)]
    if text.startswith("  | "):
        return [(text, SOFT)]
    word = _LEVEL_WORD.search(text, 0, _FAR)
    if word is None:
        return [(text, INK)]
    before, after = text[: word.start()], text[word.end() :]
    return [(before, FAINT), (word[0], _LEVEL_STYLES[level]), (after, INK)]


def marked(spans: list[Span], search: LogSearch) -> list[Span]:
    """Mark what is searched for, as `LogLines.find` finds it."""
    if not search.text:
        return spans
    pattern = search.pattern
    return [
        (piece, style + _HIT if number % 2 else style)
        for text, style in spans
        for number, piece in enumerate(pattern.split(text))
        if piece
    ]


def folded(spans: list[Span], width: int) -> list[Spans]:
    """Break a line into pieces of exactly `width` cells."""
    pieces: list[Spans] = []
    piece: list[Span] = []
    room = width
    for text, style in _fragments(spans, width):
        cells = cell_len(text)
        if cells > room and piece:
            pieces.append(fitted(piece, width))
            piece, room = [], width
        piece.append((text, style))
        room -= cells
    pieces.append(fitted(piece, width))
    return pieces


def _fragments(spans: list[Span], width: int) -> Iterator[Span]:
    """Yield pieces that never have to be broken further: at the edges, or single characters."""
    column = 0
    for text, style in spans:
        if not text.isascii():
            for char in text:
                yield char, style
                column += cell_len(char)
            continue
        while text:
            piece = text[: width - column % width]
            yield piece, style
            column += len(piece)
            text = text[len(piece) :]


def gap_line(size: int, width: int) -> Spans:
    """Return the line that stands for what is not kept."""
    return fitted(((f"… {cut_words(size)}", FAINT),), width)
