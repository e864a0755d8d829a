"""What each of our own colours becomes in another theme.

Everything is drawn in the colours of `theme.py`. In another theme a filter replaces them on their
way to the terminal, so that nothing that draws has to know which theme it is.
"""

from collections.abc import Mapping
from functools import partial

from textual.color import Color
from textual.theme import Theme

from jobdash.job import State
from jobdash.render import STATE_STYLE
from jobdash.tui.looks import theme as base

# The least contrast that small text needs: WCAG 2.1, success criterion 1.4.3.
_READABLE = 4.5
# On the line of the cursor, which has a sign at its beginning besides.
_READABLE_HERE = 3.2
_STEP = 0.1
_ANSI_STATES = {
    State.WAITING: "default", State.SCHEDULED: "magenta", State.PENDING: "default",
    State.RUNNING: "bright_blue", State.RETRYING: "yellow", State.SUCCEEDED: "green",
    State.FAILED: "bright_red", State.CANCELLED: "bright_black", State.EXPIRED: "yellow",
    State.DISCARDED: "bright_black",
}  # fmt: skip
_ANSI = {
    base.GROUND: "default", base.RAISED: "default", base.RULE: "bright_black",
    base.MARKED: "default", base.CURSOR: "blue", base.CURSOR_AWAY: "bright_black",
    base.TROUBLE: "red", base.BANNER: "default",
}  # fmt: skip
_ANSI_INKS = {
    "INK": "default", "SOFT": "default", "FAINT": "bright_black", "BOLD": "default",
    "ACCENT": "bright_cyan", "KEY": "bright_cyan", "GOOD": "green", "WARN": "yellow",
    "ALARM": "bright_red", "STRING": "green", "NUMBER": "magenta",
}  # fmt: skip


def palette(theme: Theme) -> Mapping[str, str]:
    """Return what our colours become in a theme, as names that rich knows; empty for our own."""
    if theme.name == base.THEME.name:
        return {}
    if theme.ansi:
        return _ansi()
    return {ours: Color.parse(theirs).hex.lower() for ours, theirs in _derived(theme).items()}


def _ansi() -> dict[str, str]:
    """The sixteen colours of the terminal, which are what its owner can read."""
    inks = {_colour_of(name): colour for name, colour in _ANSI_INKS.items()}
    states = {STATE_STYLE[state].dark: colour for state, colour in _ANSI_STATES.items()}
    tints = dict.fromkeys(base.TINTS.values(), "default")
    return {**inks, **_ANSI, **tints, **states}


def _derived(theme: Theme) -> dict[str, str]:
    generated = theme.to_color_system().generate()
    ground, ink, primary = (
        Color.parse(generated[name]) for name in ("background", "foreground", "primary")
    )
    here = ground.blend(primary, 0.25)
    readable = partial(_readable, ground=ground, here=here, ink=ink)
    signs = {name: readable(Color.parse(generated[theirs])) for name, theirs in _INKS_OF.items()}
    shades = {
        base.GROUND: ground,
        base.RAISED: ground.blend(ink, 0.05),
        base.RULE: ground.blend(ink, 0.15),
        base.MARKED: ground.blend(primary, 0.15),
        base.CURSOR: here,
        base.CURSOR_AWAY: ground.blend(ink, 0.1),
        base.TROUBLE: ground.blend(signs["ALARM"], 0.25),
        base.BANNER: ground.blend(signs["WARN"], 0.2),
    }
    inks = {
        **{_colour_of(name): colour for name, colour in signs.items()},
        _colour_of("INK"): ink,
        _colour_of("BOLD"): ink,
        _colour_of("SOFT"): readable(ink.blend(ground, 0.25)),
        _colour_of("FAINT"): readable(ink.blend(ground, 0.45)),
    }
    states = {state: readable(_state_colour(theme, state)) for state in State}
    tints = {base.TINTS[state]: ground.blend(colour, base.TINT) for state, colour in states.items()}
    words = {STATE_STYLE[state].dark: colour for state, colour in states.items()}
    return {ours: c.hex for ours, c in {**tints, **inks, **shades, **words}.items()}


_INKS_OF = {
    "ACCENT": "primary", "GOOD": "success", "WARN": "warning", "ALARM": "error",
    "STRING": "success", "NUMBER": "secondary",
}  # fmt: skip


def _state_colour(theme: Theme, state: State) -> Color:
    look = STATE_STYLE[state]
    return Color.parse(look.dark if theme.dark else look.light)


def _readable(colour: Color, ground: Color, here: Color, ink: Color) -> Color:
    """Move a colour towards the text's own until it can be read on the ground."""
    share = 0.0
    mixed = colour
    while share < 1 and not _is_readable(mixed, ground, here):
        share += _STEP
        mixed = colour.blend(ink, min(1.0, share))
    return mixed


def _is_readable(colour: Color, ground: Color, here: Color) -> bool:
    return _contrast(colour, ground) >= _READABLE and _contrast(colour, here) >= _READABLE_HERE


def _contrast(one: Color, other: Color) -> float:
    """Return how well one colour can be read on another, from 1 to 21, as WCAG 2.1 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour_of(name: str) -> str:
    colour = getattr(base, name).color
    assert colour is not None
    return str(colour.name)
