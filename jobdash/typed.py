"""A value as somebody typed it or as a table has it, read by a parameter's annotation. Pure."""

import json
from typing import Any

from jobdash.annotations import LISTS, OBJECTS, kind_of
from jobdash.errors import UsageError

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})


def read_typed(annotation: str, typed: str) -> Any:
    """Read a text: what the annotation wants, else JSON or a bare text.

    Raises `UsageError` if it is something else.
    """
    text = typed.strip()
    kind, nullable = kind_of(annotation)
    if nullable and text in ("null", "None"):
        return None
    return _read(kind, text, typed)


def json_of(text: str, kinds: type | tuple[type, ...], wanted: str) -> Any:
    """Read JSON of some kinds. Raises `UsageError` that says what is wanted."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UsageError(f"{wanted} is needed") from None
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise UsageError(f"{wanted} is needed")
    return value


def _read(kind: str, text: str, typed: str) -> Any:
    if kind == "str":
        return _text_of(typed)
    if kind == "bool":
        return _bool_of(text)
    if kind == "int":
        return json_of(text, int, "a whole number")
    if kind == "float":
        return json_of(text, (int, float), "a number")
    if kind in LISTS:
        return json_of(text, list, "a list such as [1, 2]")
    if kind in OBJECTS:
        return json_of(text, dict, 'an object such as {"a": 1}')
    return _anything(text)


def _text_of(typed: str) -> str:
    if len(typed) > 1 and typed[0] == typed[-1] == '"':
        try:
            return str(json.loads(typed))
        except ValueError:
            return typed
    return typed


def _bool_of(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise UsageError("true or false is needed")
    return word in _YES


def _anything(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")
