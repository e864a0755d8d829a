"""What changes something: new jobs, and decisions about those that are there."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from jobdash.control import Control
from jobdash.control.outcome import Outcome
from jobdash.errors import UnknownTask
from jobdash.http.calls import check_call
from jobdash.http.enqueueing import Enqueue, Order
from jobdash.http.examples import ACCEPTED, JOB, described
from jobdash.http.jobs import Ref, document, find
from jobdash.http.problems import responses
from jobdash.http.route import answer
from jobdash.http.threads import Threads, now
from jobdash.report import Report

_YEAR = 366 * 86_400.0
_PROBLEMS = responses(404, 409, 422, 503)
_ACTS = {
    "cancel": (Control.cancel, "End a job that has not ended"),
    "retry": (Control.retry, "Let the same job go on, with one more attempt"),
    "discard": (Control.discard, "Take a failed job out of the dead letters"),
}


IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["order-4711"]),
]


class NewJob(BaseModel):
    """A job that is wanted."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"task": "shop.send_invoice", "args": [1]}}
    )

    task: str = Field(min_length=1, max_length=300, description="The task's name")
    args: list[Any] = Field(default=[], description="Its arguments", max_length=1000)
    kwargs: dict[str, Any] = Field(default={}, description="Its named arguments")
    delay: float | None = Field(None, ge=0, le=_YEAR, description="Not before so many seconds")
    priority: float | None = Field(None, ge=-1e9, le=1e9, description="Higher is earlier")
    retries: int | None = Field(None, ge=0, le=1_000_000, description="More attempts on failure")


def add_to(router: APIRouter, threads: Threads, enqueue: Enqueue) -> None:
    """Add the routes."""
    makers = _Makers(threads, enqueue)
    for path, told, make in (
        ("/jobs", "It will run; Location tells where", makers.enqueue_job),
        ("/jobs/{ref}/replay", "The new job; Location tells where", makers.replay_job),
    ):
        answers = {202: described(told, ACCEPTED), **_PROBLEMS}
        router.post(path, status_code=202, response_class=Response, responses=answers)(make)
    for name in _ACTS:
        _add_act(router, threads, name)


class _Makers:
    """Makes jobs."""

    def __init__(self, threads: Threads, enqueue: Enqueue) -> None:
        self._threads = threads
        self._enqueue = enqueue

    async def enqueue_job(
        self,
        request: Request,
        new: NewJob,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Enqueue a job; for a known Idempotency-Key the first one is told again."""
        await self._threads.read(lambda report: _check(report, new))
        ref, is_new = await self._enqueue(Order(**new.model_dump(), key=idempotency_key))
        return await self._accepted(ref, request.url.path, is_new=is_new)

    async def replay_job(self, request: Request, ref: Ref) -> Response:
        """Make the same call again, as a new job."""
        job = await self._threads.read(lambda report: find(report, ref))
        outcome = await self._threads.write(lambda control: control.replay([job.seq], now()))
        outcome.raise_refusal()
        jobs = request.url.path.rsplit("/", 2)[0]
        return await self._accepted(str(outcome.created[0]), jobs, is_new=True)

    async def _accepted(self, ref: str, jobs: str, *, is_new: bool) -> Response:
        """Tell of a job that will run, and where it is to be asked for: below the path of all."""
        job = await self._threads.read(lambda report: report.job(ref))
        url = f"{jobs}/{job.id}"
        told = {"id": job.id, "seq": job.seq, "is_new": is_new, "poll_url": url}
        return answer(told, 202, {"Location": url})


def _add_act(router: APIRouter, threads: Threads, name: str) -> None:
    act, does = _ACTS[name]

    @router.post(
        f"/jobs/{{ref}}/{name}",
        name=f"{name}_job",
        summary=does,
        response_class=Response,
        responses={200: described("The job as it is then", JOB), **_PROBLEMS},
    )
    async def decide(ref: Ref) -> Response:
        job = await threads.read(lambda report: find(report, ref))

        def decided(control: Control) -> Outcome:
            return act(control, [job.seq], now())

        (await threads.write(decided)).raise_refusal()
        found = await threads.read(lambda report: document(report, find(report, job.id)))
        return answer(found)


def _check(report: Report, new: NewJob) -> None:
    """Raise `UnknownTask` or `UsageError`, if a pool has written down which tasks there are."""
    if not report.tasks():
        return  # the app itself will tell
    try:
        task = report.task(new.task)
    except UnknownTask as error:
        raise UnknownTask(str(error).replace("`jobdash tasks` shows", "/tasks lists")) from error
    check_call(task, new.args, new.kwargs)
