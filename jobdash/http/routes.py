"""The router: every route, each on its path."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends

from jobdash.http import deciding, enqueueing, jobs, places, streaming
from jobdash.http.route import Route
from jobdash.http.threads import Threads
from jobdash.http.watch import Watch


def router(
    source: Any,
    *,
    read_only: bool = False,
    dependencies: Sequence[Depends] = (),
    write_dependencies: Sequence[Depends] = (),
) -> APIRouter:
    """Return the routes for an app that sees to who may use them.

    `source` is the app's huey, or the path of a jobdash file; with a path the jobs that are posted
    are enqueued by a process that imports the app. `write_dependencies` hold for what changes
    something, `dependencies` for everything; FastAPI's `Depends` are meant.
    """
    is_path = isinstance(source, str | os.PathLike)
    path = Path(source if is_path else source.storage.database.path)
    threads = Threads(path.absolute())
    enqueue = (
        enqueueing.without_app(threads, None) if is_path else enqueueing.with_app(threads, source)
    )
    whole = routes(threads, Watch(threads), None if read_only else enqueue, write_dependencies)
    mounted = APIRouter(dependencies=[*dependencies], redirect_slashes=False)
    mounted.include_router(whole)
    return mounted


def routes(
    threads: Threads,
    watch: Watch,
    enqueue: enqueueing.Enqueue | None,
    write_dependencies: Sequence[Depends] = (),
) -> APIRouter:
    """Return the routes; without `enqueue` only those that read."""
    whole = APIRouter(route_class=Route, redirect_slashes=False)
    jobs.add_to(whole, threads, watch)
    places.add_to(whole, threads)
    streaming.add_to(whole, threads, watch)
    if enqueue is not None:
        writing = APIRouter(
            route_class=Route, redirect_slashes=False, dependencies=[*write_dependencies]
        )
        deciding.add_to(writing, threads, enqueue)
        whole.include_router(writing)
    return whole
