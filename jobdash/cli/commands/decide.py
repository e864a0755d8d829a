"""`jobdash cancel`, `retry`, `replay`, `discard`: decisions about jobs."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from jobdash.cli.choice import filter_options
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.decision import Decision, Wish, decide
from jobdash.cli.settings import Settings
from jobdash.job import ACTIVE, FINAL, State

Function = TypeVar("Function", bound=Callable[..., Any])


def _choosing(function: Function) -> Function:
    parts = (
        click.argument("refs", nargs=-1),
        filter_options,
        click.option("--all", "everything", is_flag=True, help="All that this can be done to."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask."),
        json_option,
        click.pass_obj,
    )
    for part in reversed(parts):
        function = part(function)
    return function


@click.command("cancel", cls=FileCommand, example="jobdash cancel 12 13")
@_choosing
def cancel(settings: Settings, **wish: Any) -> int:
    """Cancel jobs that wait, and stop jobs that run."""
    return decide(settings, Decision("cancel", "cancelled", ACTIVE, spreads=True), Wish(**wish))


@click.command("retry", cls=FileCommand, example="jobdash retry --task mail.send --yes")
@_choosing
def retry(settings: Settings, **wish: Any) -> int:
    """Let jobs go on that did not succeed, with one more attempt each.

    Chosen by a filter without --state: the failed ones.
    """
    return decide(settings, Decision("retry", "retried", {State.FAILED}), Wish(**wish))


@click.command("replay", cls=FileCommand, example="jobdash replay 12")
@_choosing
def replay(settings: Settings, **wish: Any) -> int:
    """Make new jobs from finished ones."""
    return decide(settings, Decision("replay", "replayed", FINAL), Wish(**wish))


@click.command("discard", cls=FileCommand, example="jobdash discard --text 'no such customer'")
@_choosing
def discard(settings: Settings, **wish: Any) -> int:
    """Take failed jobs out of the dead-letter queue."""
    return decide(settings, Decision("discard", "discarded", {State.FAILED}), Wish(**wish))
