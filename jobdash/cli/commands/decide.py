"""`jobdash cancel`, `retry`, `replay`, `discard`, `now`, `change`: decisions about jobs."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from jobdash.cli.batch_acts import act_on_batch, batch_option
from jobdash.cli.changes import change_options, changing_step
from jobdash.cli.choice import Filter, filter_options
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.decision import Wish, decide
from jobdash.cli.settings import Settings
from jobdash.cli.timing import timing_options, timing_step
from jobdash.errors import UsageError
from jobdash.operations import OPERATIONS

Function = TypeVar("Function", bound=Callable[..., Any])


def _choosing(*more: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Give a command what chooses jobs, and more options."""
    parts: tuple[Callable[[Any], Any], ...] = (
        click.argument("refs", nargs=-1),
        filter_options,
        *more,
        click.option("--all", "everything", is_flag=True, help="All that this can be done to."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask."),
        json_option,
        click.pass_obj,
    )

    def give(function: Function) -> Function:
        for part in reversed(parts):
            function = part(function)
        return function

    return give


_dead = click.option("--dead", is_flag=True, help="Of the dead letters: short for --state failed.")


def _wish(
    refs: tuple[str, ...],
    everything: bool,
    yes: bool,
    as_json: bool,
    dead: bool = False,
    **chosen: Any,
) -> Wish:
    return Wish(refs, Filter(**chosen), dead, everything, yes, as_json)


@click.command("cancel", cls=FileCommand, example="jobdash cancel 12 13")
@_choosing(batch_option)
def cancel(settings: Settings, /, batch: str | None, **typed: Any) -> int:
    """Cancel jobs that wait, and stop jobs that run."""
    wish = _wish(**typed)
    if batch is None:
        return decide(settings, OPERATIONS["cancel"], wish)
    if wish.refs or wish.is_filter:
        raise UsageError("--batch is a whole batch: for some of its jobs, --filter batch:NAME ...")
    return act_on_batch(settings, "cancel", batch, as_json=wish.as_json)


@click.command("retry", cls=FileCommand, example="jobdash retry --error TimeoutError --yes")
@_choosing(_dead)
def retry(settings: Settings, /, **typed: Any) -> int:
    """Let jobs go on that did not succeed, with one more attempt each.

    Chosen by a filter without --state: the dead letters.
    """
    return decide(settings, OPERATIONS["retry"], _wish(**typed))


@click.command("replay", cls=FileCommand, example="jobdash replay 12 --set to=ada@example.org")
@_choosing(_dead, *change_options)
def replay(
    settings: Settings,
    /,
    pairs: Sequence[str],
    args_json: str | None,
    kwargs_json: str | None,
    **typed: Any,
) -> int:
    """Make new jobs from finished ones, with other arguments if you like.

    Chosen by --group or --error without --state: the dead letters. Other arguments need the app
    (-A); what is not changed is as it was recorded.
    """
    step = changing_step(settings, pairs, args_json, kwargs_json)
    return decide(settings, OPERATIONS["replay"], _wish(**typed), step)


@click.command("discard", cls=FileCommand, example="jobdash discard --group 1f09c2")
@_choosing(_dead)
def discard(settings: Settings, /, **typed: Any) -> int:
    """Take failed jobs out of the dead-letter queue."""
    return decide(settings, OPERATIONS["discard"], _wish(**typed))


@click.command("now", cls=FileCommand, example="jobdash now 12")
@_choosing()
def now(settings: Settings, /, **typed: Any) -> int:
    """Let jobs run now that are scheduled, or that wait for their next try."""
    return decide(settings, OPERATIONS["now"], _wish(**typed))


@click.command("change", cls=FileCommand, example="jobdash change 12 --priority 10")
@_choosing(*timing_options)
def change(
    settings: Settings,
    /,
    priority: float | None,
    delay: float | None,
    at: int | None,
    **typed: Any,
) -> int:
    """Change how urgent jobs are that have not begun, or when they are to run."""
    step = timing_step(priority, delay, at)
    return decide(settings, OPERATIONS["change"], _wish(**typed), step)
