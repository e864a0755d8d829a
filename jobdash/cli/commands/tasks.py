"""`jobdash tasks`: what can be enqueued."""

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.errors import UsageError
from jobdash.job import TaskType
from jobdash.render import task_json
from jobdash.report.task_orders import TASK_ORDERS
from jobdash.tui.calls.parameters import Parameter, parameters_of

_HEAD = ("TASK", "PARAMETERS", "RETRIES", "WHAT IT DOES")
_STARS = {"var_positional": "*", "var_keyword": "**"}


@click.command("tasks", cls=FileCommand, example="jobdash tasks")
@click.option("--stats", is_flag=True, help="Show how each does: jobs, success, run, wait.")
@click.option(
    "--sort",
    type=click.Choice([*TASK_ORDERS]),
    default="name",
    help="With --stats: the most jobs or failures, the longest, most CPU or memory (p95) first.",
)
@json_option
@click.pass_obj
def tasks(settings: Settings, stats: bool, sort: str, as_json: bool) -> int:
    """List the tasks that the app's pool has registered.

    With --stats also those that are not registered but have jobs.
    """
    if sort != "name" and not stats:
        raise UsageError("--sort is by figures: add --stats")
    if stats:
        # Reads more than a list needs.
        from jobdash.cli.task_stats import show_task_stats

        return show_task_stats(settings, sort, as_json)
    with open_report(settings) as report:
        found = report.tasks()
    if as_json:
        print_json([task_json(task) for task in found])
    elif found:
        print_table(_HEAD, [_row(task) for task in found], right=frozenset({2}))
    else:
        note("no tasks are registered yet: start a pool once with `jobdash worker`")
    return DONE


def _row(task: TaskType) -> tuple[str, ...]:
    signature = ", ".join(map(_written, parameters_of(task)))
    return task.name, f"({signature})", str(task.retries), _described(task)


def _written(parameter: Parameter) -> str:
    name = _STARS.get(parameter.kind, "") + parameter.name
    return name if parameter.default is None else f"{name}={parameter.default}"


def _described(task: TaskType) -> str:
    words = ("[paused]" * task.paused, "[periodic]" * task.periodic, task.doc.partition("\n")[0])
    return " ".join(filter(None, words))
