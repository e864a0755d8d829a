"""`jobdash events`: what has happened, and what happens."""

import json
import sys
import time
from collections.abc import Iterable, Iterator

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say
from jobdash.cli.parameters import SINCE
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.job import MICROSECONDS
from jobdash.render import change_text, maker_text, reason_text, transition_json
from jobdash.report import Follower, Recent, Report
from jobdash.text import clock, iso, shorten
from jobdash.transition import By, Step, Transition

_MOST = 100_000
_USUAL = 50
# The latest transitions are those of the jobs that were active last.
_LEAST_JOBS = 500
_LOOK_EVERY = 0.1
_TASK_CELLS = 30
# Of the time between two looks, the part that looking may take.
_SHARE = 10
# What people did is told apart from what would have happened anyway.
_PERSON = {"bold": True}


@click.command("events", cls=FileCommand, example="jobdash events -f --json")
@click.option("-f", "--follow", is_flag=True, help="Go on with what happens, until interrupted.")
@click.option("--job", "ref", default="", metavar="JOB", help="Of this job alone.")
@click.option(
    "--since",
    type=SINCE,
    help="After this: a time, 10m for ten minutes ago, or the cursor of a document.",
)
@click.option(
    "--by",
    # Their values: newer versions of click take the names of an enum's members instead.
    type=click.Choice([one.value for one in By], case_sensitive=False),
    help="Made by these alone.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    help=f"At most so many: the newest, or with --since the first.  [default: {_USUAL}, or all]",
)
@json_option
@click.pass_obj
def events(
    settings: Settings,
    /,
    follow: bool,
    ref: str,
    since: Step | None,
    limit: int | None,
    by: str | None,
    as_json: bool,
) -> int:
    """Show what has happened to jobs, the oldest first: from state to state, by whom, why.

    Most of it is derived from the jobs as they are, so that it costs the work nothing: what has
    been pruned is gone. With --json and -f: one document a line.
    """
    with open_report(settings) as report:
        seq = report.job(ref).seq if ref else None
        follower = Follower()
        follower.begin(report, now())
        known = _known(report, seq, since, limit)
        found = _wanted(known, since, limit, by)
        if not follow or report.snapshot() is not None:
            _print(found, as_json)
            return DONE
        follower.know(known)
        _print_lines(found, as_json)
        for new in _stream(report, follower):
            wanted = [one for one in new if seq in (None, one.seq) and by in (None, one.by)]
            _print_lines(wanted, as_json)
    return DONE


def _known(report: Report, seq: int | None, since: Step | None, limit: int | None) -> Recent:
    if seq is not None:
        return Recent(tuple(report.transitions_of([seq])), now())
    if since is None:
        return report.transitions(now(), jobs=max(limit or 0, _LEAST_JOBS))
    # One microsecond earlier, for the cursor may be one of several at its time.
    found = report.transitions_since(since.at - 1, now())
    if found.complete_from >= since.at:
        note(f"there is more than can be told at once: this begins at {iso(found.complete_from)}")
    return found


def _wanted(
    known: Recent, since: Step | None, limit: int | None, by: str | None
) -> list[Transition]:
    found = [one for one in known.transitions if by in (None, one.by)]
    if since is None:
        return found[-(limit or _USUAL) :]
    return [one for one in found if one.step > since][: limit or _MOST]


def _stream(report: Report, follower: Follower) -> Iterator[list[Transition]]:
    version, pause = -1, _LOOK_EVERY
    while True:
        if version != (version := report.data_version()):
            started = time.monotonic()
            yield follower.look(report, now())
            pause = max(_LOOK_EVERY, _SHARE * (time.monotonic() - started))
        time.sleep(pause)


def _print(found: Iterable[Transition], as_json: bool) -> None:
    if as_json:
        print_json([transition_json(one) for one in found])
    else:
        _print_lines(found, as_json)


def _print_lines(found: Iterable[Transition], as_json: bool) -> None:
    for one in found:
        if as_json:
            click.echo(json.dumps(transition_json(one)))
        else:
            say(_line(one), style=_PERSON if one.by is By.PERSON else None)
    sys.stdout.flush()


def _line(one: Transition) -> str:
    fraction = one.at % MICROSECONDS // 1000
    job = "" if one.seq is None else f"#{one.seq}"
    return "  ".join(
        (
            f"{clock(one.at)}.{fraction:03}",
            f"{job:>6}",
            f"{shorten(one.task, _TASK_CELLS):<{_TASK_CELLS}}",
            f"{change_text(one):<22}",
            f"{maker_text(one):<12}",
            reason_text(one),
        )
    ).rstrip()
