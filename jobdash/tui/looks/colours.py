"""Colours for tracebacks and JSON, in the dashboard's own palette."""

from functools import cache

from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text

from jobdash.job import State
from jobdash.tui.looks.theme import ACCENT, FAINT, INK, LOOKS, NUMBER, SOFT, STRING

_THEME = ANSISyntaxTheme(
    {
        ("Comment",): FAINT,
        ("Keyword",): ACCENT,
        ("Keyword", "Constant"): NUMBER,
        ("Literal", "Number"): NUMBER,
        ("Literal", "String"): STRING,
        ("Name", "Tag"): ACCENT,
        ("Name", "Builtin"): SOFT,
        ("Operator",): SOFT,
        ("Punctuation",): SOFT,
        ("Generic", "Traceback"): FAINT,
        ("Generic", "Error"): LOOKS[State.FAILED].style,
    }
)


def coloured(text: str, language: str) -> list[Text]:
    """Return cleaned text in coloured lines. `language` is a name that pygments knows."""
    made = _syntax(language).highlight(text)
    made.style = INK
    made.right_crop(1)
    return list(made.split("\n", allow_blank=True))


@cache
def _syntax(language: str) -> Syntax:
    return Syntax("", language, theme=_THEME)
