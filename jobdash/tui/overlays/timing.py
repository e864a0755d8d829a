"""The form for another priority and another time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS, Job
from jobdash.text import local_time, parse_duration, parse_time
from jobdash.tui.clock import now_us
from jobdash.tui.looks.theme import BOLD, FAINT
from jobdash.tui.overlays.field import Field
from jobdash.tui.overlays.mistakes import show_mistakes
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.line import Line

if TYPE_CHECKING:
    from jobdash.control import Timing


class TimingScreen(Overlay["Timing | None"]):
    """Asks for what is to be changed; what is left empty stays as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    TimingScreen #box { width: 76; }
    TimingScreen Static { height: auto; margin-bottom: 1; }
    """

    def __init__(self, what: str, job: Job | None) -> None:
        super().__init__()
        self._what = what
        self._job = job
        self._wrong = Static(id="form-error", markup=False)

    def compose(self) -> ComposeResult:
        """Make the box."""
        job = self._job
        now = "" if job is None else f"at {job.priority:g}; "
        eta = None if job is None else job.eta
        when = "10m, 2h, 14:30, 2027-01-31T14:30"
        if eta is not None:
            when = f"at {local_time(eta, now_us())}; 10m, 2h, 18:00"
        with Vertical(id="box"):
            yield Static(Text(f"When is {self._what} to run?", BOLD), markup=False)
            yield Field("priority", "priority", f"{now}higher is earlier")
            yield Field("when", "not before", when)
            yield self._wrong
            yield Line("form-keys")

    def on_mount(self) -> None:
        """Show the keys and begin with the first field."""
        keys = "enter changes   tab next   esc leaves it as it is"
        self.query_one("#form-keys", Line).show(((keys, FAINT),))
        self.query(Input).first().focus()

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        typed = {field.name_of: field.value.strip() for field in self.query(Field)}
        wrong: dict[str, str] = {}
        values: dict[str, float | int | None] = {"priority": None, "when": None}
        for name, read in (("priority", _priority), ("when", _moment)):
            try:
                values[name] = read(typed[name]) if typed[name] else None
            except ValueError as error:
                wrong[name] = str(error)
        self._wrong.update(show_mistakes(self.query(Field), wrong))
        if not wrong and any(typed.values()):
            self.dismiss(_timing(values["priority"], values["when"]))


def _timing(priority: float | None, when: float | None) -> Timing:
    from jobdash.control import Timing

    return Timing(priority, None if when is None else int(when))


def _priority(text: str) -> float:
    from jobdash.control import Timing

    try:
        value = float(text)
        Timing(priority=value)
    except (ValueError, UsageError):
        raise ValueError("it must be a number") from None
    return value


def _moment(text: str) -> int:
    """Read a time, or for how long to wait from now."""
    now = now_us()
    try:
        return now + int(parse_duration(text) * MICROSECONDS)
    except ValueError:
        return parse_time(text, now)
