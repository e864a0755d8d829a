"""Where something is to be written, and how."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from jobdash.text import clean
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, SOFT
from jobdash.tui.overlays.field import Field
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.overlays.tick import Tick
from jobdash.tui.widgets.line import Line

_KEYS = "enter writes it   tab next   space ticks   esc closes"
# The tick that lets a file be replaced.
FORCE = "force"


class FileNameScreen(Overlay[None]):
    """Asks for a file and has it written; stays open if that fails.

    `ticks` are the names of what may be wanted besides, with what each means. `write` gets the file
    and the names of those that are, and returns why it failed, '' if it did not.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    FileNameScreen #box { width: 76; }
    FileNameScreen Static { height: auto; margin-bottom: 1; }
    FileNameScreen #form-error { margin-top: 1; }
    FileNameScreen .hint { display: none; }
    """

    def __init__(
        self,
        title: str,
        lines: Sequence[Spans],
        proposed: str,
        ticks: Mapping[str, str],
        write: Callable[[Path, Collection[str]], Awaitable[str]],
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._proposed = proposed
        self._ticks = [Tick(*one) for one in ticks.items()]
        self._write = write
        self._is_writing = False
        self._told = Static(id="form-error", markup=False)

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(Text(clean(self._title), BOLD), markup=False)
            told = Text("\n").join(Text.assemble(*line) for line in self._lines)
            yield Static(told, markup=False)
            yield Field("file", "file", "", self._proposed)
            yield from self._ticks
            yield self._told
            yield Line("form-keys")

    def on_mount(self) -> None:
        """Show the keys and let the name be typed."""
        self.query_one("#form-keys", Line).show(((_KEYS, FAINT),))
        self._say(f"in {Path.cwd()}", SOFT)
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        """Have it written."""
        name = self.query_one(Field).value.strip()
        if self._is_writing or not name:
            return
        file = Path(name).expanduser()
        wanted = frozenset(tick.name_of for tick in self._ticks if tick.is_on)
        if file.exists() and FORCE not in wanted:
            self._say(f"{file} is there: name another file, or {FORCE} it", ALARM)
            return
        self._is_writing = True
        self._say("writing…", SOFT)
        # The app's worker, not the box's: closing the box must not end it half-way.
        self.app.run_worker(self._carry_out(file, wanted))

    async def _carry_out(self, file: Path, wanted: Collection[str]) -> None:
        with preparing(self.app, lambda: self.is_current):
            failure = await self._write(file, wanted)
            self._is_writing = False
            if self.is_current and failure:
                self._say(failure, ALARM)
            elif self.is_current:
                self.dismiss(None)

    def _say(self, words: str, style: Style) -> None:
        self._told.update(Text(clean(words), style))
