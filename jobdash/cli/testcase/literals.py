"""Values as Python source that a person can read and change.

Only what the source surely gives back is written so: it is evaluated and compared.
"""

import dataclasses
import datetime
import math
import textwrap
from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path, PosixPath, WindowsPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jobdash.cli.testcase.names import Names, Unwritable
from jobdash.redact import REDACTED, looks_secret, redact_text

_WIDTH = 84
_PLAIN = frozenset({type(None), bool, int, bytes, complex, range, type(...)})
_TIMES = frozenset(
    {datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone}
)
_OWN_REPR = frozenset({Decimal, UUID, Fraction})


class Literals:
    """Writes values as source. `hidden` tells the names of the secrets it has left out."""

    def __init__(self, names: Names, *, secrets: bool) -> None:
        self.names = names
        self.hidden: list[str] = []
        self._secrets = secrets

    def write(self, value: Any, name: str = "") -> str:
        """Return source for a value of this name. Raises `Unwritable` if there is none."""
        known, names = len(self.hidden), self.names.copy()
        try:
            text = self._of(value, name)
            if len(self.hidden) == known and not _is_same(text, value, self.names):
                raise Unwritable
        except Exception as error:
            self.names.become(names)
            raise Unwritable from error
        return text

    def _of(self, value: Any, name: str = "") -> str:
        if not self._secrets and name and looks_secret(name) and not _is_empty(value):
            return self._hide(name)
        kind = type(value)
        if kind in _PLAIN:
            return repr(value)
        writer = _WRITERS.get(kind)
        return writer(self, value) if writer else self._of_a_class(value)

    def _hide(self, name: str) -> str:
        self.hidden.append(name)
        return repr(REDACTED)

    def _of_text(self, value: str) -> str:
        shown = value if self._secrets else redact_text(value)
        if shown != value:
            self.hidden.append("a text")
        return repr(shown)

    def _of_float(self, value: float) -> str:
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"

    def _of_time(self, value: Any) -> str:
        self.names.use_module("datetime")
        if isinstance(getattr(value, "tzinfo", None), ZoneInfo):
            self.names.use_module("zoneinfo")
        return repr(value)

    def _of_own_repr(self, value: Any) -> str:
        self.names.use(type(value))
        return repr(value)

    def _of_path(self, value: Path) -> str:
        return f"{self.names.use(Path)}({str(value)!r})"

    def _of_list(self, value: list[Any]) -> str:
        return wrapped("[", map(self._of, value), "]")

    def _of_tuple(self, value: tuple[Any, ...]) -> str:
        if len(value) == 1:
            return f"({self._of(value[0])},)"
        return wrapped("(", map(self._of, value), ")")

    def _of_set(self, value: set[Any]) -> str:
        return wrapped("{", sorted(map(self._of, value)), "}") if value else "set()"

    def _of_frozenset(self, value: frozenset[Any]) -> str:
        return f"frozenset({self._of_set(set(value)) if value else ''})"

    def _of_dict(self, value: dict[Any, Any]) -> str:
        return wrapped("{", (self._of_item(key, one) for key, one in value.items()), "}")

    def _of_item(self, key: Any, value: Any) -> str:
        return f"{self._of(key)}: {self._of(value, key if isinstance(key, str) else '')}"

    def _of_a_class(self, value: Any) -> str:
        kind = type(value)
        if isinstance(value, Enum):
            return f"{self.names.use(kind)}.{value.name}"
        if dataclasses.is_dataclass(kind):
            fields = [one.name for one in dataclasses.fields(kind) if one.init]
        elif isinstance(value, tuple) and hasattr(kind, "_fields"):
            fields = list(kind._fields)
        else:
            raise Unwritable
        parts = [f"{name}={self._of(getattr(value, name), name)}" for name in fields]
        return wrapped(f"{self.names.use(kind)}(", parts, ")")


_WRITERS: dict[type, Callable[[Literals, Any], str]] = {
    str: Literals._of_text,
    float: Literals._of_float,
    list: Literals._of_list,
    tuple: Literals._of_tuple,
    set: Literals._of_set,
    frozenset: Literals._of_frozenset,
    dict: Literals._of_dict,
    PosixPath: Literals._of_path,
    WindowsPath: Literals._of_path,
    **dict.fromkeys(_TIMES, Literals._of_time),
    **dict.fromkeys(_OWN_REPR, Literals._of_own_repr),
}


def wrapped(opening: str, parts: Iterable[str], closing: str) -> str:
    """Return the parts between their brackets, each on a line of its own if they are long."""
    items = list(parts)
    one_line = f"{opening}{', '.join(items)}{closing}"
    if len(one_line) <= _WIDTH and "\n" not in one_line:
        return one_line
    # No text has a line break of its own: those are written as \n.
    lines = "".join(f"{item},\n" for item in items)
    return f"{opening}\n{textwrap.indent(lines, '    ')}{closing}"


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _is_same(text: str, value: Any, names: Names) -> bool:
    again = eval(text, names.meanings)
    return type(again) is type(value) and bool(repr(again) == repr(value) or again == value)
