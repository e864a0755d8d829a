"""What happens to jobs, as server-sent events that a client can take up where it lost them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from jobdash.errors import DatabaseBusy, UsageError
from jobdash.http.examples import described
from jobdash.http.problems import problem, responses
from jobdash.http.threads import Threads, now
from jobdash.http.watch import Watch
from jobdash.render import transition_json
from jobdash.report import Follower, Report
from jobdash.transition import Step, Transition

MOST_STREAMS = 50
_HEARTBEAT = 15.0
_SLOWEST = 0.1
_LATEST = 2**62
_EXAMPLE = 'id: 1790000000000000-12-2\ndata: {"job": 12, "to": "running"}\n\n'


def add_to(router: APIRouter, threads: Threads, watch: Watch) -> None:
    """Add the route."""
    places = asyncio.Semaphore(MOST_STREAMS)

    @router.get(
        "/events",
        response_class=Response,
        responses={
            200: described("One event for each transition", _EXAMPLE, "text/event-stream"),
            **responses(422, 429, 503),
        },
    )
    async def events(
        last_event_id: Annotated[
            str | None, Header(max_length=100, examples=["1790000000000000-12-2"])
        ] = None,
    ) -> Response:
        """Tell what happens from now on, or since the event that was heard last."""
        since = _read(last_event_id)
        if places.locked():
            return problem(429, "all streams are taken: ask again later", {"Retry-After": "10"})
        follower = Follower()
        known = await threads.read(lambda report: _begin(report, follower, since))
        stream = _stream(threads, watch, follower, known, places)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


def _read(last_event_id: str | None) -> Step | None:
    if last_event_id is None:
        return None
    try:
        step = Step.read(last_event_id)
    except (ValueError, TypeError):
        step = Step(-1, 0, 0)
    if not all(0 <= part < _LATEST for part in step):
        raise UsageError("Last-Event-ID is the id of an event, such as 1790000000000000-12-2")
    return step


def _begin(report: Report, follower: Follower, since: Step | None) -> list[Transition]:
    """Let the follower know what is told already, and return what is to be told first."""
    follower.begin(report, now())
    if since is None:
        follower.know(report.transitions(now()))
        return []
    found = report.transitions_since(since.at - 1, now())
    follower.know(found)
    return [one for one in found.transitions if one.step > since]


async def _stream(
    threads: Threads,
    watch: Watch,
    follower: Follower,
    known: list[Transition],
    places: asyncio.Semaphore,
) -> AsyncIterator[bytes]:
    async with places:
        yield b"retry: 1000\n\n" + _written(known)
        while not watch.has_ended:
            mark = watch.mark
            try:
                new = await threads.read(lambda report: follower.look(report, now()))
            except DatabaseBusy:
                new = []
            if new:
                yield _written(new)
            if await watch.changed(mark, _HEARTBEAT):
                await asyncio.sleep(_SLOWEST)
            elif not watch.has_ended:
                yield b": nothing new\n\n"


def _written(transitions: Iterable[Transition]) -> bytes:
    return b"".join(
        f"id: {one.step}\ndata: {json.dumps(transition_json(one))}\n\n".encode()
        for one in transitions
    )
