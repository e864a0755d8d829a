"""Makes everything that reaches the terminal plain ASCII, for terminals that show nothing else."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from jobdash.text import cell_len
from jobdash.tui.looks.theme import LOOKS

# None of them is the sign of a state.
_DRAWN = {
    "…": "$", "·": ".", "•": "*", "▌": "|", "▎": "|", "│": "|", "─": "-", "━": "=",
    "█": "=", "▓": "=", "▒": "+", "░": ".", "▁": "_", "▂": "_", "▃": ".", "▄": ".", "▅": "-",
    "▆": "-", "▇": "=", "→": ">", "↑": "^", "↓": "v", "■": "=", "□": "-", "◉": "o", "—": "-",
    "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┌": "+", "┐": "+", "└": "+", "┘": "+", "▔": "-",
    "▲": "^", "▼": "v", "├": "+",
}  # fmt: skip
_STATES = {look.glyph: look.sign for look in LOOKS.values()}


class AsciiFilter(LineFilter):
    """Replaces what we draw by its ASCII twin, and any other character by question marks."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII, each of the width it had."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


def to_ascii(text: str) -> str:
    """Return `text` in ASCII, in as many cells."""
    return text if text.isascii() else "".join(map(_twin, text))


def _twin(char: str) -> str:
    if char.isascii():
        return char
    return _STATES.get(char) or _DRAWN.get(char) or _picture(char)


def _picture(char: str) -> str:
    # clean() makes control pictures of control characters: U+241B stands for ESC.
    return "?" * cell_len(char)
