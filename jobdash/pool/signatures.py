"""What the app's tasks look like from outside, written down so that readers need no app."""

import inspect
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jobdash.job import TaskType
from jobdash.pool.rules import rule_of
from jobdash.preview import preview
from jobdash.rule import written
from jobdash.text import storable

_CONTEXT_ARGUMENT = "task"
_DEFAULT_LIMIT = 200


def task_types(huey: Any, now: int) -> list[TaskType]:
    """Return a record of every registered task."""
    return [_task_type(huey, name, task, now) for name, task in huey._registry._registry.items()]


def parameters(task_class: Any) -> str:
    """Return a JSON list of {name, kind, default, required, annotation}, one per parameter.

    The argument that huey injects into a context task is left out. A default is a preview, or
    null if there is none.
    """
    try:
        signature = inspect.signature(_function(task_class))
    except (TypeError, ValueError):
        return "[]"
    shown = signature.parameters.values()
    return json.dumps([_described(p) for p in shown if not _is_injected(task_class, p)])


def task_files(huey: Any) -> set[str]:
    """Return the files that the functions of the registered tasks are in."""
    found = set()
    for task in huey._registry._registry.values():
        with suppress(ValueError, AttributeError):
            found.add(_function(task).__code__.co_filename)
    return found


def _task_type(huey: Any, name: str, task_class: Any, now: int) -> TaskType:
    return TaskType(
        name=name,
        queue=huey.name,
        parameters=parameters(task_class),
        doc=storable(inspect.cleandoc(task_class.__doc__ or "")),
        retries=task_class.default_retries,
        retry_delay=task_class.default_retry_delay,
        priority=task_class.default_priority or 0,
        timeout=task_class.default_timeout,
        periodic=hasattr(task_class, "validate_datetime"),
        registered_at=now,
        paused=False,
        rule=_rule(task_class, huey.utc),
    )


def _rule(task_class: Any, utc: bool) -> str | None:
    is_periodic = hasattr(task_class, "validate_datetime")
    return written(rule_of(task_class, utc)) if is_periodic else None


def _function(task_class: Any) -> Callable[..., Any]:
    """Return the function behind a task, which huey keeps only in a closure."""
    run = task_class.execute
    index = run.__code__.co_freevars.index("func")
    function: Callable[..., Any] = run.__closure__[index].cell_contents
    return function


def _is_injected(task_class: Any, parameter: inspect.Parameter) -> bool:
    return bool(task_class.context) and parameter.name == _CONTEXT_ARGUMENT


def _described(parameter: inspect.Parameter) -> dict[str, Any]:
    empty = inspect.Parameter.empty
    has_default = parameter.default is not empty
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return {
        "name": parameter.name,
        "kind": parameter.kind.name.lower(),
        "default": _default(parameter) if has_default else None,
        "required": not has_default and not variadic,
        "annotation": None if parameter.annotation is empty else _written(parameter.annotation),
    }


def _default(parameter: inspect.Parameter) -> str:
    # As a keyword argument, so that the default of a secret is hidden as its value would be.
    shown = json.loads(preview({parameter.name: parameter.default}, _DEFAULT_LIMIT))
    return json.dumps(shown[parameter.name] if isinstance(shown, dict) else shown)


def _written(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return storable(text)
