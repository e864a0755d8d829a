"""A job's call as Python would write it: with the names of its parameters, one argument a line."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

REDACTED = "[redacted]"
# How previews say that they are cut.
_MORE = re.compile(r"… \d+ more")
_ELLIPSIS = ("…", "…>")
_WIDTH = 72
_INDENT = "    "
# More than any preview holds: what is longer comes from elsewhere, and is shown as it is.
LARGEST = 100_000

_POSITIONAL = ("positional_only", "positional_or_keyword")


def call_source(task: str, args: Any, kwargs: Any, parameters: str) -> str:
    """Return `task(name=value, …)` over as many lines as it takes."""
    given = [*_named(args, _names(parameters)), *_keywords(kwargs)]
    if not given:
        return f"{task}()"
    lines = [line for name, value in given for line in _argument(name, value)]
    return "\n".join((f"{task}(", *lines, ")"))


def value_source(value: Any) -> str:
    """Return a value from JSON as Python would write it, over as many lines as it takes."""
    return "\n".join(_lines(value, ""))


def defaults_left(args: Any, kwargs: Any, parameters: str) -> list[str]:
    """Return `name=value` of the parameters that were left at their defaults."""
    known = _read(parameters)
    given = {*kwargs} | {*_names(parameters)[: len(args)]}
    return [
        f"{one.get('name')}={_default(one)}"
        for one in known
        if one.get("default") is not None and one.get("name") not in given
    ]


def losses(*previews: str | None) -> str:
    """Return what a preview does not show: `2 values are redacted, 1 is cut`, or ''."""
    text = "".join(filter(None, previews))
    hidden = text.count(REDACTED)
    cut = len(re.findall(r'…>?"|"… \d+ more"', text))
    told = [_counted(hidden, "redacted")] if hidden else []
    return " and ".join([*told, *([_counted(cut, "cut")] if cut else [])])


def _counted(number: int, what: str) -> str:
    return f"1 value is {what}" if number == 1 else f"{number} values are {what}"


def _default(parameter: dict[str, Any]) -> str:
    try:
        return _flat(json.loads(str(parameter["default"])))
    except (ValueError, RecursionError):
        return str(parameter["default"])


def _read(parameters: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(parameters)
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _names(parameters: str) -> list[str]:
    return [str(one.get("name")) for one in _read(parameters) if one.get("kind") in _POSITIONAL]


def _named(args: Sequence[Any], names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for index, value in enumerate(args):
        is_named = index < len(names) and not _is_more(value)
        yield (f"{names[index]}=" if is_named else "", value)


def _keywords(kwargs: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in kwargs.items():
        yield (f"{name}=" if name.isidentifier() else f"**{name!r}: ", value)


def _argument(name: str, value: Any) -> Iterator[str]:
    first, *rest = _lines(value, _INDENT)
    tail = "" if _is_more(value) else ","
    lines = [f"{_INDENT}{name}{first}", *rest]
    yield from lines[:-1]
    yield f"{lines[-1]}{tail}{_remark(value)}"


def _lines(value: Any, indent: str) -> list[str]:
    flat = _flat(value)
    if not (isinstance(value, list | dict) and value) or len(indent) + len(flat) <= _WIDTH:
        return [flat]
    inner = indent + _INDENT
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    lines = [opening]
    for key, item in _items(value):
        first, *rest = _lines(item, inner)
        body = [f"{inner}{key}{first}", *rest]
        tail = "" if _is_more(item) else ","
        lines += [*body[:-1], f"{body[-1]}{tail}{_remark(item)}"]
    return [*lines, f"{indent}{closing}"]


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((f"{key!r}: ", item) for key, item in value.items())
    return (("", item) for item in value)


def _flat(value: Any) -> str:
    if _is_more(value):
        return f"# {value}"
    return repr(value).replace(repr(REDACTED), REDACTED)


def _is_more(value: Any) -> bool:
    return isinstance(value, str) and _MORE.fullmatch(value) is not None


def _remark(value: Any) -> str:
    is_cut = isinstance(value, str) and value.endswith(_ELLIPSIS) and not _is_more(value)
    return "  # cut" if is_cut else ""
