"""`jobdash chaos`: faults on purpose, to see what a task does with them."""

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from jobdash.cli.choice import full_name
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import find_file, open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.control.chaos import ChaosControl
from jobdash.errors import UsageError
from jobdash.fault import Fault
from jobdash.report import Report
from jobdash.text import format_age, iso

_MOST = 1_000
_COUNT = click.IntRange(1, _MOST)


@click.command("chaos", cls=FileCommand, example="jobdash chaos mail.send --twice 1")
@click.argument("task", default="")
@click.option("--raise", "raise_", type=_COUNT, metavar="N", help="The next N runs raise.")
@click.option("--hang", type=_COUNT, metavar="N", help="The next N runs hang.")
@click.option("--kill", type=_COUNT, metavar="N", help="The next N runs kill their worker.")
@click.option("--twice", type=_COUNT, metavar="N", help="The next N are delivered twice.")
@click.option("--off", is_flag=True, help="No faults any more: of TASK, or of any.")
@json_option
@click.pass_obj
def chaos(settings: Settings, /, task: str, off: bool, as_json: bool, **counts: int | None) -> int:
    """Give the next runs of TASK a fault on purpose, to see what becomes of its jobs.

    It is off by itself after so many runs, and marked in each job's history. Without TASK: list
    what is armed. --twice runs a job a second time after its body has ended well, as happens to a
    job whose worker dies just then: `jobdash show` tells whether it made a difference.
    """
    wanted = [(_fault(name), count) for name, count in counts.items() if count is not None]
    if (off and wanted) or len(wanted) > 1:
        raise UsageError("one thing at a time: --raise, --hang, --kill, --twice or --off")
    if wanted and not task:
        raise UsageError("chaos for which task? `jobdash tasks` shows them")
    if wanted:
        _arm(settings, task, *wanted[0])
    elif off:
        _disarm(settings, task)
    with open_report(settings) as report:
        _list(report, as_json)
    return DONE


def _fault(name: str) -> Fault:
    return Fault(name.rstrip("_"))


def _arm(settings: Settings, typed: str, fault: Fault, count: int) -> None:
    path = find_file(settings)
    with Report(path) as report:
        task = report.task(full_name(report, typed))
    with closing(ChaosControl(path)) as control:
        control.arm(task.queue, task.name, fault, count, now())


def _disarm(settings: Settings, typed: str) -> None:
    path = find_file(settings)
    with Report(path) as report:
        name = full_name(report, typed) if typed else ""
        found = [one for one in report.chaos() if name in ("", one.task)]
    if not found:
        note(f"nothing is armed{f' for {name}' if name else ''}")
        return
    _take_back(path, sorted({one.queue for one in found}), name)


def _take_back(path: Path, queues: list[str], name: str) -> None:
    with closing(ChaosControl(path)) as control:
        for queue in queues:
            for task in control.disarm(queue, name, now()):
                note(f"{task}: off")


def _list(report: Report, as_json: bool) -> None:
    found = report.chaos()
    if as_json:
        print_json([{**one._asdict(), "armed_at": iso(one.armed_at)} for one in found])
    elif found:
        moment = now()
        rows: list[tuple[Any, ...]] = [
            (one.task, Fault(one.fault).words, str(one.left), format_age(moment, one.armed_at))
            for one in found
        ]
        print_table(("TASK", "ITS NEXT RUN", "LEFT", "ARMED"), rows, right=frozenset({2}))
    else:
        say("no faults are armed: `jobdash chaos TASK --raise 1` arms one")
