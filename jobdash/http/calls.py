"""Does a call fit a task? Asked of the signature that a pool wrote down, without the app."""

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any

from jobdash.annotations import fits
from jobdash.errors import UsageError
from jobdash.job import TaskType

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def check_call(task: TaskType, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raise `UsageError` that says which argument does not fit."""
    signature = _signature(task)
    try:
        call = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise UsageError(f"{task.name}{signature}: {error}") from error
    for name, value in call.arguments.items():
        _check_type(signature.parameters[name], value)


def _check_type(parameter: inspect.Parameter, value: Any) -> None:
    wanted = parameter.annotation
    if parameter.kind not in _VARIADIC and wanted and not fits(wanted, value):
        raise UsageError(f"{parameter.name} is to be {wanted}, not {type(value).__name__}")


def _signature(task: TaskType) -> inspect.Signature:
    return inspect.Signature([_parameter(entry) for entry in json.loads(task.parameters)])


def _parameter(entry: Mapping[str, Any]) -> inspect.Parameter:
    kind = getattr(inspect.Parameter, str(entry["kind"]).upper())
    has_default = not entry["required"] and kind not in _VARIADIC
    default = None if has_default else inspect.Parameter.empty
    annotation = entry.get("annotation") or ""
    return inspect.Parameter(entry["name"], kind, default=default, annotation=annotation)
