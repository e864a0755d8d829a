"""Which jobs a command is about: by filter options, or one by one."""

from collections.abc import Callable
from dataclasses import dataclass
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
    click.option("--error", default="", metavar="TYPE", help="With this type of error."),
    click.option("--group", default="", help="Of this group of dead letters; its beginning does."),
    click.option("--queue", default="", metavar="NAME", help="Of this queue."),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What was typed for these options."""

    states: tuple[tuple[State, ...], ...] = ()
    task: str = ""
    text: str = ""
    error: str = ""
    group: str = ""
    queue: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return self == Filter()


def filter_options(function: Function) -> Function:
    """Give a command the options that choose jobs."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def job_filter(report: Report, typed: Filter) -> JobFilter:
    """Return the filter that these options stand for. Raises `NotFound` for an unknown group."""
    return JobFilter(
        tuple(state for several in typed.states for state in several),
        full_name(report, typed.task),
        typed.text,
        typed.queue,
        error_type=typed.error,
        signature=report.dead_group(typed.group) if typed.group else "",
    )


def full_name(report: Report, task: str) -> str:
    """Return a task's whole name if its end is all that was typed and fits only one task."""
    names = {known.name for known in report.tasks()} if task else set()
    fitting = [name for name in names if name.endswith(f".{task}")]
    return fitting[0] if task not in names and len(fitting) == 1 else task
