"""The form for a new job."""

import json
from collections.abc import Callable, Iterator

from jobdash.job import TaskType
from jobdash.render.calls import summary
from jobdash.text import parse_duration
from jobdash.tui.app_helper import NewJob
from jobdash.tui.overlays.call_form import CallForm
from jobdash.tui.overlays.field import Field
from jobdash.tui.parameters import Parameter, call_of
from jobdash.tui.present import words

_OPTIONS = (
    ("delay", "not before: 30s, 10m, 2h"),
    ("priority", "the highest runs first"),
    ("retries", "more attempts"),
)


class NewJobScreen(CallForm[NewJob]):
    """Asks for the arguments and a few options."""

    VERB = "enqueue"

    def heading(self) -> str:
        """Return what the form is for."""
        return f"New job  {words(self.task_type.name)}"

    def fields(self) -> Iterator[Field]:
        """Make the fields."""
        yield from map(_field, self.parameters)
        for name, hint in _OPTIONS:
            yield Field(f"option-{name}", name, _with_default(name, hint, self.task_type))

    def read(self, typed: dict[str, str]) -> tuple[NewJob, dict[str, str]]:
        """Return the job and what is wrong."""
        args, kwargs, wrong = call_of(self.parameters, _parameters_typed(typed))
        options = {name: typed[f"option-{name}"].strip() for name, _ in _OPTIONS}
        wrong |= {f"option-{name}": why for name, why in _option_mistakes(options).items()}
        return NewJob(self.task_type.name, args, kwargs, **options), wrong

    def told(self, wanted: NewJob) -> str:
        """Return the call."""
        call = summary(json.dumps(wanted.args), json.dumps(wanted.kwargs))
        return f"{words(wanted.task)}({words(call)})"


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
