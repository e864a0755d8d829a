"""Any value as plain JSON data, within caps, whatever it does when it is looked at."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Callable, Collection, Mapping, Set
from datetime import date, time
from enum import Enum
from itertools import islice
from os import PathLike, fspath
from os.path import commonprefix
from typing import Any, NamedTuple, TypeAlias

from jobdash.redact import REDACTED, hidden_by_name, looks_secret, redact_text
from jobdash.text import storable, substitute, unsafe_characters

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

FLAT_ITEMS = 100

quote = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class _Caps(NamedTuple):
    items: int
    text: int
    depth: int


# Tried in turn until the preview fits: a small outline tells more than the start of a long text.
_CAPS = (_Caps(items=FLAT_ITEMS, text=1024, depth=8), _Caps(20, 160, 5), _Caps(5, 40, 3))
# A secret that begins before a cut must be seen whole to be known.
_MARGIN = 4096
_MANY_ITEMS = 1000
_LONG_INT_BITS = 256
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_ASSIGNMENT = re.compile(r"(?<![\w-])([\w-]++)['\"]?\s*+[=:]")


def fitted(value: object, limit: int, outline: type[Outline] | None = None) -> str:
    """Return the value's JSON text, outlined more and more tightly until it fits."""
    text, kind = "", outline or Outline
    for caps in _CAPS:
        text = _written(kind(caps, limit).of(value))
        if len(text) <= limit:
            return text
    return cut(text, limit)


def _written(plain: Json) -> str:
    text = quote(plain)
    if text.isprintable():
        return text
    return substitute(text, {char: json.dumps(char)[1:-1] for char in unsafe_characters(text)})


def cut(text: str, limit: int) -> str:
    """Return a JSON string with as much of the text as fits, ending with an ellipsis."""
    head = text[:limit]
    # Quoting adds a character or more for some, never takes one away: one correction is enough.
    excess = max(len(quote(head + "…")) - limit, 0)
    return quote(head[: max(len(head) - excess, 0)] + "…")


class Outline:
    """One pass over one value that turns it into plain JSON data within the caps."""

    def __init__(self, caps: _Caps, budget: int) -> None:
        self._caps = caps
        self._budget = budget
        self._open: set[int] = set()

    def of(self, value: object) -> Json:
        """Return the outline of one value in it."""
        self._budget -= 1
        if self._budget < 0:
            return "…"
        try:
            return self._convert(value)
        except Exception as error:  # noqa: BLE001 - a value's own code may raise anything
            return f"<{type(value).__name__}, no preview: {type(error).__name__}>"

    def _convert(self, value: object) -> Json:
        if value is None or isinstance(value, bool):
            return value
        for kinds, convert in _CONVERTERS:
            if isinstance(value, kinds):
                return convert(self, value)
        if hasattr(type(value), "__dataclass_fields__"):
            return self._nested(value, self._dataclass)
        return self._other(value)

    def _nested(self, value: Any, convert: Callable[[Any], Json]) -> Json:
        if id(value) in self._open:
            return "[…]"
        if len(self._open) >= self._caps.depth:
            return f"<{type(value).__name__} …>"
        self._open.add(id(value))
        try:
            return convert(value)
        finally:
            self._open.remove(id(value))

    def _mapping(self, value: Mapping[object, object]) -> Json:
        shown: dict[str, Json] = {}
        for key, item in islice(value.items(), self._caps.items):
            name = self._name(key)
            shown[self._text(name)] = REDACTED if looks_secret(name) else self.of(item)
        if len(value) > self._caps.items:
            shown["…"] = f"{len(value) - self._caps.items} more"
        return shown

    def _name(self, key: object) -> str:
        if isinstance(key, str):
            return str.__str__(key)
        if isinstance(key, bytes):
            return key.decode("utf-8", "backslashreplace")
        plain = self.of(key)
        return plain if isinstance(plain, str) else quote(plain)

    def _sequence(self, value: Collection[object]) -> Json:
        items = tuple(islice(value, self._caps.items))
        fields = getattr(value, "_fields", ())
        shown = [self.of(item) for item in hidden_by_name(items, fields)]
        return shown + self._rest(value)

    def _set(self, value: Set[object]) -> Json:
        # In a steady order, so that two previews of the same set are the same.
        return sorted(map(self.of, islice(value, self._caps.items)), key=str) + self._rest(value)

    def _rest(self, value: Collection[object]) -> list[Json]:
        more = len(value) - self._caps.items
        return [f"… {more} more"] if more > 0 else []

    def _dataclass(self, value: Any) -> Json:
        from dataclasses import fields  # loads slowly; here somebody else has loaded it already

        return self._mapping({f.name: getattr(value, f.name) for f in fields(value) if f.repr})

    def _text(self, value: str) -> str:
        text, cap = str.__str__(value), self._caps.text
        return storable(redact_text(text) if len(text) <= cap else _cut_redacted(text, cap))

    def _bytes(self, value: bytes | bytearray | memoryview) -> Json:
        head = bytes(value[:8]).hex()
        return f"<{type(value).__name__} {len(value)}: {head}{'…' if len(value) > 8 else ''}>"

    def _int(self, value: int) -> Json:
        if value.bit_length() <= _LONG_INT_BITS:
            return value
        return f"<int of about {int(value.bit_length() * math.log10(2)) + 1} digits>"

    def _float(self, value: float) -> Json:
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"

    def _other(self, value: object) -> Json:
        kind = type(value).__name__
        size = _size(value)
        if size > _MANY_ITEMS:
            return f"<{kind} of {size} items>"
        text = repr(value)[: self._caps.text + 2 * _MARGIN]
        return self._text(_hidden_after_name(_labelled(kind, _ADDRESS.sub("", text))))


