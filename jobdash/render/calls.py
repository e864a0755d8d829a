"""A call's previewed arguments on one line."""

import json

_REDACTED = "[redacted]"


def left_out(kwargs_json: str) -> str:
    """Return those named arguments that `summary` leaves out."""
    try:
        kwargs = json.loads(kwargs_json)
    except (ValueError, RecursionError):
        return ""
    named = kwargs.items() if isinstance(kwargs, dict) else ()
    return ", ".join(f"{name}={value!r}" for name, value in named if name.startswith("_"))


def summary(args_json: str, kwargs_json: str) -> str:
    """Return previewed arguments as a call shows them: `88120, month='2026-10'`.

    Those whose names begin with an underscore are left out.
    """
    try:
        args, kwargs = json.loads(args_json), json.loads(kwargs_json)
    except (ValueError, RecursionError):
        args = kwargs = None
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        return f"{args_json} {kwargs_json}"
    named = (f"{name}={value!r}" for name, value in kwargs.items() if not name.startswith("_"))
    parts = [*map(repr, args), *named]
    return ", ".join(parts).replace(repr(_REDACTED), _REDACTED)
