"""A task's parameters as the pool wrote them down, and what a person typed into their fields."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobdash.errors import UsageError
from jobdash.job import TaskType
from jobdash.typed import json_of, read_typed

_POSITIONAL = ("positional_only", "positional_or_keyword")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `default` is the preview of its default as JSON, None if it has none."""

    name: str
    kind: str
    default: str | None
    required: bool
    annotation: str

    @property
    def hint(self) -> str:
        """What is expected, in a few words."""
        told = [self.annotation] if self.annotation else []
        if self.kind == "var_positional":
            told.append("more arguments as [a, b]")
        elif self.kind == "var_keyword":
            told.append('more named arguments as {"name": value}')
        elif self.default is not None:
            told.append(f"default {self.default}")
        return ", ".join(told)


def parameters_of(task: TaskType) -> list[Parameter]:
    """Read them. What cannot be read is no parameter: the helper process checks the call again."""
    try:
        listed = json.loads(task.parameters)
    except ValueError:
        return []
    return [_parameter(entry) for entry in listed if isinstance(entry, dict)]


def _parameter(entry: Mapping[str, Any]) -> Parameter:
    default = entry.get("default")
    return Parameter(
        str(entry.get("name", "")),
        str(entry.get("kind", "positional_or_keyword")),
        None if default is None else str(default),
        bool(entry.get("required")),
        str(entry.get("annotation") or ""),
    )


def read_value(parameter: Parameter, typed: str) -> Any:
    """Read what was typed: JSON, or a bare text. Raises `UsageError` if the type is wrong."""
    text = typed.strip()
    if parameter.kind == "var_positional":
        return json_of(text, list, "a list such as [1, 2]")
    if parameter.kind == "var_keyword":
        return json_of(text, dict, 'an object such as {"a": 1}')
    return read_typed(parameter.annotation, typed)


def call_of(
    parameters: Sequence[Parameter], typed: Mapping[str, str]
) -> tuple[list[Any], dict[str, Any], dict[str, str]]:
    """Return positional arguments, named arguments, and what is wrong by parameter name."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for parameter in parameters:
        text = typed.get(parameter.name, "")
        try:
            if text.strip():
                values[parameter.name] = read_value(parameter, text)
            elif parameter.required:
                raise UsageError("needed")
        except UsageError as mistake:
            wrong[parameter.name] = str(mistake)
    args = _positional(parameters, values, wrong)
    return args, _named(parameters, values), wrong


def _positional(
    parameters: Sequence[Parameter], values: dict[str, Any], wrong: dict[str, str]
) -> list[Any]:
    """Take out of `values` what must be given by position."""
    rest = next((p.name for p in parameters if p.kind == "var_positional"), None)
    kinds = _POSITIONAL if rest in values else ("positional_only",)
    args: list[Any] = []
    gap = ""
    for parameter in (p for p in parameters if p.kind in kinds):
        if parameter.name not in values:
            gap = gap or parameter.name
        elif gap:
            wrong.setdefault(gap, f"needed, because {parameter.name} comes after it")
        else:
            args.append(values.pop(parameter.name))
    if rest in values and gap:
        wrong.setdefault(gap, f"needed, because {rest} comes after it")
    return [*args, *values.pop(rest or "", [])]


def _named(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    rest = next((p.name for p in parameters if p.kind == "var_keyword"), None)
    named = {name: value for name, value in values.items() if name != rest}
    return {**values.get(rest or "", {}), **named}
