"""What a form shows of a recorded call: the previews, where they are the whole and exact values."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jobdash.errors import UsageError
from jobdash.job import Job
from jobdash.redact import REDACTED
from jobdash.tui.calls.parameters import Parameter, read_value

_UNKNOWN = "…"
_BY_PLACE = ("positional_only", "positional_or_keyword")


def prefill(parameters: Sequence[Parameter], job: Job) -> dict[str, str]:
    """Return the text of each field whose value the preview shows exactly.

    What was cut, redacted or is no JSON is left out: nobody could tell what it was.
    """
    try:
        values = _values(parameters, json.loads(job.args), json.loads(job.kwargs))
    except (ValueError, RecursionError):
        return {}
    shown = {}
    for parameter in parameters:
        value = values.get(parameter.name, _UNKNOWN)
        text = _written(parameter, value) if _is_exact(value) else None
        if text is not None:
            shown[parameter.name] = text
    return shown


def left_out(parameters: Sequence[Parameter], job: Job) -> set[str]:
    """Return the names of the parameters that the call left to their defaults, as far as known."""
    if _UNKNOWN in job.args or _UNKNOWN in job.kwargs:
        return set()
    try:
        values = _values(parameters, json.loads(job.args), json.loads(job.kwargs))
    except (ValueError, RecursionError):
        return set()
    return {parameter.name for parameter in parameters} - values.keys()


def _values(
    parameters: Sequence[Parameter], args: list[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return which parameter had which value, as far as the previews tell."""
    names = {parameter.name for parameter in parameters}
    places = [parameter.name for parameter in parameters if parameter.kind in _BY_PLACE]
    by_kind = {parameter.kind: parameter.name for parameter in parameters}
    values: dict[str, Any] = dict(zip(places, args, strict=False))
    values |= {name: value for name, value in kwargs.items() if name in names}
    rest, more = args[len(places) :], {n: v for n, v in kwargs.items() if n not in names}
    for kind, value in (("var_positional", rest), ("var_keyword", more)):
        if value and kind in by_kind:
            values[by_kind[kind]] = value
    return values


def _is_exact(value: Any) -> bool:
    if isinstance(value, str):
        is_cut = "…" in value or REDACTED in value
        return not is_cut and not (value.startswith("<") and value.endswith(">"))
    if isinstance(value, list):
        return all(map(_is_exact, value))
    if isinstance(value, dict):
        return all(_is_exact(name) and _is_exact(item) for name, item in value.items())
    return True


def _written(parameter: Parameter, value: Any) -> str | None:
    """Return the text that is read as this value, None if there is none."""
    texts = [value] if isinstance(value, str) and value.isprintable() and value else []
    for text in (*texts, json.dumps(value, ensure_ascii=False), json.dumps(value)):
        if text.isprintable() and _reads_as(parameter, text, value):
            return text
    return None


def _reads_as(parameter: Parameter, text: str, value: Any) -> bool:
    try:
        found = read_value(parameter, text)
    except UsageError:
        return False
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)
