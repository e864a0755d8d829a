"""The form for a new job."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from jobdash.control.app_helper import NewJob
from jobdash.job import TaskType
from jobdash.render.calls import summary
from jobdash.text import format_count, parse_duration, parse_time
from jobdash.tui.calls.parameters import Parameter, call_of
from jobdash.tui.clock import now_us
from jobdash.tui.looks.present import words
from jobdash.tui.overlays.call_form import CallForm
from jobdash.tui.overlays.field import Field

MOST_AT_ONCE = 100_000
_OPTIONS = (
    ("when", "now; or 30s, 10m, 17:30"),
    ("priority", "higher first"),
    ("retries", "more attempts"),
    ("key", "one job for this key"),
    ("count", "so many, default 1"),
)


class NewJobScreen(CallForm[NewJob]):
    """Asks for arguments and a few options; `known` are the arguments of the last time."""

    VERB = "enqueue"
    KEYS = "enter enqueues  ctrl+o one more  tab next  esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "send_and_stay", show=False, priority=True)
    ]

    def __init__(
        self,
        task: TaskType,
        send: Callable[[NewJob, Mapping[str, str]], Awaitable[str]],
        known: Mapping[str, str],
    ) -> None:
        super().__init__(task, lambda new: send(new, self.typed))
        self._known = known

    def heading(self) -> str:
        """Return what the form is for."""
        again = "   with the arguments of last time" if self._known else ""
        return f"New job  {words(self.task_type.name)}{again}"

    def fields(self) -> Iterator[Field]:
        """Make the fields."""
        for parameter in self.parameters:
            yield _field(parameter, self._known.get(parameter.name, ""))
        for name, hint in _OPTIONS:
            yield Field(f"option-{name}", name, _with_default(name, hint, self.task_type))

    def action_send_and_stay(self) -> None:
        """Enqueue, and keep the form for the next one."""
        self.send(stay=True)

    def read(self, typed: dict[str, str]) -> tuple[NewJob, dict[str, str]]:
        """Return the job and what is wrong."""
        args, kwargs, wrong = call_of(self.parameters, arguments_typed(typed))
        options = {name: typed[f"option-{name}"].strip() for name, _ in _OPTIONS}
        wrong |= {f"option-{name}": why for name, why in _option_mistakes(options).items()}
        return NewJob(self.task_type.name, args, kwargs, **_options(options)), wrong

    def told(self, wanted: NewJob) -> str:
        """Return the call."""
        call = summary(json.dumps(wanted.args), json.dumps(wanted.kwargs))
        times = f"{format_count(wanted.count)} times  " if wanted.count > 1 else ""
        when = f"in {wanted.delay}" if wanted.delay else f"at {wanted.at}" if wanted.at else ""
        options = {"priority": wanted.priority, "retries": wanted.retries, "key": wanted.key}
        told = [when, *(f"{name} {words(value)}" for name, value in options.items() if value)]
        how = "  ".join(filter(None, told))
        return f"{times}{words(wanted.task)}({words(call)})" + (f"   {how}" if how else "")


def _field(parameter: Parameter, known: str) -> Field:
    star = "*" if parameter.required else " "
    label = f"{words(parameter.name)} {star}"
    return Field(parameter.name, label, words(parameter.hint), known)


def _with_default(name: str, hint: str, task: TaskType) -> str:
    known = {"priority": f"{task.priority:g}", "retries": str(task.retries)}
    return f"{hint}, default {known[name]}" if name in known else hint


def arguments_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed for the arguments, without the options."""
    return {name: text for name, text in typed.items() if not name.startswith("option-")}


def _options(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the options as the helper wants them; what is wrong is left out."""
    found: dict[str, Any] = {name: typed[name] for name in ("priority", "retries", "key")}
    found["delay" if _is_duration(typed["when"]) else "at"] = typed["when"]
    if typed["count"].isdecimal():
        found["count"] = int(typed["count"])
    return found


def _option_mistakes(options: Mapping[str, str]) -> dict[str, str]:
    mistakes = {}
    for name, text in options.items():
        try:
            if text:
                _READERS[name](text)
        except ValueError as error:
            mistakes[name] = _MISTAKES.get(name) or str(error)
    if options["key"] and options["count"] not in ("", "1"):
        mistakes["count"] = "a key stands for one job"
    return mistakes


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def _when(text: str) -> object:
    return _is_duration(text) or parse_time(text, now_us())


def _retries(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_AT_ONCE:
        raise ValueError(text)
    return number


_READERS: Mapping[str, Callable[[str], object]] = {
    "when": _when,
    "priority": float,
    "retries": _retries,
    "key": str,
    "count": _count,
}
_MISTAKES = {
    "when": "write 30s, 10m, 17:30 or 2027-01-31T14:30",
    "priority": "a number is needed",
    "retries": "a number is needed",
    "count": f"a number from 1 to {MOST_AT_ONCE:,}",
}
