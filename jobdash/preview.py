"""Previews of arguments and results: bounded, redacted JSON, made where the value is at hand.

A reader shows the preview and never needs the pickled payload. A preview is always valid JSON
made of visible characters only, whatever the value does when it is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jobdash.outline import FLAT_ITEMS, cut, fitted, quote
from jobdash.redact import REDACTED, hidden_by_name, looks_secret, redact_text
from jobdash.text import clean

LIMIT = 8192


def preview(value: object, limit: int = LIMIT) -> str:
    """Return JSON text that shows `value`, at most `limit` characters (at least 3). Never raises.

    What JSON has no word for becomes a string such as "<Decimal 1.5>". Long values are cut at a
    visible "…"; one that cannot be made to fit becomes a JSON string that ends with it.
    """
    try:
        text = _ordinary(value)
        return text if text and len(text) <= limit else fitted(value, limit)
    except Exception as error:  # noqa: BLE001 - no preview is worth a lost enqueue
        return cut(clean(f"<no preview: {type(error).__name__}>"), limit)


def preview_call(
    args: tuple[object, ...], kwargs: Mapping[str, object], names: Sequence[str] = ()
) -> tuple[str, str]:
    """Return a JSON array of `args` and a JSON object of `kwargs`, each within `LIMIT`.

    `names` are the task's parameter names in order: an argument of a secret-looking one is hidden.
    """
    args_json = preview(hidden_by_name(args, names) if names else args, LIMIT - 2)
    kwargs_json = preview(kwargs, LIMIT - 7) if kwargs else "{}"
    return (
        args_json if args_json.startswith("[") else f"[{args_json}]",
        kwargs_json if kwargs_json.startswith("{") else f'{{"…": {kwargs_json}}}',
    )


_SHORT_TEXT = 256
_SHORT_INT = 10**18


def _ordinary(value: object) -> str:
    """Return the preview of a small flat value of exact built-in types, "" for any other."""
    if type(value) is tuple or type(value) is list:
        return _flat_sequence(value)
    if type(value) is dict:
        parts = [_pair(*item) for item in value.items()] if len(value) <= FLAT_ITEMS else [""]
        return f"{{{', '.join(parts)}}}" if all(parts) else ""
    return _scalar(value)


def _flat_sequence(value: tuple[object, ...] | list[object]) -> str:
    parts = [_scalar(item) for item in value[:FLAT_ITEMS]]
    if len(value) > FLAT_ITEMS:
        parts.append(quote(f"… {len(value) - FLAT_ITEMS} more"))
    return f"[{', '.join(parts)}]" if all(parts) else ""


def _pair(key: object, value: object) -> str:
    if type(key) is not str:
        return ""
    name, text = _ordinary_str(key), _scalar(REDACTED if looks_secret(key) else value)
    return f"{name}: {text}" if name and text else ""


def _scalar(value: object) -> str:
    write = _WRITERS.get(type(value))
    return write(value) if write else ""


def _ordinary_str(value: str) -> str:
    if len(value) > _SHORT_TEXT or not value.isprintable():
        return ""
    return quote(redact_text(value))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _ordinary_str,
    int: lambda value: repr(value) if -_SHORT_INT < value < _SHORT_INT else "",
    float: lambda value: repr(value) if math.isfinite(value) else "",
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
