"""Where something is to be written."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from jobdash.text import clean
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, SOFT
from jobdash.tui.overlays.field import Field
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.line import Line


class FileNameScreen(Overlay[None]):
    """Asks for a file that is not there yet and has it written; stays open if that fails.

    `write` returns why it failed, '' if it did not.
    """

    DEFAULT_CSS = """
    FileNameScreen #box { width: 76; }
    FileNameScreen Static { height: auto; margin-bottom: 1; }
    FileNameScreen .hint { display: none; }
    """

    def __init__(
        self,
        title: str,
        lines: Sequence[Spans],
        proposed: str,
        write: Callable[[Path], Awaitable[str]],
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._proposed = proposed
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
            yield self._told
            yield Line("form-keys")

    def on_mount(self) -> None:
        """Show the keys and let the name be typed."""
        self.query_one("#form-keys", Line).show((("enter writes it   esc closes", FAINT),))
        self._say(f"in {Path.cwd()}", SOFT)
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if self._is_writing or not name:
            return
        file = Path(name).expanduser()
        if file.exists():
            self._say(f"{file} is there: name another file", ALARM)
            return
        self._is_writing = True
        self._say("writing…", SOFT)
        # The app's worker, not the box's: closing the box must not end it half-way.
        self.app.run_worker(self._carry_out(file))

    async def _carry_out(self, file: Path) -> None:
        with preparing(self.app, lambda: self.is_current):
            failure = await self._write(file)
            self._is_writing = False
            if self.is_current and failure:
                self._say(failure, ALARM)
            elif self.is_current:
                self.dismiss(None)

    def _say(self, words: str, style: Style) -> None:
        self._told.update(Text(clean(words), style))
