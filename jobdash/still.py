"""Any value as JSON text without running code of its own: for what a failure has left behind.

A `__repr__` may be slow, ask a database or never end, and a property may change what it shows. So
of an object whose looks are made in Python its attributes are shown, as they lie in it.
"""

import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import islice
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any
from uuid import UUID

from jobdash.outline import Json, Outline, cut, fitted, quote
from jobdash.redact import REDACTED, looks_secret
from jobdash.text import clean

# Made in C all through, or in the standard library of nothing but such.
_HARMLESS = frozenset(
    {type(None), bool, int, float, complex, str, bytes, bytearray, memoryview, date, datetime, time}
    | {list, tuple, dict, set, frozenset, deque, OrderedDict, defaultdict, Counter, range}
    | {timedelta, timezone, Decimal, UUID, re.Pattern}
)


def still_text(value: object, limit: int) -> str:
    """Return JSON text that shows the value, at most `limit` characters. Never raises."""
    try:
        return fitted(value, limit, _Still)
    except Exception as error:  # noqa: BLE001 - whatever the value is made of
        return cut(clean(f"<not to be shown: {type(error).__name__}>"), limit)


class _Still(Outline):
    """An outline that looks, and touches nothing."""

    def _convert(self, value: object) -> Json:
        kind = type(value)
        if kind in _HARMLESS:
            return super()._convert(value)
        if _is_namedtuple(kind):
            return self._nested(value, self._sequence)
        for kinds, told in _NAMED:
            if issubclass(kind, kinds):
                return self._text(told(value))
        return self._nested(value, self._object)

    def _name(self, key: object) -> str:
        plain = key if type(key) is str else self.of(key)
        return plain if isinstance(plain, str) else quote(plain)

    def _object(self, value: object) -> Json:
        shown = [
            f"{name}={quote(REDACTED if looks_secret(name) else self.of(held))}"
            for name, held in islice(_attributes(value), self._caps.items)
        ]
        return self._text(f"<{' '.join([type(value).__name__, ', '.join(shown)]).rstrip()}>")


def _is_namedtuple(kind: type) -> bool:
    fields = kind.__dict__.get("_fields")
    return issubclass(kind, tuple) and kind.__iter__ is tuple.__iter__ and type(fields) is tuple


def _attributes(value: object) -> Iterator[tuple[str, object]]:
    """Yield what the object holds, or what the built-in type holds that it was made from."""
    # Not isinstance: that asks the value for its class.
    yield from (
        ("content", plain(value)) for base, plain in _CONTENT if issubclass(type(value), base)
    )
    for kind in type.__dict__["__mro__"].__get__(type(value)):
        own = type.__dict__["__dict__"].__get__(kind)
        if "__slots__" in own:
            for name, slot in tuple(own.items()):
                yield from _slot(name, slot, value)
    held = _held(value)
    yield from ((name, held[name]) for name in tuple(held) if type(name) is str)


def _slot(name: str, slot: Any, value: object) -> Iterator[tuple[str, object]]:
    if type(slot) is not MemberDescriptorType:
        return
    try:
        yield name, slot.__get__(value)
    except AttributeError:
        return  # it holds nothing


def _held(value: object) -> dict[Any, object]:
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return held if type(held) is dict else {}


_CONTENT: tuple[tuple[type, Callable[[Any], object]], ...] = (
    (BaseException, lambda error: BaseException.args.__get__(error)),  # type: ignore[attr-defined]
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    (dict, lambda value: dict(dict.items(value))),
    (list, lambda value: list.__getitem__(value, slice(0, 100))),
    (tuple, lambda value: tuple.__getitem__(value, slice(0, 100))),
    (set, lambda value: set(islice(set.__iter__(value), 100))),
)
_NAMED: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (PurePath, lambda value: "/".join(value.parts).replace("//", "/", 1)),
    (Enum, lambda value: f"{type(value).__name__}.{_held(value).get('_name_')}"),
    (ModuleType, lambda value: f"<module {_held(value).get('__name__')}>"),
    (FunctionType, lambda value: f"<function {value.__qualname__}>"),
    (BuiltinFunctionType, lambda value: f"<function {value.__name__}>"),
    (MethodType, lambda value: f"<method {value.__func__.__qualname__}>"),
    (type, lambda value: f"<class {type.__dict__['__qualname__'].__get__(value)}>"),
)
