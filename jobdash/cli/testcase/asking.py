"""Whether what a task calls asks which job it is: such a call wants one around it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import CodeType, FunctionType, ModuleType
from typing import Any

from jobdash.broker.current import current_job
from jobdash.broker.once import once

_QUESTIONS = (current_job, once)


def asks_for_its_job(function: Any) -> bool:
    """Whether a function, or one of its package that it names, uses `current_job` or `once`."""
    seen, ahead = set[int](), [function]
    while ahead:
        found = ahead.pop()
        if not isinstance(found, FunctionType) or id(found) in seen:
            continue
        seen.add(id(found))
        named = [*_named_in(found)]
        if any(one in _QUESTIONS for one in named if isinstance(one, FunctionType)):
            return True
        ahead += (one for one in named if _package(one) == _package(found))
    return False


def _named_in(function: FunctionType) -> Iterator[Any]:
    """Yield the globals that a function names, and what it names of modules among them."""
    names = {*_names(function.__code__)}
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        yield value
        if isinstance(value, ModuleType):
            yield from _attributes(value, names)


def _attributes(module: ModuleType, names: Iterable[str]) -> Iterator[Any]:
    for name in names:
        # A module may make its attributes when they are asked for, and fail at it.
        with suppress(Exception):
            yield getattr(module, name)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _package(thing: Any) -> str:
    return str(getattr(thing, "__module__", "")).partition(".")[0]
