"""Previews of arguments and results: bounded, redacted JSON, made where the value is at hand.

A reader shows the preview and never needs the pickled payload. A preview is always valid JSON
made of visible characters only, whatever the value does when it is looked at.
"""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from datetime import date, time
from enum import Enum
from functools import lru_cache
from itertools import islice, pairwise
from os import PathLike, fspath
from os.path import commonprefix
from typing import Any, NamedTuple, TypeAlias

from jobdash.text import clean, storable, substitute, unsafe_characters

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

REDACTED = "[redacted]"
LIMIT = 8192

_quote = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def preview(value: object, limit: int = LIMIT) -> str:
    """Return JSON text that shows `value`, at most `limit` characters (at least 3). Never raises.

    What JSON has no word for becomes a string such as "<Decimal 1.5>". Long values are cut at a
    visible "…"; one that cannot be made to fit becomes a JSON string that ends with it.
    """
    try:
        text = _ordinary(value)
        return text if text and len(text) <= limit else _fitted(value, limit)
    except Exception as error:  # noqa: BLE001 - no preview is worth a lost enqueue
        return _cut(clean(f"<no preview: {type(error).__name__}>"), limit)


def preview_call(
    args: tuple[object, ...], kwargs: Mapping[str, object], names: Sequence[str] = ()
) -> tuple[str, str]:
    """Return a JSON array of `args` and a JSON object of `kwargs`, each within `LIMIT`.

    `names` are the task's parameter names in order: an argument of a secret-looking one is hidden.
    """
    args_json = preview(_hidden_by_name(args, names) if names else args, LIMIT - 2)
    kwargs_json = preview(kwargs, LIMIT - 7) if kwargs else "{}"
    return (
        args_json if args_json.startswith("[") else f"[{args_json}]",
        kwargs_json if kwargs_json.startswith("{") else f'{{"…": {kwargs_json}}}',
    )


def summary(args_json: str, kwargs_json: str) -> str:
    """Return previewed arguments as a call shows them: `88120, month='2026-10'`."""
    try:
        args, kwargs = json.loads(args_json), json.loads(kwargs_json)
    except (ValueError, RecursionError):
        args = kwargs = None
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        return f"{args_json} {kwargs_json}"
    parts = [*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())]
    return ", ".join(parts).replace(repr(REDACTED), REDACTED)


def _hidden_by_name(args: Sequence[object], names: Sequence[str]) -> Sequence[object]:
    secret = [index for index, name in enumerate(names[: len(args)]) if looks_secret(name)]
    if not secret:
        return args
    return tuple(REDACTED if index in secret else arg for index, arg in enumerate(args))


# -- secrets by name -----------------------------------------------------------------------------

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_SECRET_STEMS = (
    *("password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "jwt", "dsn"),
    *("apikey", "accesskey", "privatekey", "authorization", "cookie", "credential"),
    *("sessionid", "sessid", "sessionkey"),
)
_SECRET_ENDINGS = tuple(stem + plural for stem in _SECRET_STEMS for plural in ("", "s"))
_SECRET_LAST = frozenset({"auth", "pass", "session", "bearer", "cred", "creds"})
_SECRET_PAIRS = frozenset(
    {(kind, key) for kind in ("api", "access", "private", "signing", "encryption", "ssh", "session")
     for key in ("key", "keys")} | {("session", "id"), ("connection", "string")}
)  # fmt: skip
_ABOUT_A_SECRET = frozenset(
    {"count", "counts", "length", "len", "size", "limit", "type", "ttl", "age", "expiry", "expires"}
    | {"expired", "expiration", "at", "in", "name", "policy", "reset", "changed", "required"}
    | {"enabled", "strength", "budget", "usage"}
)
# Before "tokens": language models count those.
_COUNTING = frozenset({"max", "min", "num", "n", "total", "prompt", "completion", "input"})
_COUNTING |= {"output", "cached"}


def looks_secret(name: str) -> bool:
    """Whether a value of this name is to be hidden: `db_password`, `X-Api-Key`, `accessToken`."""
    return _short_looks_secret(name) if len(name) <= 64 else _words_look_secret(name[:1000])


def _words_look_secret(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    if words[-1] == "tokens" and words[0] in _COUNTING:
        return False
    return (
        words[-1] in _SECRET_LAST
        or any(word.endswith(_SECRET_ENDINGS) for word in words)
        or not _SECRET_PAIRS.isdisjoint(pairwise(words))
    )


_short_looks_secret = lru_cache(maxsize=2048)(_words_look_secret)


# -- secrets by shape ----------------------------------------------------------------------------

# Each pattern takes linear time on any text: error messages can be long and hostile.
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY.*?"
    r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-----|\Z)",
    re.DOTALL,
)
_JWT = re.compile(r"eyJ[\w-]{10,}(?:\.[\w-]*)*")
_AWS_KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,}")
_BEARER = re.compile(
    r"((?:bearer|authorization\W{1,4}basic)\s+)"
    r"(?!(?:tokens?|auth|authentication|authorization|scheme|realm)(?![\w.~+/-]))"
    r"[\w.~+/=-]+",
    re.IGNORECASE,
)
# Not a password: a port. A password should be quoted but often is not: it may hold @ (it ends at
# the last one before the path) or else / (it ends at the first @).
_URL_PASSWORD = re.compile(
    r"""(://[^\s/?#:@\["'<>]*:)(?!\d{1,5}(?:[/?#"'\s,;)\]}>]|\Z))"""
    r"(?:[^\s/?#]+|(?:(?!://)[^\s@])+)@"
)
_QUERY = re.compile(r"""([?&]([\w.-]{1,64})=)[^&\s#"'<>]+""")


