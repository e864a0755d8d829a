"""Hides secrets: by the name that a value has, and by the shape of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

REDACTED = "[redacted]"

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


def hidden_by_name(args: Sequence[object], names: Sequence[str]) -> Sequence[object]:
    """Return `args` with those replaced whose names look secret."""
    secret = [index for index, name in enumerate(names[: len(args)]) if looks_secret(name)]
    if not secret:
        return args
    return tuple(REDACTED if index in secret else arg for index, arg in enumerate(args))
