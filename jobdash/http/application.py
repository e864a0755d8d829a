"""The app that `jobdash serve` runs: the routes behind the guard."""

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from jobdash.http.enqueueing import without_app
from jobdash.http.guard import Guard, Rules
from jobdash.http.problems import problem, problem_of
from jobdash.http.routes import routes
from jobdash.http.threads import Threads
from jobdash.http.watch import Watch


class Application:
    """One file over HTTP. `end` lets nobody wait any more, `close` lets go of the file."""

    def __init__(self, path: Path, app: str | None, rules: Rules) -> None:
        self._threads = Threads(path)
        self._watch = Watch(self._threads)
        enqueue = None if rules.read_only else without_app(self._threads, app)
        # The guard asks for the token; this tells of it in the document.
        bearer = [Depends(HTTPBearer(auto_error=False))]
        api = FastAPI(title="jobdash", version="1", docs_url=None, redoc_url=None)
        api.include_router(
            routes(self._threads, self._watch, enqueue, bearer),
            dependencies=bearer if rules.token_for_reading else [],
        )
        api.add_exception_handler(HTTPException, _told)
        self.asgi = Guard(api, rules)

    def end(self) -> None:
        """Send everybody away who waits."""
        self._watch.end()

    def close(self) -> None:
        """Close the file."""
        self._threads.close()


async def _told(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        detail = f"{request.method} is nothing that can be done here: see /openapi.json"
        return problem(error.status_code, detail, error.headers)
    return problem_of(error)
