"""A call's previewed arguments on one line."""

import json

_REDACTED = "[redacted]"


def summary(args_json: str, kwargs_json: str) -> str:
    """Return previewed arguments as a call shows them: `88120, month='2026-10'`."""
    try:
        args, kwargs = json.loads(args_json), json.loads(kwargs_json)
    except (ValueError, RecursionError):
        args = kwargs = None
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        return f"{args_json} {kwargs_json}"
    parts = [*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())]
    return ", ".join(parts).replace(repr(_REDACTED), _REDACTED)
