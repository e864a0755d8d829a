"""Jobs to look at: one, as it is or as soon as it has changed, and those that match a filter."""

import asyncio
import json
from hashlib import blake2b
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Path, Query, Request, Response

from jobdash.errors import UnknownJob, UsageError
from jobdash.http.examples import JOB, PAGE, described
from jobdash.http.leaving import while_there
from jobdash.http.problems import responses
from jobdash.http.route import answer
from jobdash.http.threads import Threads, now
from jobdash.http.watch import Watch
from jobdash.job import Job
from jobdash.render import job_json
from jobdash.report import JobFilter, Report, parse_filter
from jobdash.text import parse_duration

LONGEST_WAIT = 60.0
MOST_WAITING = 200
_HIGHEST = 2**63 - 1

Ref = Annotated[
    str, Path(description="The job's id, or its number", max_length=300, examples=[JOB["id"]])
]
Filter = Annotated[
    str,
    Query(
        max_length=1000,
        description="As in the dashboard: state:failed task:mail.*",
        examples=["task:shop.* age<1h"],
    ),
]
Wait = Annotated[
    str,
    Query(
        description="Wait so long for its end: 30s; at most 60s", max_length=20, examples=["30s"]
    ),
]
Known = Annotated[
    str | None, Header(description="ETags that are known", examples=['"d5ace7dad72c12cb8b1fa7a9"'])
]
Limit = Annotated[int, Query(ge=1, le=500, examples=[50])]
Before = Annotated[
    int | None,
    Query(ge=1, le=_HIGHEST, description="Only jobs below this number", examples=[12]),
]


def find(report: Report, ref: str) -> Job:
    """Return the job with this id or number; the beginning of an id is not enough here."""
    unknown = UnknownJob("there is no such job: GET /jobs lists the newest ones")
    try:
        job = report.job(ref)
    except UnknownJob as error:
        # Its words name commands of the shell, and jobs that were not asked for.
        raise unknown from error
    if ref not in (job.id, str(job.seq), f"#{job.seq}"):
        raise unknown
    return job


def read_filter(typed: str) -> JobFilter:
    """Return what a filter in the dashboard's language wants. Raises `UsageError`."""
    return JobFilter(terms=parse_filter(typed)).at(now())


def document(report: Report, job: Job) -> dict[str, Any]:
    """Return the job's document with what its attempts tell."""
    return job_json(job, report.attempts(job.seq))


def add_to(router: APIRouter, threads: Threads, watch: Watch) -> None:
    """Add the routes."""
    jobs = _Jobs(threads, watch)
    one = {
        200: described("The job", JOB),
        304: {"description": "As it was, by If-None-Match"},
        **responses(404, 422, 503),
    }
    router.get("/jobs/{ref}", response_class=Response, responses=one)(jobs.show_job)
    page = {200: described("A page, the newest first", PAGE), **responses(422, 503)}
    router.get("/jobs", response_class=Response, responses=page)(jobs.list_jobs)


class _Jobs:
    """Answers what is asked of jobs. So many may wait at once, others are answered at once."""

    def __init__(self, threads: Threads, watch: Watch) -> None:
        self._threads = threads
        self._watch = watch
        self._waiting = asyncio.Semaphore(MOST_WAITING)

    async def show_job(
        self,
        request: Request,
        ref: Ref,
        wait: Wait = "0s",
        if_none_match: Known = None,
    ) -> Response:
        """Show one job; with If-None-Match, `wait` waits for any change of it."""
        asked = self._awaited(ref, if_none_match, _seconds(wait))
        found = await while_there(request, asked)
        headers = {"ETag": _tag(found), "Cache-Control": "no-cache"}
        if _is_known(found, if_none_match):
            return Response(None, 304, headers)
        return answer(found, headers=headers)

    async def _awaited(self, ref: str, known: str | None, seconds: float) -> dict[str, Any]:
        """Return the job when it has ended, or is another than is known; or when time is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            mark = self._watch.mark
            found = await self._threads.read(lambda report: document(report, find(report, ref)))
            has_changed = known is not None and not _is_known(found, known)
            left = until - loop.time()
            if found["is_terminal"] or has_changed or left <= 0 or self._is_in_a_hurry:
                return found
            async with self._waiting:
                await self._watch.changed(mark, left)

    @property
    def _is_in_a_hurry(self) -> bool:
        return self._waiting.locked() or self._watch.has_ended

    async def list_jobs(
        self,
        request: Request,
        filter: Filter = "",
        limit: Limit = 50,
        before: Before = None,
    ) -> Response:
        """List the jobs that match; `next` is the page after, as the Link header tells too."""
        wanted = read_filter(filter)
        page = await self._threads.read(lambda report: _page(report, wanted, limit + 1, before))
        more = None
        if len(page) > limit:
            page = page[:limit]
            query = {"filter": filter, "limit": limit, "before": page[-1]["seq"]}
            more = f"{request.url.path}?{urlencode(query)}"
        headers = {"Link": f'<{more}>; rel="next"'} if more else None
        return answer({"jobs": page, "next": more}, headers=headers)


def _page(
    report: Report, wanted: JobFilter, limit: int, before: int | None
) -> list[dict[str, Any]]:
    found = report.jobs(wanted, limit) if before is None else report.older(wanted, before, limit)
    return [job_json(job) for job in found]


def _seconds(wait: str) -> float:
    try:
        return min(parse_duration(wait), LONGEST_WAIT)
    except ValueError as error:
        raise UsageError(f"wait: {error}; for example wait=30s") from error


def _tag(found: dict[str, Any]) -> str:
    return f'"{blake2b(json.dumps(found).encode(), digest_size=12).hexdigest()}"'


def _is_known(found: dict[str, Any], if_none_match: str | None) -> bool:
    known = (if_none_match or "").split(",")
    return any(one.strip().removeprefix("W/") in (_tag(found), "*") for one in known)