def _cut_redacted(text: str, cap: int) -> str:
    whole = redact_text(text[: cap + _MARGIN])
    kept = commonprefix([whole, redact_text(text[:cap])])  # noqa: RUF071 - not paths
    # Where the two part, a secret begins that the cut would have left half of.
    return kept + (REDACTED if whole.startswith(REDACTED, len(kept)) else "") + "…"


def _size(value: Any) -> int:
    try:
        return len(value)
    except Exception:  # noqa: BLE001 - a value's own code may raise anything
        return 0


def _labelled(kind: str, text: str) -> str:
    """Return a repr as `<Kind …>`: "Decimal('1.5')" as "<Decimal 1.5>"."""
    head, paren, rest = text.partition("(")
    if paren and head.rpartition(".")[2] == kind:
        return f"<{kind} {_unquoted(rest.removesuffix(')'))}>"
    return text if text.startswith("<") else f"<{kind} {text}>"


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


def _hidden_after_name(text: str) -> str:
    """Cut a repr at the first "password=": nothing in it says where that value ends."""
    for match in _ASSIGNMENT.finditer(text):
        if looks_secret(match[1]):
            return f"{text[: match.end()]}{REDACTED}…"
    return text


_Convert: TypeAlias = Callable[[Outline, Any], Json]
_CONVERTERS: tuple[tuple[type | tuple[type, ...], _Convert], ...] = (
    (Enum, lambda outline, value: outline._text(f"{type(value).__name__}.{value.name}")),
    (str, Outline._text),
    (int, Outline._int),
    (float, Outline._float),
    ((bytes, bytearray, memoryview), Outline._bytes),
    ((date, time), lambda _, value: value.isoformat()),
    (Mapping, lambda outline, value: outline._nested(value, outline._mapping)),
    ((list, tuple, deque), lambda outline, value: outline._nested(value, outline._sequence)),
    (Set, lambda outline, value: outline._nested(value, outline._set)),
    (PathLike, lambda outline, value: outline.of(fspath(value))),
)
