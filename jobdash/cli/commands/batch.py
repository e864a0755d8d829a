"""`jobdash batch`: one job for each row of a file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobdash.cli.batch.checking import skip_file
from jobdash.cli.batch.rows import FORMATS, layout_of
from jobdash.cli.batch.source import Source
from jobdash.cli.batch.telling import show, tell_made, tell_resumed
from jobdash.cli.batch.wishes import Wishes, wishes_of
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.parameters import DURATION, LABEL, PRIORITY, RATE, STOP
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target

if TYPE_CHECKING:
    from jobdash.cli.batch.order import Order
    from jobdash.cli.batch.session import Manner
    from jobdash.ledger.batches import Made

_MOST = 1_000_000_000


@click.command("batch", cls=FileCommand, example="jobdash batch images.resize --from images.csv")
@click.argument("task")
@click.option("--from", "path", required=True, metavar="FILE", help="The inputs; - reads a pipe.")
@click.option("--format", "wanted", type=click.Choice(FORMATS), help="If the name does not tell.")
@click.option("--delimiter", metavar="CHAR", help="What parts the columns of a csv: ';'.")
@click.option(
    "--no-header",
    "header",
    is_flag=True,
    flag_value=False,
    default=True,
    help="The first row is an input; its columns are called 1, 2, 3.",
)
@click.option("--map", "renamed", multiple=True, metavar="COLUMN=ARG", help="Which argument it is.")
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave a column out.")
@click.option(
    "-k",
    "--keyword",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="An argument that is the same for all rows.",
)
@click.option("--skip-bad", "skip", metavar="FILE", help="Leave bad rows out; write them there.")
@click.option("--name", type=LABEL, help="What the batch is called; else as the task.")
@click.option("--tag", "tags", multiple=True, type=LABEL, help="A word to find it by.")
@click.option("--concurrency", type=click.IntRange(1, _MOST), help="How many run at once.")
@click.option("--rate", type=RATE, help="How many start in a time: 10/s, 600/m.")
@click.option("--priority", type=PRIORITY, help="Higher is earlier; else as the task.")
@click.option("--retries", type=click.IntRange(0, _MOST), help="More attempts after a failure.")
@click.option("--timeout", type=DURATION, help="How long one attempt may take.")
@click.option(
    "--stop-on-failures",
    "stop_on_failures",
    type=STOP,
    metavar="N|P%",
    help="Cancel the rest after so many; now,N: what runs too.",
)
@click.option(
    "--chunk",
    type=click.IntRange(1, 100_000),
    help="Let so many rows run as soon as they are in, before the others are.",
)
@click.option("--paused", "--stash", "paused", is_flag=True, help="Run none before a resume.")
@click.option("--then", metavar="TASK", help="Run it at the end; it gets the batch's number.")
@click.option("--notify", metavar="CMD", help="At the end run it in a shell; JSON is its input.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the batch of this name: only what is missing or did not succeed.",
)
@click.option("--wait", is_flag=True, help="Stay until it has ended; the exit code tells.")
@click.option("--follow", is_flag=True, help="Stay, and print each result as it comes.")
@click.option("--keep-order", is_flag=True, help="Print them in the order of the rows.")
@click.option("--dry-run", "dry", is_flag=True, help="Check the rows and show the first calls.")
@click.option("-q", "--quiet", is_flag=True, help="Print the name of the batch, and no more.")
@json_option
@click.pass_obj
def batch(
    settings: Settings,
    /,
    task: str,
    path: str,
    skip: str | None,
    then: str | None,
    notify: str | None,
    resume: bool,
    wait: bool,
    dry: bool,
    **options: Any,
) -> int:
    """Enqueue a job of TASK for each row of a file, all of them as one batch.

    CSV and TSV have a header, whose columns are the task's arguments; a line of JSON Lines is an
    object of arguments or a list of them; of any other file each line is one argument. Every row is
    checked before the first is enqueued.
    """
    from jobdash.broker.calls import find_task
    from jobdash.cli.batch.order import Order

    begun_at = now()
    huey = Target(settings).load()
    after = {"then": _task(huey, then), "notify": notify}
    manner, each, wishes = _manner(options), _taken(options, "retries", "timeout"), _wishes(options)
    with Source(path) as source:
        layout = layout_of(source, **_taken(options, "wanted", "delimiter", "header"))
        order = Order(huey, find_task(huey, task), source, layout, wishes)
        with skip_file(skip, path, dry=dry) as skipped:
            tally = order.check(skipped)
        if dry:
            return show(order, tally, as_json=manner.as_json)
        made, tell = _enqueue(order, tally.good, each, {**after, **options}, resume)
    stays = wait or manner.shows_results
    if not (stays and manner.as_json):
        tell(tally, as_json=manner.as_json, quiet=manner.quiet)
    if not stays:
        return DONE
    return _see_through(Target(settings).database, made, tally.good, manner, begun_at)


def _taken(options: dict[str, Any], *names: str) -> dict[str, Any]:
    """Take some options out."""
    return {name: options.pop(name) for name in names}


def _manner(options: dict[str, Any]) -> "Manner":
    """Take those options out that say how somebody wants to hear of it."""
    from jobdash.cli.batch.session import Manner

    follow, in_order = options.pop("follow"), options.pop("keep_order")
    return Manner(follow or in_order, in_order, **_taken(options, "quiet", "as_json"))


def _wishes(options: dict[str, Any]) -> Wishes:
    """Take those options out that say what the columns are."""
    return wishes_of(*_taken(options, "renamed", "ignore", "pairs").values())


def _enqueue(
    order: "Order", rows: int, each: dict[str, Any], options: dict[str, Any], resume: bool
) -> tuple["Made", Callable[..., None]]:
    """Enqueue the rows, or what of them is missing; return the batch and what tells of it."""
    from jobdash.ledger.batches import Made

    found = order.known(options["name"]) if resume else None
    if found is None:
        batch = order.carry_out(rows, each, **options)
        made = Made(batch.id, batch.name)
        return made, partial(tell_made, made)
    after = {name: options[name] for name in ("then", "notify")}
    resumed = order.resume(rows, each, found, **after)
    return Made(resumed.id, resumed.name), partial(tell_resumed, resumed)


def _task(huey: Any, name: str | None) -> Any:
    """Return the task that is to run at the end. Raises `UnknownTask` or `UsageError`."""
    from jobdash.broker.calls import check_call, find_task

    if name is None:
        return None
    task_class = find_task(huey, name)
    check_call(task_class, (1,), {})
    return task_class


def _see_through(file: Path, made: "Made", total: int, manner: "Manner", begun_at: int) -> int:
    from jobdash.cli.batch.session import Session
    from jobdash.report import Report

    with Report(file) as report:
        return Session(report, made, total, file, manner, begun_at).run()
