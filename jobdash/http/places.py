"""What else there is to look at: dead letters, queues, tasks, workers, batches, and health."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from jobdash.http.examples import BATCH, JOB, TASK, WORKER, described
from jobdash.http.jobs import Filter, Limit, read_filter
from jobdash.http.problems import responses
from jobdash.http.route import answer
from jobdash.http.threads import Threads, now
from jobdash.metrics import CONTENT_TYPE, exposition
from jobdash.render import batch_json, job_json, task_json, worker_json
from jobdash.report import DeadGroup, Report
from jobdash.text import iso

_QUEUE: dict[str, Any] = {
    "name": "shop",
    "counts": {"pending": 3},
    "oldest_pending_at": None,
    "paused": [],
}
_GROUP = {
    "group": "d0e9707397",
    "count": 3,
    "tasks": ["shop.send_invoice"],
    "first_at": "2027-01-31T14:30:00.000000Z",
    "last_at": "2027-01-31T15:30:00.000000Z",
    "newest": JOB,
}
_METRICS = 'jobdash_jobs{queue="shop",state="pending"} 3\n'
_HEALTH = {"status": "ok"}

_SCRAPED = described("Metrics", _METRICS, "text/plain")
_GROUPS = described("Groups, the largest first", [_GROUP])


def add_to(router: APIRouter, threads: Threads) -> None:
    """Add the routes."""
    _add_plain(router, threads, "/queues", _queues, "Count the jobs of each queue", [_QUEUE])
    _add_plain(router, threads, "/workers", _workers, "List pools and workers", [WORKER])
    _add_plain(router, threads, "/tasks", _tasks, "List what can be run", [TASK])
    _add_plain(router, threads, "/readyz", _ready, "Can the file be read?", _HEALTH)
    places = _Places(threads)
    for path, told, show in (
        ("/healthz", {200: described("Up", _HEALTH), **responses()}, places.health),
        ("/metrics", {200: _SCRAPED, **responses(503)}, places.metrics),
        ("/dead", {200: _GROUPS, **responses(422, 503)}, places.dead),
        ("/batches", {200: described("Newest first", [BATCH]), **responses(422, 503)},
         places.batches),
        ("/batches/{name}", {200: described("The batch", BATCH), **responses(404, 422, 503)},
         places.batch),
    ):  # fmt: skip
        router.get(path, response_class=Response, responses=told)(show)


class _Places:
    """Answers what takes more than reading."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    async def health(self) -> Response:
        """Tell that the server answers."""
        return answer(_HEALTH)

    async def metrics(self) -> Response:
        """Tell all numbers to Prometheus."""
        told = await self._threads.read(lambda report: exposition(report, now()))
        return Response(told, media_type=CONTENT_TYPE)

    async def dead(self, filter: Filter = "", limit: Limit = 50) -> Response:
        """Show the dead letters that match in groups that died of the same."""
        wanted = read_filter(filter)
        groups, _ = await self._threads.read(lambda report: report.dead_groups(wanted, limit))
        return answer([_group_json(group) for group in groups])

    async def batches(self, limit: Limit = 50) -> Response:
        """List batches with how far they are."""
        return answer(await self._threads.read(lambda report: _batches(report, limit)))

    async def batch(
        self, name: Annotated[str, Path(max_length=300, examples=["night"])]
    ) -> Response:
        """Show how far a batch is, by its name or number."""
        return answer(await self._threads.read(lambda report: _batch(report, name)))


def _add_plain(
    router: APIRouter,
    threads: Threads,
    path: str,
    read: Callable[[Report], Any],
    does: str,
    example: Any,
) -> None:
    @router.get(
        path,
        name=path.strip("/"),
        summary=does,
        response_class=Response,
        responses={200: described(does, example), **responses(503)},
    )
    async def show() -> Response:
        return answer(await threads.read(read))


def _queues(report: Report) -> list[dict[str, Any]]:
    pauses = report.pauses()
    return [
        {
            "name": queue,
            "counts": {str(state): count for state, count in report.counts(queue).items()},
            "oldest_pending_at": iso(report.oldest_pending_at(queue)),
            "paused": [task for paused, task in pauses if paused == queue],
        }
        for queue in report.queues()
    ]


def _workers(report: Report) -> list[dict[str, Any]]:
    return [worker_json(worker) for worker in report.workers()]


def _tasks(report: Report) -> list[dict[str, Any]]:
    return [task_json(task) for task in report.tasks()]


def _ready(report: Report) -> dict[str, str]:
    report.data_version()
    return _HEALTH


def _batches(report: Report, limit: int) -> list[dict[str, Any]]:
    moment = now()
    return [batch_json(one) for one in report.with_paces(report.batches(limit), moment)]


def _batch(report: Report, name: str) -> dict[str, Any]:
    return batch_json(report.with_pace(report.batch(name), now()))


def _group_json(group: DeadGroup) -> dict[str, Any]:
    return {
        "group": group.signature,
        "count": group.jobs,
        "tasks": [*group.tasks],
        "first_at": iso(group.first_at),
        "last_at": iso(group.last_at),
        "newest": job_json(group.newest),
    }
