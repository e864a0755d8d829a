"""`jobdash diff`: what differs between two runs."""

from collections.abc import Sequence
from typing import Any

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.errors import NothingLike, Refused, UsageError
from jobdash.render.difference import difference, difference_json, difference_lines
from jobdash.render.sides import side_of
from jobdash.report import Report
from jobdash.report.difference import Compared, compared, last_two, with_the_last

_STYLES: dict[str, dict[str, Any]] = {
    "-": {"fg": "red"},
    "+": {"fg": "green"},
    "@": {"bold": True},
    "…": {"dim": True},
}


@click.command("diff", cls=FileCommand, example="jobdash diff 12#1 12#2")
@click.argument("refs", nargs=-1, metavar="A [B]")
@click.option("--attempts", is_flag=True, help="The last two attempts of A.")
@json_option
@click.pass_obj
def diff(settings: Settings, refs: Sequence[str], attempts: bool, as_json: bool) -> int:
    """Compare two runs: arguments, outcome, traceback, log, how long they took.

    A and B are jobs (12 or #12), or attempts of jobs (12#1). With A alone: a failure against the
    last success of its task, a success against the last failure. What is the same is only named.
    """
    if len(refs) not in (1, 2) or (attempts and len(refs) == 2):
        raise UsageError("compare what? One job, two of them, or --attempts of one")
    with open_report(settings) as report:
        first, second = _two(report, refs, attempts)
    found = difference(side_of(*first), side_of(*second))
    if as_json:
        print_json(difference_json(found))
    else:
        for line in difference_lines(found):
            say(line, style=_STYLES.get(line[:1]))
    return DONE


def _two(report: Report, refs: Sequence[str], attempts: bool) -> tuple[Compared, Compared]:
    if attempts:
        return last_two(report, refs[0])
    if len(refs) == 2:
        return compared(report, refs[0]), compared(report, refs[1])
    try:
        return with_the_last(report, refs[0])
    except NothingLike as error:
        raise Refused(
            f"{error}: name the one to compare it with, or two of its attempts as 12#1 12#2"
        ) from error
