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
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from jobdash.job import TaskType
from jobdash.text import clean
from jobdash.tui.overlays.field import Field
from jobdash.tui.parameters import parameters_of
from jobdash.tui.theme import ACCENT, ALARM, BOLD, FAINT, SOFT
from jobdash.tui.widgets.line import Line

T = TypeVar("T")

# Border, padding, title, description, margins, the call, a mistake, the keys.
_AROUND_FIELDS = 13


class CallForm(ModalScreen[None], Generic[T]):
    """Asks for arguments and has something made of them; stays open if that fails."""

    VERB = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("ctrl+j,ctrl+enter", "send", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    CallForm { align: center middle; background: $background 55%; }
    CallForm #box {
        width: 88; max-width: 96%; height: auto; max-height: 94%;
        border: round $rule; background: $raised; padding: 1 2;
    }
    CallForm Static { height: auto; max-height: 3; }
    CallForm #fields { height: auto; margin: 1 0; scrollbar-size: 1 1; }
    CallForm.-short #fields Field { margin-bottom: 0; }
    """

    def __init__(self, task: TaskType, send: Callable[[T], Awaitable[str]]) -> None:
        super().__init__()
        self.task_type = task
        self.parameters = parameters_of(task)
        self._send = send
        self._sending = False
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
            yield Line("form-preview")
            yield self._told
            yield Line("form-keys")

    def on_resize(self, event: Resize) -> None:
        """Leave room for what stands around the fields; they scroll if need be."""
        self._fields.styles.max_height = max(3, event.size.height - _AROUND_FIELDS)

    def on_mount(self) -> None:
        """Show the keys and begin with the first field."""
        told = f"ctrl+j {self.VERB}s   tab next   esc closes"
        self.query_one("#form-keys", Line).show(((told, FAINT),))
        for first in self.query(Input).results():
            first.focus()
            break
        self._check()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._check()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        if event.input is inputs[-1]:
            self.action_send()
        else:
            inputs[inputs.index(event.input) + 1].focus()

    def action_send(self) -> None:
        """Have it done if nothing is wrong."""
        wanted, wrong = self._read()
        self._show_wrong(wrong)
        if wrong or self._sending:
            return
        self._sending = True
        self._say(f"{self.VERB.removesuffix('e')}ing…", failed=False)
        # The app's worker, not the form's: closing the form must not end it half-way.
        self.app.run_worker(self._carry_out(wanted))

    async def _carry_out(self, wanted: T) -> None:
        failure = await self._send(wanted)
        self._sending = False
        if self.is_current and failure:
            self._say(failure, failed=True)
        elif self.is_current:
            self.dismiss(None)

    def _read(self) -> tuple[T, dict[str, str]]:
        return self.read({field.name_of: field.value for field in self.query(Field)})

    def _check(self) -> None:
        wanted, wrong = self._read()
        touched = {field.name_of for field in self.query(Field) if field.value.strip()}
        self._show_wrong({name: why for name, why in wrong.items() if name in touched})
        self.query_one("#form-preview", Line).show(((self.told(wanted), ACCENT),))

    def _show_wrong(self, wrong: dict[str, str]) -> None:
        for field in self.query(Field):
            field.show_mistake(wrong.get(field.name_of, ""))

    def _say(self, text: str, *, failed: bool) -> None:
        self._told.update(Text(clean(text), ALARM if failed else SOFT))


def _title(heading: str, doc: str) -> Text:
    told = clean(doc.strip().partition("\n")[0])[:200]
    return Text.assemble((heading, BOLD), (f"\n{told}" if told else "", SOFT))
