"""`jobdash stats`: the numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_facts, print_table
from jobdash.errors import UsageError
from jobdash.forecast import Range
from jobdash.job import MICROSECONDS, State, Worker
from jobdash.metrics import exposition
from jobdash.render import range_json
from jobdash.report import Report
from jobdash.text import format_age, iso

_MINUTE = 60 * MICROSECONDS
_SPANS = (1, 5)


@click.command("stats", cls=FileCommand, example="jobdash stats --json")
@json_option
@click.option(
    "--prometheus", is_flag=True, help="Print metrics for Prometheus' textfile collector."
)
@click.pass_obj
def stats(settings: Settings, as_json: bool, prometheus: bool) -> int:
    """Show numbers: states, rates, workers, pauses."""
    if prometheus and as_json:
        raise UsageError("--json or --prometheus: not both")
    moment = now()
    with open_report(settings) as report:
        if prometheus:
            click.echo(exposition(report, moment), nl=False)
            return DONE
        oldest = report.oldest_pending_at()
        found = _stats(report, moment, oldest)
    if as_json:
        print_json(found)
        return DONE
    print_table(("STATE", "JOBS"), _rows(found["states"]), right=frozenset({1}))
    say()
    print_facts(_facts(found, f"{format_age(moment, oldest)} ago" if oldest else ""))
    return DONE


def _stats(report: Report, moment: int, oldest: int | None) -> dict[str, Any]:
    states = report.counts()
    workers = report.workers()
    runners = [worker for worker in workers if worker.kind != "pool"]
    outlooks = {queue: report.outlook(queue, moment) for queue in report.queues()}
    return {
        "states": {str(state): count for state, count in states.items()},
        "total": sum(states.values()),
        "depth": states[State.PENDING],
        "oldest_pending_at": iso(oldest),
        "enqueued_per_minute": _per_minute(report.created_since, moment),
        "finished_per_minute": _per_minute(report.finished_since, moment),
        "workers": len(runners),
        "busy": sum(worker.job is not None for worker in runners),
        "pools": [_pool(worker) for worker in workers if worker.kind == "pool"],
        "paused": [{"queue": queue, "task": task or None} for queue, task in report.pauses()],
        "queues": report.queues(),
        "forecast": {queue: range_json(one.all_done) for queue, one in outlooks.items()},
        "stalled": sorted(report.stalled(moment)),
        "plain_messages": report.plain_messages(),
    }


def _per_minute(count_since: Callable[[int], int], moment: int) -> dict[str, float]:
    return {f"{span}m": round(count_since(moment - span * _MINUTE) / span, 2) for span in _SPANS}


def _pool(worker: Worker) -> dict[str, Any]:
    return {"pid": worker.pid, "queue": worker.queue, "started_at": iso(worker.started_at)}


def _rows(states: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(state, f"{count:,}") for state, count in states.items()]


def _facts(found: dict[str, Any], oldest: str) -> list[tuple[str, str]]:
    pools = ", ".join(f"pid {pool['pid']} for {pool['queue']}" for pool in found["pools"])
    return [
        ("total", f"{found['total']:,}"),
        ("oldest pending", oldest),
        ("enqueued", _pace(found["enqueued_per_minute"])),
        ("finished", _pace(found["finished_per_minute"])),
        ("all done", _all_done(found["forecast"])),
        ("stalled", ", ".join(f"#{seq}" for seq in found["stalled"])),
        ("workers", f"{found['workers']}, {found['busy']} busy"),
        ("pool", pools or "none"),
        ("paused", ", ".join(entry["task"] or "everything" for entry in found["paused"])),
        ("plain messages", str(found["plain_messages"] or "")),
    ]


def _all_done(forecast: Mapping[str, Sequence[float] | None]) -> str:
    """Return when what is ready now will have run, `in 2-4 min`, for each queue that has some."""
    told = {queue: Range(*one).when() for queue, one in forecast.items() if one}
    if len(forecast) == 1:
        return "".join(told.values())
    return ", ".join(f"{queue} {when}" for queue, when in told.items())


def _pace(rates: Mapping[str, float]) -> str:
    return ", ".join(f"{rate:g} a minute over {span}" for span, rate in rates.items())
