"""Which jobs a command is about: by filter options, or one by one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand
from jobdash.cli.parameters import STATES
from jobdash.job import State
from jobdash.report import JobFilter, Report, parse_filter
from jobdash.report.filter_language import field_of, split
from jobdash.report.filter_terms import Term

Function = TypeVar("Function", bound=Callable[..., Any])

filter_option = click.option(
    "--filter", "typed", default="", help="As in the dashboard: 'task:mail.* age<1h took>30s ada'."
)
_OPTIONS = (
    click.option(
        "--state", "states", type=STATES, multiple=True, help="In these states: failed,retrying."
    ),
    click.option("--task", default="", metavar="NAME", help="Of this task; 'mail.*' for several."),
    click.option("--text", default="", help="With this in task, id, arguments or error."),
    click.option("--error", default="", metavar="TYPE", help="With this type of error."),
    click.option("--group", default="", help="Of this group of dead letters; its beginning does."),
    click.option("--queue", default="", metavar="NAME", help="Of this queue."),
    filter_option,
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
    typed: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return replace(self, typed=self.typed.strip()) == Filter()

    @property
    def terms(self) -> tuple[Term, ...]:
        """What was typed as a filter. Raises `FilterError`."""
        return parse_filter(self.typed)

    @property
    def names_states(self) -> bool:
        """Whether it says which states are meant."""
        return bool(self.states) or self._asks("state")

    @property
    def is_about_failures(self) -> bool:
        """Whether it can only mean dead letters, unless it names states."""
        return bool(self.group or self.error) or self._asks("group", "error")

    def _asks(self, *fields: str) -> bool:
        return any(term.field in fields and not term.negated for term in self.terms)


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
        terms=typed.terms,
    ).at(now())


class FilterCommand(FileCommand):
    """Takes a negated term such as `-task:x` for a part of the filter, not for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        # A space before a word changes nothing for a filter.
        return super().parse_args(ctx, [f" {a}" if _is_negation(a) else a for a in args])


def _is_negation(word: str) -> bool:
    return word.startswith("-") and any(field_of(part) for part in list(split(word[1:]))[:1])


def full_name(report: Report, task: str) -> str:
    """Return a task's whole name if its end is all that was typed and fits only one task."""
    names = {known.name for known in report.tasks()} if task else set()
    fitting = [name for name in names if name.endswith(f".{task}")]
    return fitting[0] if task not in names and len(fitting) == 1 else task
