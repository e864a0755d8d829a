"""`jobdash workers`: who works, and on what; more of them, fewer, new ones, some at rest."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, FileGroup, json_option
from jobdash.cli.crew import is_count, living_workers, meant_pool, meant_worker
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import NOBODY_WORKS, find_file, open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.control.crew import CrewControl
from jobdash.job import MOST_WORKERS, Worker
from jobdash.render import worker_json
from jobdash.report import Report
from jobdash.text import format_age, format_memory
from jobdash.usage import Meter, Usage

_HEAD = (
    *("WORKER", "KIND", "NAME", "PID", "STATE", "UP", "CPU", "MEMORY", "DONE", "FAILED"),
    "DOES",
)
_NUMBERS = frozenset({0, 3, 6, 7, 8, 9})
# CPU is what a process takes between two looks.
_BETWEEN_LOOKS = 0.2


@click.group("workers", cls=FileGroup, invoke_without_command=True, example="jobdash workers add 2")
@click.option("--all", "everyone", is_flag=True, help="Also those that have ended.")
@json_option
@click.pass_context
def workers(context: click.Context, everyone: bool, as_json: bool) -> int | None:
    """List pools and workers with the jobs that they run, or change who works."""
    if context.invoked_subcommand is not None:
        if everyone or as_json:
            raise click.UsageError("--all and --json go behind the subcommand", context)
        return None
    settings: Settings = context.obj
    with open_report(settings) as report:
        found = report.workers(everyone)
    usages = _measured(found)
    if as_json:
        print_json([worker_json(worker, usages.get(worker.id)) for worker in found])
    elif found:
        moment = now()
        rows = [_row(worker, usages.get(worker.id), moment) for worker in found]
        print_table(_HEAD, rows, right=_NUMBERS)
    else:
        note(NOBODY_WORKS)
    return DONE


_pool_option = click.option("--pool", type=int, metavar="PID", help="Which pool, if several.")


@workers.command("add", cls=FileCommand, example="jobdash workers add 2")
@click.argument("count", type=click.IntRange(1, MOST_WORKERS), default=1)
@_pool_option
@json_option
@click.pass_obj
def add(settings: Settings, count: int, pool: int | None, as_json: bool) -> int:
    """Let a pool have COUNT workers more."""
    with _crew(settings) as (report, control):
        boss = meant_pool(report, pool)
        size = control.add(boss, count)
    if as_json:
        print_json({"pool": boss.pid, "size": size, "added": count})
    else:
        say(f"pool {boss.pid}: {_some(count)} more, {size} in all")
    return DONE


@workers.command("remove", cls=FileCommand, example="jobdash workers remove w2")
@click.argument("who", metavar="[COUNT|NAME|PID]", default="1")
@_pool_option
@json_option
@click.pass_obj
def remove(settings: Settings, who: str, pool: int | None, as_json: bool) -> int:
    """Let a worker, or COUNT of them, finish the job at hand and go. Idle ones go first."""
    with _crew(settings) as (report, control):
        if not is_count(report, who):
            one = meant_worker(report, who, pool)
            return _tell([one], [control.remove(one)], "goes for good", as_json)
        boss = meant_pool(report, pool)
        size, names = control.remove_some(boss, int(who))
    if as_json:
        print_json({"pool": boss.pid, "size": size, "leaving": names})
    else:
        say(f"pool {boss.pid}: {_some(int(who))} fewer, {size} in all: {', '.join(names)} will go")
    return DONE


@workers.command("restart", cls=FileCommand, example="jobdash workers restart all")
@click.argument("who", metavar="NAME|PID|all")
@_pool_option
@json_option
@click.pass_obj
def restart(settings: Settings, who: str, pool: int | None, as_json: bool) -> int:
    """Let a worker finish its job, then have a fresh process in its place."""
    with _crew(settings) as (report, control):
        if who == "all":
            found = [one for one in living_workers(report, pool) if one.kind == "worker"]
        else:
            found = [meant_worker(report, who, pool)]
        return _tell(found, list(map(control.restart, found)), "starts afresh", as_json)


@workers.command("drain", cls=FileCommand, example="jobdash workers drain w2")
@click.argument("who", metavar="NAME|PID")
@_pool_option
@json_option
@click.pass_obj
def drain(settings: Settings, who: str, pool: int | None, as_json: bool) -> int:
    """Let a worker finish its job and take no more.

    Its process stays, for you to look at, until you resume, restart or remove it.
    """
    with _crew(settings) as (report, control):
        one = meant_worker(report, who, pool)
        return _tell([one], [control.drain(one)], "takes no more jobs", as_json)


@workers.command("resume", cls=FileCommand, example="jobdash workers resume w2")
@click.argument("who", metavar="NAME|PID")
@_pool_option
@json_option
@click.pass_obj
def resume(settings: Settings, who: str, pool: int | None, as_json: bool) -> int:
    """Let a drained worker take jobs again."""
    with _crew(settings) as (report, control):
        one = meant_worker(report, who, pool)
        return _tell([one], [control.resume(one)], "takes jobs", as_json)


@contextmanager
def _crew(settings: Settings) -> Iterator[tuple[Report, CrewControl]]:
    path = find_file(settings)
    with Report(path) as report:
        control = CrewControl(path)
        try:
            yield report, control
        finally:
            control.close()


def _tell(found: Sequence[Worker], news: Sequence[bool], what: str, as_json: bool) -> int:
    if as_json:
        told = zip(found, news, strict=True)
        print_json([{"id": w.id, "name": w.name, "pid": w.pid, "changed": new} for w, new in told])
        return DONE
    for worker, is_new in zip(found, news, strict=True):
        first = f" after job #{worker.job}" if worker.job is not None and is_new else ""
        say(f"{worker.name} (pid {worker.pid}) {what}{first or ('' if is_new else ' already')}")
    if not found:
        note(NOBODY_WORKS)
    return DONE


def _measured(workers: Sequence[Worker]) -> Mapping[int, Usage]:
    """Return by the worker's id what those of this machine take."""
    here = {worker.id: worker.pid for worker in workers if worker.alive and worker.is_here}
    if not here:
        return {}
    meter = Meter()
    meter.read(here.values())
    time.sleep(_BETWEEN_LOOKS)
    usages = meter.read(here.values())
    return {id_: usages[pid] for id_, pid in here.items() if pid in usages}


def _row(worker: Worker, usage: Usage | None, moment: int) -> tuple[str, ...]:
    return (
        str(worker.id),
        worker.kind,
        worker.name,
        str(worker.pid),
        worker.doing,
        format_age(worker.ended_at or moment, worker.started_at),
        "-" if usage is None or usage.cpu is None else f"{usage.cpu:.0f}%",
        "-" if usage is None else format_memory(usage.memory),
        f"{worker.done:,}",
        f"{worker.failed:,}",
        _does(worker, moment),
    )


def _does(worker: Worker, moment: int) -> str:
    if not worker.alive:
        return worker.ended_how or "died"
    if worker.size is not None:
        return _some(worker.size)
    if worker.job is None:
        return "-"
    since = format_age(moment, worker.job_started_at or moment)
    return f"#{worker.job} {worker.job_task} for {since}{_share(worker)}"


def _share(worker: Worker) -> str:
    if not worker.job_total or worker.job_done is None:
        return ""
    return f", {100 * worker.job_done // worker.job_total}%"


def _some(count: int) -> str:
    return "1 worker" if count == 1 else f"{count:,} workers"
