"""A form for a task's arguments, made from what is known of its parameters."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.widgets import Input, Static

from jobdash.job import TaskType
from jobdash.text import clean
from jobdash.tui.calls.parameters import parameters_of
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.looks.theme import ACCENT, ALARM, BOLD, FAINT, SOFT
from jobdash.tui.overlays.field import Field
from jobdash.tui.overlays.mistakes import show_mistakes
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.line import Line

T = TypeVar("T")

# Border, padding, title, description, margins, the call, a mistake, the keys.
_AROUND_FIELDS = 13
# The same without padding and margins, where the screen is lower than this.
_AROUND_WHEN_FLAT, _FLAT_BELOW = 9, 20


class CallForm(Overlay[None], Generic[T]):
    """Asks for arguments and has something made of them; stays open if that fails."""

    VERB = ""
    KEYS = ""
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (_FLAT_BELOW, "-short"), (30, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,ctrl+enter", "send", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    CallForm #box { width: 88; max-width: 96%; max-height: 94%; }
    CallForm Static { height: auto; max-height: 3; }
    CallForm #fields { height: auto; margin: 1 0; scrollbar-size: 1 1; }
    CallForm.-short #fields Field, CallForm.-flat #fields Field { margin-bottom: 0; }
    CallForm.-flat #box { padding: 0 1; max-height: 100%; }
    CallForm.-flat #box > Static { max-height: 2; }
    CallForm.-flat #fields { margin: 0; }
    """

    def __init__(self, task: TaskType, send: Callable[[T], Awaitable[str]]) -> None:
        super().__init__()
        self.task_type = task
        self.parameters = parameters_of(task)
        self._send = send
        self._sending = False
        self._preview = Static(id="form-preview", markup=False)
        self._told = Static(id="form-error", markup=False)
        self._fields = VerticalScroll(id="fields", can_focus=False)

    # -- for subclasses --------------------------------------------------------------------------

    @abstractmethod
    def heading(self) -> str:
        """Return what the form is for."""

    @abstractmethod
    def fields(self) -> Iterable[Field]:
        """Make the fields."""

    @abstractmethod
    def read(self, typed: dict[str, str]) -> tuple[T, dict[str, str]]:
        """Return what is wanted, and what is wrong by field."""

    @abstractmethod
    def told(self, wanted: T) -> str:
        """Return what is wanted in one line."""

    # -- showing ---------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(_title(self.heading(), self.task_type.doc), markup=False)
            with self._fields:
                yield from self.fields()
            yield self._preview
            yield self._told
            yield Line("form-keys")

    def on_resize(self, event: Resize) -> None:
        """Leave room for what stands around the fields; they scroll if need be."""
        around = _AROUND_WHEN_FLAT if event.size.height < _FLAT_BELOW else _AROUND_FIELDS
        self._fields.styles.max_height = max(3, event.size.height - around)

    def on_mount(self) -> None:
        """Show the keys and begin with the first field."""
        told = self.KEYS or f"enter {self.VERB}s   tab next   esc closes"
        self.query_one("#form-keys", Line).show(((told, FAINT),))
        for first in self.query(Input).results():
            first.focus()
            break
        self._check()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._check()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_send()

    def action_send(self) -> None:
        """Have it done if nothing is wrong, and close."""
        self.send(stay=False)

    def send(self, *, stay: bool) -> None:
        """Have it done if nothing is wrong."""
        wanted, wrong = self._read()
        if wrong:
            self._show(wanted, wrong)
            self._go_to(next(iter(wrong)))
        if wrong or self._sending:
            return
        self._sending = True
        self._say(f"{self.VERB.removesuffix('e')}ing…", failed=False)
        # The app's worker, not the form's: closing the form must not end it half-way.
        self.app.run_worker(self._carry_out(wanted, stay=stay))

    async def _carry_out(self, wanted: T, *, stay: bool) -> None:
        # What is typed meanwhile is for what one sees afterwards.
        with preparing(self.app, lambda: self.is_current):
            failure = await self._send(wanted)
            self._sending = False
            if not self.is_current:
                return
            if failure or stay:
                self._say(failure or "Done. Change what you like, and again.", failed=bool(failure))
            else:
                self.dismiss(None)

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields."""
        return {field.name_of: field.value for field in self.query(Field)}

    def _read(self) -> tuple[T, dict[str, str]]:
        return self.read(self.typed)

    def _check(self) -> None:
        wanted, wrong = self._read()
        touched = {field.name_of for field in self.query(Field) if field.value.strip()}
        self._show(wanted, {name: why for name, why in wrong.items() if name in touched})

    def _show(self, wanted: T, wrong: dict[str, str]) -> None:
        """Show what is wrong in the place of what will be done: nothing will, as long as it is."""
        mistakes = show_mistakes(self.query(Field), wrong)
        self._preview.update(mistakes if wrong else Text(self.told(wanted), ACCENT))

    def _go_to(self, name: str) -> None:
        next(field for field in self.query(Field) if field.name_of == name).focus_input()

    def _say(self, text: str, *, failed: bool) -> None:
        self._told.update(Text(clean(text), ALARM if failed else SOFT))


def _title(heading: str, doc: str) -> Text:
    told = clean(doc.strip().partition("\n")[0])[:200]
    return Text.assemble((heading, BOLD), (f"\n{told}" if told else "", SOFT))
