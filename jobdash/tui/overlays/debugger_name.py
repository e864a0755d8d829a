"""The form for another debugger than the usual one."""

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from jobdash.tui.looks.theme import BOLD, FAINT
from jobdash.tui.overlays.field import Field
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.line import Line

_KEYS = "enter takes it, the usual one if empty   esc leaves it as it is"


class DebuggerNameScreen(Overlay[str | None]):
    """Asks for a class as `--pdbcls` takes it; '' means the usual debugger."""

    DEFAULT_CSS = "DebuggerNameScreen Static { height: auto; margin-bottom: 1; }"

    def __init__(self, chosen: str) -> None:
        super().__init__()
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(Text("Which debugger?", BOLD), markup=False)
            yield Field("pdbcls", "pdbcls", "module:Class", self._chosen)
            yield Line("form-keys")

    def on_mount(self) -> None:
        """Show the keys and let the name be typed."""
        self.query_one("#form-keys", Line).show(((_KEYS, FAINT),))
        self.query_one(Field).focus_input()

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        typed = event.value.strip()
        module, _, name = typed.partition(":")
        if typed and not (module and name):
            self.query_one(Field).show_mistake("it is module:Class")
        else:
            self.dismiss(typed)
