"""One route: tells what goes wrong as a problem document, in whichever app it is mounted."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from jobdash.errors import JobdashError
from jobdash.http.problems import problem_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """Answers expected errors itself."""

    def get_route_handler(self) -> Handler:
        """Return the handler with its errors in words."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except (RequestValidationError, HTTPException, JobdashError) as error:
                return problem_of(error)

        return handled


def answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a document; whatever comes from the data is escaped to ASCII."""
    return Response(json.dumps(document), status, headers, "application/json")
