"""Colours for tracebacks and JSON, in the dashboard's own palette."""

from functools import cache

from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text

from jobdash.job import State
from jobdash.tui.theme import ACCENT, FAINT, INK, LOOKS, SOFT

_STRING = Style(color="#9ccfa8")
_NUMBER = Style(color="#d8b4f8")
_THEME = ANSISyntaxTheme(
    {
        ("Comment",): FAINT,
        ("Keyword",): ACCENT,
        ("Keyword", "Constant"): _NUMBER,
        ("Literal", "Number"): _NUMBER,
        ("Literal", "String"): _STRING,
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
