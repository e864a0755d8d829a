"""The colours of the dashboard: its themes, the one in use, and how another is chosen."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual import work
from textual.filter import LineFilter

from jobdash.tui.commands import theme_offer
from jobdash.tui.keyboard.typed_ahead import TypedAhead
from jobdash.tui.looks.colourless import Colourless
from jobdash.tui.looks.kept_theme import KeptTheme
from jobdash.tui.looks.theme import THEME
from jobdash.tui.looks.themes import ANSI, OURS, VARIABLES, Repaint, repaint, theme_called
from jobdash.tui.overlays.pick import PickScreen
from jobdash.tui.surroundings import has_colours


class Themed(TypedAhead):
    """An app in one of our themes, or of Textual's.

    `chosen` is what the user has asked for at the start, `kept` what was chosen in the dashboard
    the last time.
    """

    def __init__(self, chosen: str | None, kept: KeptTheme, **options: Any) -> None:
        super().__init__(**options)
        self._chosen_theme = chosen
        self._kept_theme = kept
        self._repaint: Repaint | None = None
        self._is_colourless = False
        for theme in OURS:
            self.register_theme(theme)
        self.theme = theme_called(chosen) if chosen else self._theme_of_last_time()

    def _theme_of_last_time(self) -> str:
        name = self._kept_theme.read()
        return name if name in self.available_themes else THEME.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return what our CSS names beside Textual's own colours."""
        return VARIABLES

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters, and the one that puts a theme's colours in place of ours."""
        own = (self._repaint,) if self._repaint else ()
        last = (Colourless(),) if self._is_colourless else ()
        return (*own, *super().get_line_filters(), *last)

    def _watch_theme(self, theme_name: str) -> None:
        super()._watch_theme(theme_name)
        self._repaint = repaint(self)

    def on_mount(self) -> None:
        """Do with the terminal's own colours where there are few, and with none where none are."""
        if self.is_headless:
            return
        self._is_colourless = not has_colours()
        has_few_colours = self.console.color_system in ("standard", "windows")
        if self._is_colourless or (has_few_colours and not self._chosen_theme):
            self.theme = ANSI.name

    def action_use_theme(self, name: str) -> None:
        """Change the colours, for the next time too."""
        self._try_theme(name)
        # A slow disk must not hold the screen.
        self.run_worker(partial(self._kept_theme.keep, name), thread=True, group="theme")

    def _try_theme(self, name: str) -> None:
        self.theme = name

    @work
    async def action_theme(self) -> None:
        """Choose the colours; each is shown while the cursor is on it."""
        before = self.theme
        screen: PickScreen[str] = PickScreen(theme_offer(), before, moved=self._try_theme)
        chosen: str | None = await self.push_screen_wait(screen)
        if chosen:
            self.action_use_theme(chosen)
        else:
            self.theme = before
