"""A web application that lets a report be built and its clients poll for it.

POST /exports answers at once with 202 and where to ask; GET that with `?wait=30s` until
`is_terminal` is true. Run it with a pool beside it:

    uvicorn --factory sample_tasks.web:make_app
    jobdash worker -A sample_tasks
"""

from typing import Annotated

from fastapi import Body, FastAPI, Request, Response

from jobdash.http import router
from sample_tasks.app import huey
from sample_tasks.report import build_report


def make_app() -> FastAPI:
    """Return the application. Clients may look at jobs under /status, and change nothing there."""
    app = FastAPI(title="Exports")
    app.include_router(router(huey, read_only=True), prefix="/status")

    @app.post("/exports", status_code=202)
    def start_export(
        request: Request, response: Response, rows: Annotated[int, Body(embed=True, ge=1)] = 300_000
    ) -> dict[str, str]:
        """Let a report be built, and tell where to ask for it."""
        job = build_report(rows)
        url = f"{request.scope['root_path']}/status/jobs/{job.id}"
        response.headers["Location"] = url
        return {"id": job.id, "poll_url": url}

    return app
