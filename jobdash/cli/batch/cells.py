"""What the texts in a column mean, by the annotation of the parameter that they are for."""

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

from jobdash.annotations import kind_of
from jobdash.broker.calls import annotation_of
from jobdash.errors import UsageError
from jobdash.typed import read_typed

# Instead of a value: the task's default is meant.
LEFT_OUT = object()

_WHOLE = re.compile(r"\s*[+-]?\d{1,4000}\s*")
_EMPTY = inspect.Parameter.empty


def reader_of(parameter: inspect.Parameter | None) -> Callable[[str], Any]:
    """Return what reads the texts of a column: as the parameter wants it.

    An empty text is left out where there is a default, and None where that is allowed.
    """
    annotation = "" if parameter is None else annotation_of(parameter)
    kind, nullable = kind_of(annotation)
    if kind == "str" and not nullable:
        return str
    has_default = parameter is not None and parameter.default is not _EMPTY
    read = _READERS.get(kind) or _typed(annotation)
    empty: Any = LEFT_OUT if has_default else None if nullable else _EMPTY

    def read_cell(text: str) -> Any:
        if not text.strip() and empty is not _EMPTY:
            return empty
        return read(text)

    return read_cell


def _typed(annotation: str) -> Callable[[str], Any]:
    return lambda text: read_typed(annotation, text)


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise UsageError("a whole number is needed")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise UsageError("a number is needed")
    return value


_READERS: dict[str, Callable[[str], Any]] = {"str": str, "int": _whole, "float": _number}
