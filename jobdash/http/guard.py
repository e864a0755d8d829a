"""Who may talk to the server, and how much: asked before anything of a request is worked on."""

import asyncio
import hmac
import ipaddress
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Response

from jobdash.http.problems import problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
BODY_LIMIT = 64 * 1024
BODY_SECONDS = 10.0
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ONCE = (b"host", b"authorization", b"origin", b"content-length", b"content-type",
         b"idempotency-key", b"last-event-id")  # fmt: skip
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_JSON_TYPE = re.compile(rb"application/([^;]+\+)?json\s*(;|$)", re.IGNORECASE)
_DEEPEST = 100
_HEAD_LIMIT = 16 * 1024
_PASSED_OVER = 1024 * 1024
_PASSED_OVER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a server: the names it answers to, and its token.

    `any_address` lets it answer to addresses that are no names, as one bound to all of them must.
    """

    token: str
    hosts: frozenset[str] = LOOPBACK
    any_address: bool = False
    token_for_reading: bool = False
    read_only: bool = False


class Refusal(Exception):
    """The request is not worked on."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.answer: Response = problem(status, detail, headers)


class Guard:
    """Lets through what the rules allow, with its whole body in hand."""

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            _check_head(scope)
            headers = dict(scope["headers"])
            _check_host(headers, self._rules)
            _check_origin(headers)
            _check_token(scope, headers, self._rules)
            body = await _body(headers, receive)
        except Refusal as refusal:
            if refusal.answer.status_code == 413:
                await _pass_over(receive)
            # What is left of the body is not read, so the connection cannot go on.
            refusal.answer.headers["Connection"] = "close"
            await refusal.answer(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # Whoever speaks HTTP for us leaves the body out.
            scope = {**scope, "method": "GET"}
        await self._app(scope, _given(body, receive), send)


def _check_head(scope: Message) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _HEAD_LIMIT:
        raise Refusal(431, f"headers have at most {_HEAD_LIMIT} bytes")
    counts = Counter(name for name, _ in scope["headers"])
    twice = next((name for name in _ONCE if counts[name] > 1), None)
    if twice:
        raise Refusal(400, f"the header {twice.decode()} is given twice: once is enough")
    if counts[b"content-length"] and counts[b"transfer-encoding"]:
        # RFC 9112, 6.1: past a proxy that believes the other one a request could be smuggled.
        raise Refusal(400, "the body has a length and is chunked: one of them")
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise Refusal(400, "the address has a NUL in it")


def _check_host(headers: dict[bytes, bytes], rules: Rules) -> None:
    """Refuse what a page elsewhere may have been made to ask by a name that points here."""
    try:
        name = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname or ""
    except ValueError:
        name = ""
    if name not in rules.hosts and not (rules.any_address and _is_address(name)):
        raise Refusal(421, "this server does not answer to that Host: `jobdash serve --allow-host`")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _check_origin(headers: dict[bytes, bytes]) -> None:
    """Refuse what a browser sends for a page that is not from here."""
    origin = headers.get(b"origin")
    own = b"://" + headers[b"host"]
    if origin is not None and origin not in (b"http" + own, b"https" + own):
        raise Refusal(403, "a page from elsewhere may not ask: use a client that is no browser")
    if headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin"):
        raise Refusal(403, "a page from elsewhere may not ask: use a client that is no browser")


def _check_token(scope: Message, headers: dict[bytes, bytes], rules: Rules) -> None:
    reads = scope["method"] in _READING
    if reads and not rules.token_for_reading:
        return
    kind, _, given = headers.get(b"authorization", b"").partition(b" ")
    is_right = hmac.compare_digest(given.strip(), rules.token.encode())
    if kind.lower() != b"bearer" or not is_right:
        detail = "send the header Authorization: Bearer TOKEN; `jobdash serve` told where it is"
        raise Refusal(401, detail, _CHALLENGE)
    if rules.read_only and not reads:
        raise Refusal(403, "this server only shows: start it without --read-only")


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    told = headers.get(b"content-length", b"0")
    if not told.isdigit() or int(told[:20]) > BODY_LIMIT:
        raise Refusal(413, f"a body has at most {BODY_LIMIT} bytes")
    try:
        body = await asyncio.wait_for(_read(receive), BODY_SECONDS)
    except TimeoutError:
        raise Refusal(408, f"a body has to be here within {BODY_SECONDS:.0f} seconds") from None
    if body and not _JSON_TYPE.match(headers.get(b"content-type", b"")):
        raise Refusal(415, "a body is JSON: send the header Content-Type: application/json")
    _check_json(body)
    return body


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the body ended too early")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            raise Refusal(413, f"a body has at most {BODY_LIMIT} bytes")
    return body


async def _pass_over(receive: Receive) -> None:
    """Read some of a large body without keeping it: who still sends would not see the answer."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_skip(receive), _PASSED_OVER_SECONDS)


async def _skip(receive: Receive) -> None:
    left, more = _PASSED_OVER, True
    while more and left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        more = message.get("more_body", False)


def _check_json(body: bytes) -> None:
    """Refuse early what no task could be given: what is no JSON, endless numbers, deep nesting."""
    if not body:
        return
    try:
        found = json.loads(body, parse_constant=_refuse)
        json.dumps(found).encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is no JSON that can be read") from None
    if _depth(body) > _DEEPEST:
        raise Refusal(400, f"the body is nested deeper than {_DEEPEST}")
    if "\\u0000" in json.dumps(found):
        raise Refusal(400, "the body has a NUL in it")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _depth(body: bytes) -> int:
    """Return at most how deep it is nested; brackets in texts count as well."""
    deepest = depth = 0
    for char in body:
        depth += (char in b"[{") - (char in b"]}")
        deepest = max(deepest, depth)
    return deepest


def _given(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body once, and then tells of what comes."""
    rest = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return rest.pop() if rest else await receive()

    return give
