"""How wide text is in a terminal, and text cut to fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from jobdash.text.harmless import clean

_ELLIPSIS = "…"


def cell_len(text: str) -> int:
    """How many terminal cells cleaned text takes."""
    return len(text) if text.isascii() else sum(map(_char_cells, text))


def shorten(text: str, cells: int) -> str:
    """Return `text`, cut to at most `cells` terminal cells; a cut ends with an ellipsis."""
    if text.isascii():
        if len(text) <= cells:
            return text
        return text[: cells - 1] + _ELLIPSIS if cells > 0 else ""
    end = 0
    for index, width in enumerate(_running_cells(text)):
        if width > cells:
            return text[:end] + _ELLIPSIS if cells > 0 else ""
        if width < cells:
            end = index + 1
    return text


def _running_cells(text: str) -> Iterator[int]:
    width = 0
    for char in text:
        width += _char_cells(char)
        yield width


def _char_cells(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char).startswith("M") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def quoted(text: str) -> str:
    """Return what somebody typed, fit to be shown in a sentence."""
    return shorten(clean(text[:200]), 40)
