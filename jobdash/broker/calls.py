"""Calling a task by name from outside the app: which task, do the arguments fit, what is made."""

import difflib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from jobdash.annotations import fits
from jobdash.errors import UnknownTask, UsageError
from jobdash.preview import preview

_EMPTY = inspect.Parameter.empty
_SHOWN = 60


def find_task(huey: Any, name: str) -> Any:
    """Return the class of a registered task, by full name or by an ending that is unique.

    Raises `UnknownTask` with near names.
    """
    registry: dict[str, Any] = huey._registry._registry
    if name in registry:
        return registry[name]
    fitting = [full for full in registry if full.endswith(f".{name}")]
    if len(fitting) == 1:
        return registry[fitting[0]]
    if fitting:
        raise UnknownTask(f"{name!r} fits several tasks: {', '.join(sorted(fitting))}")
    raise UnknownTask(f"no task {name!r} is registered.{_near(name, list(registry))}")


def check_call(task_class: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raise `UsageError` that says which argument does not fit the task's parameters."""
    call = bound(task_class, args, kwargs)
    for name in call.arguments:
        check_type(call, name)


def check_type(call: inspect.BoundArguments, name: str) -> None:
    """Raise `UsageError` if an argument is not of the type that its annotation tells."""
    parameter = call.signature.parameters.get(name)
    if parameter is None or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return
    wanted, value = annotation_of(parameter), call.arguments[name]
    if wanted and not fits(wanted, value):
        raise UsageError(f"{name} is to be {wanted}, not {preview(value, _SHOWN)}")


def annotation_of(parameter: inspect.Parameter) -> str:
    """Return a parameter's annotation as it is written, '' if there is none."""
    found = parameter.annotation
    if found is _EMPTY:
        return ""
    return found if isinstance(found, str) else inspect.formatannotation(found)


def bound(
    task_class: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> inspect.BoundArguments:
    """Return which parameter gets which argument. Raises `UsageError` if they do not fit."""
    signature = signature_of(task_class)
    try:
        return signature.bind(*args, **kwargs)
    except TypeError as error:
        raise UsageError(f"{_name(task_class)}{signature}: {error}") from error


def signature_of(task_class: Any) -> inspect.Signature:
    """Return the parameters that a caller gives: without what huey injects into a context task."""
    signature: inspect.Signature = task_class.signature
    if task_class.context:
        rest = [p for name, p in signature.parameters.items() if name != "task"]
        signature = signature.replace(parameters=rest)
    return signature


def _name(task_class: Any) -> str:
    return f"{task_class.__module__}.{task_class.__name__}"


def _near(name: str, known: list[str]) -> str:
    ends = {full.rsplit(".", 1)[-1]: full for full in known}
    near = difflib.get_close_matches(name, [*known, *ends], n=3, cutoff=0.5)
    found = list(dict.fromkeys(ends.get(match, match) for match in near))
    if found:
        return f" Did you mean {', '.join(found)}?"
    return " `jobdash tasks` lists them."
