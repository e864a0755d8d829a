"""A recorded call with other arguments: which of them change, and do they fit the task."""

import difflib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobdash.broker.calls import bound, check_type, signature_of
from jobdash.errors import UsageError

_Call = tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be different: all positional arguments, all named ones, or single ones by name.

    What is left alone comes from the recorded message, never from its preview.
    """

    args: Sequence[Any] | None = None
    kwargs: Mapping[str, Any] | None = None
    named: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, task_class: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Call:
        """Return the call as it is to be.

        Raises `UsageError` for a name that the task does not have and for a value that is not of
        the type that the task's annotation tells.
        """
        args = args if self.args is None else tuple(self.args)
        kwargs = kwargs if self.kwargs is None else self.kwargs
        call = bound(task_class, args, kwargs)
        for name, value in self.named.items():
            _change(call, name, value)
        for name in self._touched(task_class):
            check_type(call, name)
        return call.args, call.kwargs

    def _touched(self, task_class: Any) -> set[str]:
        by_place = signature_of(task_class).bind_partial(*(self.args or ())).arguments
        return {*by_place, *(self.kwargs or ()), *self.named}


def _change(call: inspect.BoundArguments, name: str, value: Any) -> None:
    parameters = call.signature.parameters
    rest = next((p.name for p in parameters.values() if p.kind is p.VAR_KEYWORD), None)
    if name in parameters:
        call.arguments[name] = tuple(value) if _is_rest(parameters[name], value) else value
    elif rest is not None:
        call.arguments[rest] = {**call.arguments.get(rest, {}), name: value}
    else:
        near = difflib.get_close_matches(name, parameters, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(parameters) or 'none'}"
        raise UsageError(f"the task has no argument '{name}': {hint}")


def _is_rest(parameter: inspect.Parameter, value: Any) -> bool:
    """Whether the value is that of `*more`. Raises `UsageError` if it cannot be."""
    if parameter.kind is parameter.VAR_POSITIONAL and not isinstance(value, list):
        raise UsageError(f"{parameter} needs a list")
    if parameter.kind is parameter.VAR_KEYWORD and not isinstance(value, dict):
        raise UsageError(f"{parameter} needs an object")
    return parameter.kind is parameter.VAR_POSITIONAL
