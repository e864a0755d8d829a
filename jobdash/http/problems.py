"""Errors as problem documents (RFC 9457): what is wrong, and what is possible instead."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from jobdash.errors import (
    DatabaseBusy,
    DatabaseError,
    JobdashError,
    NotFound,
    OnlyToLookAt,
    Refused,
    UnknownTask,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[JobdashError], int], ...] = (
    (UnknownTask, 422),
    (UsageError, 422),
    (NotFound, 404),
    (Refused, 409),
    (OnlyToLookAt, 403),
    (DatabaseError, 503),
)
_TITLES = {
    400: "Bad request",
    401: "Token needed",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Not in this state",
    413: "Too large",
    415: "No JSON",
    421: "Not this server",
    422: "Cannot be done as asked",
    431: "Too large a head",
    429: "Too many at once",
    503: "Not now",
}
# Any request may be refused so before it is worked on.
_OF_THE_GUARD = (400, 401, 403, 408, 413, 415, 421, 431)
_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that tells what is wrong."""
    document = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    return Response(json.dumps(document), status, dict(headers or {}), MEDIA_TYPE)


def problem_of(error: Exception) -> Response:
    """Return the answer to an error that is expected; others are raised again."""
    match error:
        case RequestValidationError():
            return problem(422, _invalid(error))
        case HTTPException():
            return problem(error.status_code, str(error.detail), error.headers)
        case JobdashError():
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), 409)
            retry = {"Retry-After": "1"} if isinstance(error, DatabaseBusy) else None
            return problem(status, str(error), retry)
    raise error


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document tells of these problems."""
    return {status: _described(status) for status in sorted({*_OF_THE_GUARD, *statuses})}


def _described(status: int) -> dict[str, Any]:
    example = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": "..."}
    content = {MEDIA_TYPE: {"schema": _SCHEMA, "example": example}}
    return {"description": _TITLES[status], "content": content}


def _invalid(error: RequestValidationError) -> str:
    """Name the places and what is wrong there, never the values: they may be secrets."""
    first = error.errors()[:5]
    told = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in first)
    return f"{'; '.join(told)} (/openapi.json tells what is possible)"
