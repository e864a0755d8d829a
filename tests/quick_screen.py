"""A terminal emulator that knows a short way for what a dashboard mostly writes: styles and text.

It is pyte, which takes each character of an escape sequence by itself, and each one of a text.
"""

import re
from collections import defaultdict

import pyte
from pyte import modes
from pyte.screens import Char
from wcwidth import wcwidth

_STYLE = re.compile(r"\x1b\[([0-9;]*)m")


class QuickScreen(pyte.Screen):
    """Takes a text that fits in its line as a whole."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self._cells: dict[Char, dict[str, Char]] = defaultdict(dict)
        self._styled: dict[tuple[Char, str], Char] = {}

    def draw(self, data: str) -> None:
        """Draw a text where the cursor is."""
        cursor, end = self.cursor, self.cursor.x + len(data)
        if end >= self.columns or self.charset or modes.IRM in self.mode or not _is_narrow(data):
            super().draw(data)
            return
        cells, attrs = self._cells[cursor.attrs], cursor.attrs
        for char in set(data).difference(cells):
            cells[char] = attrs._replace(data=char)
        self.buffer[cursor.y].update(zip(range(cursor.x, end), map(cells.get, data), strict=True))
        self.dirty.add(cursor.y)
        cursor.x = end

    def style(self, code: str) -> None:
        """Draw in another style from now on."""
        before = self.cursor.attrs
        if (before, code) not in self._styled:
            self.select_graphic_rendition(*(int(number or 0) for number in code.split(";")))
            self._styled[before, code] = self.cursor.attrs
        self.cursor.attrs = self._styled[before, code]


class QuickStream(pyte.ByteStream):
    """Hands what changes the style over as a whole."""

    def __init__(self, screen: QuickScreen) -> None:
        super().__init__(screen)
        self._quick = screen

    def feed(self, data: bytes) -> None:
        """Take what a program has written."""
        for number, part in enumerate(_STYLE.split(self.utf8_decoder.decode(data))):
            if number % 2 == 0:
                pyte.Stream.feed(self, part)
            elif self._taking_plain_text:
                self._quick.style(part)
            else:  # in the middle of something else
                pyte.Stream.feed(self, f"\x1b[{part}m")


def _is_narrow(text: str) -> bool:
    return text.isascii() or all(wcwidth(char) == 1 for char in set(text))
