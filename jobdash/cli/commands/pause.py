"""`jobdash pause` and `resume`: hold back the jobs of a task or of a batch, or all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from jobdash.cli.batch_acts import act_on_batch, batch_option
from jobdash.cli.choice import full_name
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.control import Control
from jobdash.errors import UsageError
from jobdash.report import Report

Function = TypeVar("Function", bound=Callable[..., Any])


def _about_a_task(function: Function) -> Function:
    parts = (
        click.argument("task", default=""),
        click.option("--queue", metavar="NAME", help="The queue, if the file has several."),
        batch_option,
        json_option,
        click.pass_obj,
    )
    for part in reversed(parts):
        function = part(function)
    return function


@click.command("pause", cls=FileCommand, example="jobdash pause mail.send")
@_about_a_task
def pause(settings: Settings, **wish: Any) -> int:
    """Hand out no more jobs of TASK, of a batch, or no more jobs at all. What runs goes on."""
    return _switch(settings, "pause", "paused", **wish)


@click.command("resume", cls=FileCommand, example="jobdash resume")
@_about_a_task
def resume(settings: Settings, **wish: Any) -> int:
    """Hand out jobs of TASK, of a batch, or of the whole queue, again."""
    return _switch(settings, "resume", "resumed", **wish)


def _switch(
    settings: Settings,
    operation: str,
    done: str,
    task: str,
    queue: str | None,
    batch: str | None,
    as_json: bool,
) -> int:
    if batch is not None:
        if task or queue:
            raise UsageError("say a task, a queue or a batch: not several")
        return act_on_batch(settings, operation, batch, as_json=as_json)
    path = find_file(settings)
    with Report(path) as report:
        name, owner = _which(report, task, queue)
        changed = _carry_out(path, operation, owner, name)
        left = [paused for held, paused in report.pauses() if held == owner]
    if as_json:
        print_json({"queue": owner, "task": name or None, "changed": changed, "paused": left})
        return DONE
    what = name or f"everything in queue {owner}"
    say(f"{what}: {done}" if changed else f"{what}: nothing to {operation}")
    if operation == "resume" and left:
        note(f"still paused: {', '.join(paused or 'everything' for paused in left)}")
    return DONE


def _which(report: Report, task: str, queue: str | None) -> tuple[str, str]:
    """Return the task's full name, '' for all, and the queue."""
    queues = report.queues()
    if queue is not None and queue not in queues:
        raise UsageError(f"there is no queue '{queue}': the file has {', '.join(queues) or 'none'}")
    if task:
        known = report.task(full_name(report, task))
        return known.name, queue or known.queue
    if queue is None and len(queues) != 1:
        raise UsageError(
            f"say which queue with --queue: {', '.join(queues) or 'there is none yet'}"
        )
    return "", queue or queues[0]


def _carry_out(path: Path, operation: str, queue: str, task: str) -> bool:
    control = Control(path)
    try:
        switch: Callable[[str, str, int], bool] = getattr(control, operation)
        return switch(queue, task, now())
    finally:
        control.close()
