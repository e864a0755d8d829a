"""The themes one can choose: our own four, and those that come with Textual."""

from collections.abc import Iterable

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme

from jobdash.errors import UsageError
from jobdash.near import nearest
from jobdash.tui.looks import theme as base
from jobdash.tui.looks.palette import palette

LIGHT = Theme(
    name="jobdash-light",
    primary="#0060a0",
    secondary="#5e3fa8",
    accent="#0060a0",
    warning="#8a5a00",
    error="#b3200c",
    success="#00694d",
    foreground="#1c2530",
    background="#fafafa",
    surface="#fafafa",
    panel="#eef1f5",
    dark=False,
)
CONTRAST = Theme(
    name="jobdash-contrast",
    primary="#8fd3ff",
    secondary="#e0c3ff",
    accent="#8fd3ff",
    warning="#ffd75f",
    error="#ff8a75",
    success="#5ff0b8",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
)
ANSI = Theme(
    name="jobdash-16",
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    accent="ansi_bright_cyan",
    warning="ansi_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    ansi=True,
    variables=dict(BUILTIN_THEMES["ansi-dark"].variables),
)
OURS = (base.THEME, LIGHT, CONTRAST, ANSI)
# What CSS may name beside Textual's own colours. The filter puts the theme's in their place.
VARIABLES = {
    "raised": base.RAISED,
    "rule": base.RULE,
    "cursor": base.CURSOR,
    "trouble": base.TROUBLE,
    "banner": base.BANNER,
}


def theme_names() -> list[str]:
    """Return the names of all themes, our own first; `jobdash-` may be left out in ours."""
    return [theme.name for theme in OURS] + sorted(BUILTIN_THEMES)


def theme_called(name: str) -> str:
    """Return the theme's full name. Raises `UsageError` for an unknown one."""
    names = theme_names()
    for full in (name, f"jobdash-{name}", {"dark": base.THEME.name}.get(name, "")):
        if full in names:
            return full
    near = nearest(name, [*names, "light", "dark", "contrast"])
    hint = f"did you mean {near}?" if near else f"there are {', '.join(names)}"
    raise UsageError(f"there is no theme '{name}': {hint}")


class Repaint(LineFilter):
    """Puts a theme's colours in the place of our own.

    `lit` is the ink for everything that has a ground of its own, where nobody knows how the
    terminal's colours look on one another.
    """

    def __init__(self, colours: Iterable[tuple[str, str]], lit: str = "") -> None:
        super().__init__()
        self._lit = Style(color=lit) if lit else None
        self._colours = {ours: RichColor.parse(theirs) for ours, theirs in colours}
        self._known: dict[Style, Style] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in the theme's colours."""
        return [
            Segment(text, style and self._painted(style), control)
            for text, style, control in segments
        ]

    def _painted(self, style: Style) -> Style:
        painted = self._known.get(style)
        if painted is None:
            ground = self._of(style.bgcolor)
            painted = style + Style.from_color(self._of(style.color), ground)
            if self._lit and ground and not ground.is_default:
                painted += self._lit
            self._known[style] = painted
        return painted

    def _of(self, colour: RichColor | None) -> RichColor | None:
        if colour is None or colour.triplet is None:
            return None
        return self._colours.get(colour.triplet.hex)


def repaint(app: App[str]) -> Repaint | None:
    """Return the filter for the app's present theme, None if it needs none."""
    colours = palette(app.current_theme)
    lit = "bright_white" if app.current_theme.ansi else ""
    return Repaint(colours.items(), lit) if colours else None
