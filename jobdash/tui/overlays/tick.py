"""One thing that is wanted or not, in a line of a form: `space` or a click changes it."""

from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType

from jobdash.tui.looks.theme import CURSOR, INK, KEY, PLAIN, SOFT
from jobdash.tui.widgets.line import Line, Sides

_HERE = Style(bgcolor=CURSOR)
_NAME_CELLS = 16


class Tick(Line, can_focus=True):
    """Draws `[x] name   what it means`. At first it is not wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "turn", show=False)]

    def __init__(self, name_of: str, meaning: str) -> None:
        super().__init__()
        self.name_of = name_of
        self.is_on = False
        self._meaning = meaning

    def sides(self, width: int) -> Sides:
        """Draw it, on the ground of the cursor while it is the one that space changes."""
        here = self.has_focus
        mark = f"{'▎' if here else ' '} [{'x' if self.is_on else ' '}] "
        name = self.name_of.ljust(_NAME_CELLS)
        told = self._meaning.ljust(max(0, width - len(mark) - len(name)))
        ground = _HERE if here else PLAIN
        return ((mark, KEY + ground), (name, INK + ground), (told, SOFT + ground)), ()

    def action_turn(self) -> None:
        """Want it, or no longer."""
        self.is_on = not self.is_on
        self.redraw()

    def on_click(self) -> None:
        """Change it as `space` does."""
        self.focus()
        self.action_turn()

    def on_focus(self) -> None:
        """Show that it is the one that space changes."""
        self.redraw()

    def on_blur(self) -> None:
        """Show that it is not any more."""
        self.redraw()
