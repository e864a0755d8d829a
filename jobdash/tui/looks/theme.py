"""The dashboard's own colours, and how each state looks.

Textual's stock error and warning colours have too little contrast on a dark ground, and states
must be told apart without colour too: so every state is a glyph, a word and a colour.
"""

from dataclasses import dataclass

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from jobdash.job import State
from jobdash.render import STATE_STYLE

GROUND = "#0f141b"
RAISED = "#161d27"
RULE = "#2b3543"
MARKED = "#20304a"
CURSOR = "#27405f"
CURSOR_AWAY = "#1c2733"
TROUBLE = "#7a2415"
BANNER = "#4a3a10"

INK = Style(color="#dde4ed")
SOFT = Style(color="#9aa7b8")
FAINT = Style(color="#6b7888")
BOLD = Style(color="#f2f6fb", bold=True)
ACCENT = Style(color="#7cc4ff")
KEY = Style(color="#7cc4ff", bold=True)
GOOD = Style(color="#2fbf8f")
WARN = Style(color="#f0b429", bold=True)
ALARM = Style(color="#ff6b4a", bold=True)
STRING = Style(color="#9ccfa8")
NUMBER = Style(color="#d8b4f8")
PLAIN = Style()
RULE_GROUND = Style(bgcolor=RULE)

THEME = Theme(
    name="jobdash",
    primary="#7cc4ff",
    secondary="#56b4e9",
    accent="#7cc4ff",
    warning="#f0b429",
    error="#ff6b4a",
    success="#2fbf8f",
    foreground="#dde4ed",
    background=GROUND,
    surface=GROUND,
    panel=RAISED,
    variables={
        "raised": RAISED,
        "rule": RULE,
        "faint": "#6b7888",
        "cursor": CURSOR,
        "trouble": TROUBLE,
        "banner": BANNER,
        "scrollbar": "#2b3543",
        "scrollbar-hover": "#3a4759",
        "scrollbar-active": "#4d5d73",
        "scrollbar-background": GROUND,
        "scrollbar-background-hover": GROUND,
        "scrollbar-background-active": GROUND,
        "scrollbar-corner-color": GROUND,
        "input-cursor-background": "#7cc4ff",
    },
)


@dataclass(frozen=True, slots=True)
class StateLook:
    """A state's glyph, its sign in plain ASCII (also its key), and its style."""

    glyph: str
    sign: str
    style: Style


def _look(state: State) -> StateLook:
    look = STATE_STYLE[state]
    return StateLook(look.glyph, look.ascii, Style(color=look.dark, bold=look.bold))


LOOKS = {state: _look(state) for state in State}

# How much of a state's colour is in the ground that a piece of its bar stands on.
TINT = 0.28
TINTS = {
    state: Color.parse(GROUND).blend(Color.parse(STATE_STYLE[state].dark), TINT).hex.lower()
    for state in State
}
