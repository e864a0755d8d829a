"""One field of a form: a label, a place to type, and what is expected or wrong."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from jobdash.text import clean
from jobdash.tui.looks.theme import ALARM, FAINT, INK
from jobdash.tui.widgets.line import Line


class Field(Horizontal):
    """Label, input and hint in one line."""

    DEFAULT_CSS = """
    Field { height: 1; margin-bottom: 1; }
    Field .label { width: 18; }
    Field Input, Field Input:focus {
        width: 1fr; height: 1; border: none; padding: 0 1; background: $rule;
    }
    Field Input:focus { background: $cursor; }
    /* Where colours may be missing a field has edges, where its ground shows it elsewhere. */
    Field Input:ansi, Field Input:ansi:focus {
        border-left: solid $foreground; border-right: solid $foreground; padding: 0;
    }
    Field .hint { width: 1fr; margin-left: 2; }
    """

    def __init__(self, name_of: str, label: str, hint: str, value: str = "") -> None:
        super().__init__()
        self._at_first = value
        self.name_of = name_of
        self.label = label.rstrip(" *")
        self._label = label
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield Line(classes="label")
        # What stands there is replaced by typing, as in every form.
        yield Input(self._at_first)
        yield Line(classes="hint")

    def on_mount(self) -> None:
        """Show label and hint."""
        self.query_one(".label", Line).show(((self._label, INK),))
        self.show_mistake("")

    @property
    def value(self) -> str:
        """What was typed."""
        return self.query_one(Input).value

    def focus_input(self) -> None:
        """Let what is typed go here."""
        self.query_one(Input).focus()

    def show_mistake(self, mistake: str) -> None:
        """Say what is wrong, or what is expected if nothing is."""
        shown = (clean(mistake), ALARM) if mistake else (self._hint, FAINT)
        self.query_one(".hint", Line).show((shown,))
