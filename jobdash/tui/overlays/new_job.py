"""The form for a new job, made from what is known of the task's parameters."""

import json
from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from jobdash.job import TaskType
from jobdash.render.calls import summary
from jobdash.text import clean, parse_duration
from jobdash.tui.enqueue_helper import NewJob
from jobdash.tui.overlays.field import Field
from jobdash.tui.parameters import Parameter, call_of, parameters_of
from jobdash.tui.present import words
from jobdash.tui.theme import ACCENT, ALARM, BOLD, FAINT, SOFT
from jobdash.tui.widgets.line import Line

# Border, padding, title, description, margins, the call, a mistake, the keys.
_AROUND_FIELDS = 13
_OPTIONS = (
    ("delay", "not before: 30s, 10m, 2h"),
    ("priority", "the highest runs first"),
    ("retries", "more attempts"),
)


class NewJobScreen(ModalScreen[None]):
    """Asks for the arguments and has the job enqueued; stays open if that fails."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("ctrl+j,ctrl+enter", "enqueue", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    NewJobScreen { align: center middle; background: $background 55%; }
    NewJobScreen #box {
        width: 88; max-width: 96%; height: auto; max-height: 94%;
        border: round $rule; background: $raised; padding: 1 2;
    }
    NewJobScreen Static { height: auto; max-height: 3; }
    NewJobScreen #fields { height: auto; margin: 1 0; scrollbar-size: 1 1; }
    NewJobScreen.-short #fields Field { margin-bottom: 0; }
    """

    def __init__(self, task: TaskType, send: Callable[[NewJob], Awaitable[str]]) -> None:
        super().__init__()
        self._type = task
        self._send = send
        self._parameters = parameters_of(task)
        self._sending = False
        self._told = Static(id="form-error", markup=False)
        self._fields = VerticalScroll(id="fields", can_focus=False)

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            yield Static(_title(self._type), markup=False)
            with self._fields:
                for parameter in self._parameters:
                    yield _field(parameter)
                for name, hint in _OPTIONS:
                    yield Field(f"option-{name}", name, _with_default(name, hint, self._type))
            yield Line("form-preview")
            yield self._told
            yield Line("form-keys")

    def on_resize(self, event: Resize) -> None:
        """Leave room for what stands around the fields; they scroll if need be."""
        self._fields.styles.max_height = max(3, event.size.height - _AROUND_FIELDS)

    def on_mount(self) -> None:
        """Show the keys and begin with the first field."""
        told = "ctrl+j enqueues   tab next   esc closes"
        self.query_one("#form-keys", Line).show(((told, FAINT),))
        self.query(Input).first().focus()
        self._check()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._check()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        if event.input is inputs[-1]:
            self.action_enqueue()
        else:
            inputs[inputs.index(event.input) + 1].focus()

    def action_enqueue(self) -> None:
        """Enqueue the job if nothing is wrong."""
        new, wrong = self._read()
        self._show_wrong(wrong)
        if wrong or self._sending:
            return
        self._sending = True
        self._say("enqueueing…", failed=False)
        # The app's worker, not the form's: closing the form must not end it half-way.
        self.app.run_worker(self._enqueue(new))

    async def _enqueue(self, new: NewJob) -> None:
        failure = await self._send(new)
        self._sending = False
        if self.is_current and failure:
            self._say(failure, failed=True)
        elif self.is_current:
            self.dismiss(None)

    # -- reading the fields ----------------------------------------------------------------------

    def _read(self) -> tuple[NewJob, dict[str, str]]:
        typed = {field.name_of: field.value for field in self.query(Field)}
        args, kwargs, wrong = call_of(self._parameters, _parameters_typed(typed))
        options = {name: typed[f"option-{name}"].strip() for name, _ in _OPTIONS}
        wrong |= {f"option-{name}": why for name, why in _option_mistakes(options).items()}
        return NewJob(self._type.name, args, kwargs, **options), wrong

    def _check(self) -> None:
        new, wrong = self._read()
        touched = {field.name_of for field in self.query(Field) if field.value.strip()}
        self._show_wrong({name: why for name, why in wrong.items() if name in touched})
        call = summary(json.dumps(new.args), json.dumps(new.kwargs))
        shown = f"{words(self._type.name)}({words(call)})"
        self.query_one("#form-preview", Line).show(((shown, ACCENT),))

    def _show_wrong(self, wrong: dict[str, str]) -> None:
        for field in self.query(Field):
            field.show_mistake(wrong.get(field.name_of, ""))

    def _say(self, text: str, *, failed: bool) -> None:
        self._told.update(Text(clean(text), ALARM if failed else SOFT))


def _title(task: TaskType) -> Text:
    doc = clean(task.doc.strip().partition("\n")[0])[:200]
    return Text.assemble((f"New job  {words(task.name)}", BOLD), (f"\n{doc}" if doc else "", SOFT))


def _field(parameter: Parameter) -> Field:
    star = "*" if parameter.required else " "
    return Field(parameter.name, f"{words(parameter.name)} {star}", words(parameter.hint))


def _with_default(name: str, hint: str, task: TaskType) -> str:
    known = {"priority": f"{task.priority:g}", "retries": str(task.retries)}
    return f"{hint}, default {known[name]}" if name in known else hint


def _parameters_typed(typed: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if not name.startswith("option-")}


def _option_mistakes(options: dict[str, str]) -> dict[str, str]:
    mistakes = {}
    for name, text in options.items():
        try:
            if text:
                _READERS[name](text)
        except ValueError as error:
            mistakes[name] = str(error) if name == "delay" else "a number is needed"
    return mistakes


def _retries(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


_READERS: dict[str, Callable[[str], float]] = {
    "delay": parse_duration,
    "priority": float,
    "retries": _retries,
}
