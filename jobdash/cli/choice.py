"""Which jobs a command is about: by filter options, or one by one."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from jobdash.cli.parameters import STATES
from jobdash.job import State
from jobdash.report import JobFilter, Report

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--state", "states", type=STATES, multiple=True, help="In these states: failed,retrying."
    ),
    click.option("--task", default="", metavar="NAME", help="Of this task; 'mail.*' for several."),
    click.option("--text", default="", help="With this in task, id, arguments or error."),
    click.option("--queue", default="", metavar="NAME", help="Of this queue."),
)


def filter_options(function: Function) -> Function:
    """Give a command the options that choose jobs."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def job_filter(
    report: Report, states: tuple[tuple[State, ...], ...], task: str, text: str, queue: str
) -> JobFilter:
    """Return the filter that these options stand for."""
    chosen = tuple(state for several in states for state in several)
    return JobFilter(chosen, full_name(report, task), text, queue)


def full_name(report: Report, task: str) -> str:
    """Return a task's whole name if its end is all that was typed and fits only one task."""
    names = {known.name for known in report.tasks()} if task else set()
    fitting = [name for name in names if name.endswith(f".{task}")]
    return fitting[0] if task not in names and len(fitting) == 1 else task