def redact_text(text: str) -> str:
    """Hide what has the shape of a secret: keys, JWTs, bearer tokens, passwords in URLs."""
    if not _may_hold_secret(text):
        return text
    for pattern in (_PRIVATE_KEY, _JWT, _AWS_KEY):
        text = pattern.sub(REDACTED, text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    text = _URL_PASSWORD.sub(rf"\1{REDACTED}@", text)
    return _QUERY.sub(_redact_query, text)


def _may_hold_secret(text: str) -> bool:
    # Plain containment, one by one: several times faster than one pattern, on each argument.
    return (
        "://" in text
        or "eyJ" in text
        or "KIA" in text
        or "SIA" in text
        or "PRIVATE KEY" in text
        or "earer" in text
        or "EARER" in text
        or "uthorization" in text
        or "AUTHORIZATION" in text
        or ("=" in text and ("?" in text or "&" in text))
    )


def _redact_query(match: re.Match[str]) -> str:
    return match[1] + REDACTED if looks_secret(match[2]) else match[0]


# -- ordinary small values, on every enqueue -----------------------------------------------------

_FLAT_ITEMS = 100
_SHORT_TEXT = 256
_SHORT_INT = 10**18


def _ordinary(value: object) -> str:
    """Return the preview of a small flat value of exact built-in types, "" for any other."""
    if type(value) is tuple or type(value) is list:
        return _flat_sequence(value)
    if type(value) is dict:
        parts = [_pair(*item) for item in value.items()] if len(value) <= _FLAT_ITEMS else [""]
        return f"{{{', '.join(parts)}}}" if all(parts) else ""
    return _scalar(value)


def _flat_sequence(value: tuple[object, ...] | list[object]) -> str:
    parts = [_scalar(item) for item in value[:_FLAT_ITEMS]]
    if len(value) > _FLAT_ITEMS:
        parts.append(_quote(f"… {len(value) - _FLAT_ITEMS} more"))
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
    return _quote(redact_text(value))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _ordinary_str,
    int: lambda value: repr(value) if -_SHORT_INT < value < _SHORT_INT else "",
    float: lambda value: repr(value) if math.isfinite(value) else "",
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}


# -- any value -----------------------------------------------------------------------------------


class _Caps(NamedTuple):
    items: int
    text: int
    depth: int


# Tried in turn until the preview fits: a small outline tells more than the start of a long text.
_CAPS = (_Caps(items=_FLAT_ITEMS, text=1024, depth=8), _Caps(20, 160, 5), _Caps(5, 40, 3))
# A secret that begins before a cut must be seen whole to be known.
_MARGIN = 4096
_MANY_ITEMS = 1000
_LONG_INT_BITS = 256
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_ASSIGNMENT = re.compile(r"(?<![\w-])([\w-]++)['\"]?\s*+[=:]")


def _fitted(value: object, limit: int) -> str:
    text = ""
    for caps in _CAPS:
        text = _written(_Outline(caps, limit).of(value))
        if len(text) <= limit:
            return text
    return _cut(text, limit)


def _written(plain: Json) -> str:
    text = _quote(plain)
    if text.isprintable():
        return text
    return substitute(text, {char: json.dumps(char)[1:-1] for char in unsafe_characters(text)})


def _cut(text: str, limit: int) -> str:
    head = text[:limit]
    # Quoting adds a character or more for some, never takes one away: one correction is enough.
    excess = max(len(_quote(head + "…")) - limit, 0)
    return _quote(head[: max(len(head) - excess, 0)] + "…")


class _Outline:
    """One pass over one value that turns it into plain JSON data within the caps."""

    def __init__(self, caps: _Caps, budget: int) -> None:
        self._caps = caps
        self._budget = budget
        self._open: set[int] = set()

    def of(self, value: object) -> Json:
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
        return plain if isinstance(plain, str) else _quote(plain)

    def _sequence(self, value: Collection[object]) -> Json:
        items = tuple(islice(value, self._caps.items))
        fields = getattr(value, "_fields", ())
        shown = [self.of(item) for item in _hidden_by_name(items, fields)]
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


_Convert: TypeAlias = Callable[[_Outline, Any], Json]
_CONVERTERS: tuple[tuple[type | tuple[type, ...], _Convert], ...] = (
    (Enum, lambda outline, value: outline._text(f"{type(value).__name__}.{value.name}")),
    (str, _Outline._text),
    (int, _Outline._int),
    (float, _Outline._float),
    ((bytes, bytearray, memoryview), _Outline._bytes),
    ((date, time), lambda _, value: value.isoformat()),
    (Mapping, lambda outline, value: outline._nested(value, outline._mapping)),
    ((list, tuple, deque), lambda outline, value: outline._nested(value, outline._sequence)),
    (Set, lambda outline, value: outline._nested(value, outline._set)),
    (PathLike, lambda outline, value: outline.of(fspath(value))),
)
