"""Arguments for a task, as typed: JSON, or a bare word that is a text."""

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from jobdash.errors import UsageError
from jobdash.text import clean, shorten

# What begins like this was meant as JSON: to take it as a text would hide a mistake.
_MEANT_AS_JSON = ("[", "{", '"')
_NUMBER_WITHOUT_JSON = frozenset({"NaN", "Infinity", "-Infinity"})
_NEGATIVE_NUMBER = re.compile(r"-(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


class _RuleBroken(ValueError):
    """The text is JSON by its looks, but breaks a rule of it."""


def read_word(text: str) -> Any:
    """Return the value of one word. Raises `UsageError` with the rule that it breaks."""
    if text in _NUMBER_WITHOUT_JSON:
        raise UsageError(f'{text} is no JSON number: write "{text}" with its quotes for the text')
    try:
        return _parse(text)
    except (_RuleBroken, RecursionError) as error:
        raise _wrong(text, error) from error
    except json.JSONDecodeError as error:
        if text.lstrip().startswith(_MEANT_AS_JSON):
            raise _wrong(text, error) from error
        return text


def read_pairs(
    pairs: Sequence[str], reader_of: Callable[[str], Callable[[str], Any]] = lambda name: read_word
) -> dict[str, Any]:
    """Read `name=value` words, each value as its name wants it. Raises `UsageError`."""
    read: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.isidentifier():
            raise UsageError(f"'{_shown(pair)}' is no name=value")
        if name in read:
            raise UsageError(f"'{name}' is given twice")
        read[name] = reader_of(name)(value)
    return read


def read_json(text: str, kind: type, option: str) -> Any:
    """Read an option's JSON list or object. Raises `UsageError`."""
    what = "list" if kind is list else "object"
    try:
        value = _parse(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{option}: {_wrong(text, error)}") from error
    if not isinstance(value, kind):
        raise UsageError(f"{option} needs a JSON {what}, not {_shown(text)}")
    return value


def with_negative_numbers(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command line with its negative numbers kept from being options.

    A space before a number changes nothing for JSON.
    """
    return [f" {word}" if _NEGATIVE_NUMBER.fullmatch(word) else word for word in arguments]


def _parse(text: str) -> Any:
    return json.loads(
        text,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_whole,
        object_pairs_hook=_object,
    )


def _refuse_constant(constant: str) -> Any:
    raise _RuleBroken(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _RuleBroken(f"{shorten(text, 20)} is beyond the range of numbers")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _RuleBroken(f"a number of {len(text):,} digits is too long") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RuleBroken(f'the key "{clean(shorten(twice, 40))}" stands there twice')
    return names


def _wrong(text: str, error: Exception) -> UsageError:
    return UsageError(f"{_shown(text)} is no JSON: {_why(error)}")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at column {error.pos + 1}"
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def _shown(text: str) -> str:
    return shorten(clean(text[:200]), 60)
