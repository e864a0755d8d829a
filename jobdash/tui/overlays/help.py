"""The keys, all of them, from the same table that makes them work."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from jobdash.job import State
from jobdash.tui import keys
from jobdash.tui.keys import Key
from jobdash.tui.theme import ACCENT, BOLD, FAINT, INK, KEY, LOOKS
from jobdash.tui.widgets.reader import Reader

_SECTIONS: tuple[tuple[str, Sequence[Key]], ...] = (
    ("Move", keys.MOVE),
    ("Jobs", keys.JOBS),
    ("Dead letters", keys.DEAD),
    ("One job", keys.JOB),
    ("Everywhere", (*keys.EVERYWHERE, keys.SUSPEND, keys.QUIT)),
)
_KEY_CELLS = 12


class HelpScreen(ModalScreen[None]):
    """One page that scrolls; any of the closing keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss(None)", show=False)
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 55%; }
    HelpScreen #box {
        width: 76; max-width: 96%; height: 90%; max-height: 46;
        border: round $rule; background: $raised; padding: 1 1 0 2;
    }
    HelpScreen Static { height: auto; }
    HelpScreen Reader { padding: 0; background: $raised; }
    """

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(Text.assemble(("Keys", BOLD), ("   esc closes", FAINT)), markup=False)
            yield Reader("help-reader")

    def on_mount(self) -> None:
        """Fill the page."""
        reader = self.query_one(Reader)
        reader.read(help_lines(), from_top=True)
        reader.focus()


def help_lines() -> list[Text]:
    """Return the page in lines."""
    lines: list[Text] = []
    for title, section in _SECTIONS:
        lines += [Text(), Text(title, ACCENT), *(_line(key) for key in section if key.meaning)]
    lines += [Text(), Text("Show only one state", ACCENT), _line(keys.STATES[0])]
    lines += [_state_line(state) for state in State]
    return lines


def _line(key: Key) -> Text:
    return Text.assemble((key.name.ljust(_KEY_CELLS), KEY), (key.meaning, INK))


def _state_line(state: State) -> Text:
    look = LOOKS[state]
    return Text.assemble(
        (keys.state_key(state).ljust(_KEY_CELLS), KEY), (f"{look.glyph} {state}", look.style)
    )
