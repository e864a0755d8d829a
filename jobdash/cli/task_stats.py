"""`jobdash tasks --stats`: how each task does."""

from typing import Any

from jobdash.cli.clock import now
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.forecast import Range
from jobdash.job import Job, State
from jobdash.render import error_text, range_json
from jobdash.report import Report
from jobdash.report.task_figures import TaskFigures, read_figures
from jobdash.report.task_orders import TASK_ORDERS
from jobdash.report.task_reads import TaskKey
from jobdash.report.task_stats import Spread, TaskStats
from jobdash.text import format_duration, format_memory, iso

_BINS = 12
_HEAD = (
    "TASK", "PENDING", "RUNNING", "OK", "FAILED", "OK %", "RUN P50", "RUN P95", "WAIT P50",
    "WAIT P95", "CPU P50", "CPU P95", "MEM P50", "MEM P95", "DONE", "LAST ERROR",
)  # fmt: skip
_RIGHT = frozenset(range(1, len(_HEAD) - 1))


def show_task_stats(settings: Settings, order: str, as_json: bool) -> int:
    """Print the numbers of every task that is registered or has jobs, in one of `TASK_ORDERS`."""
    with open_report(settings) as report:
        found, done = _read(report), _done(report)
    found.sort(key=lambda one: TASK_ORDERS[order](one[0]))
    if as_json:
        print_json([_document(stats, last, done.get(_key(stats))) for stats, last in found])
    elif found:
        rows = [_row(stats, last, done.get(_key(stats))) for stats, last in found]
        print_table(_HEAD, rows, right=_RIGHT)
    else:
        note("no tasks are known yet: start a pool once with `jobdash worker`")
    return DONE


def _read(report: Report) -> list[tuple[TaskStats, Job | None]]:
    counts = report.task_counts()
    moment, found = now(), TaskFigures()
    # Once for the tasks of the newest jobs, and on until the rare ones are found too.
    while True:
        before, found = found, read_figures(report, counts, found, moment, _BINS)
        if found.found_for == before.found_for:
            break
    keys = counts.keys() | {(task.queue, task.name) for task in report.tasks()}
    return [
        (found.stats(key, counts.get(key, {})), found.last_failed.get(key))
        for key in sorted(keys, key=lambda key: (key[1], key[0]))
    ]


def _done(report: Report) -> dict[TaskKey, Range]:
    """Return when the ready jobs of each task will have run."""
    outlooks = {queue: report.outlook(queue, now()) for queue in report.queues()}
    return {(queue, task): one for queue in outlooks for task, one in outlooks[queue].tasks.items()}


def _key(stats: TaskStats) -> TaskKey:
    return stats.queue, stats.task


def _row(stats: TaskStats, last: Job | None, done: Range | None) -> tuple[str, ...]:
    made = stats.figures
    return (
        stats.task or "(unknown)",
        *(f"{stats.count(state):,}" for state in (State.PENDING, State.RUNNING)),
        *(f"{stats.count(state):,}" for state in (State.SUCCEEDED, State.FAILED)),
        "-" if stats.success is None else f"{stats.success:.1%}".removesuffix("%"),
        *_durations(made.took if made else None),
        *_durations(made.waited if made else None),
        *_durations(made.cpu if made else None),
        *_sizes(made.memory if made else None),
        "-" if done is None else done.when(),
        "" if last is None else error_text(last),
    )


def _durations(spread: Spread | None) -> tuple[str, str]:
    if spread is None:
        return "-", "-"
    return format_duration(spread.p50), format_duration(spread.p95)


def _sizes(spread: Spread | None) -> tuple[str, str]:
    if spread is None:
        return "-", "-"
    return format_memory(round(spread.p50)), format_memory(round(spread.p95))


def _document(stats: TaskStats, last: Job | None, done: Range | None) -> dict[str, Any]:
    made = stats.figures
    return {
        "name": stats.task,
        "queue": stats.queue,
        "states": {str(state): stats.count(state) for state in State},
        "total": stats.total,
        "success": None if stats.success is None else round(stats.success, 6),
        "runs": 0 if made is None else made.runs,
        "run": _spread(made.took if made else None),
        "wait": _spread(made.waited if made else None),
        "cpu": _spread(made.cpu if made else None),
        "memory": _spread(made.memory if made else None),
        "done_in": range_json(done),
        "last_run_at": iso(made.last_at) if made else None,
        "ended_last_hour": list(stats.trend),
        "last_error": None if last is None else _error(last),
    }


def _spread(spread: Spread | None) -> dict[str, float] | None:
    return None if spread is None else {"p50": spread.p50, "p95": spread.p95}


def _error(job: Job) -> dict[str, Any]:
    return {
        "seq": job.seq,
        "type": job.error_type,
        "message": job.error_message,
        "finished_at": iso(job.finished_at),
    }
