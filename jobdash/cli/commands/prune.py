"""`jobdash prune`: deletes the history of jobs that ended long ago."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import click

from jobdash.cli.choice import full_name
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.decision import is_meant, jobs_text, show_progress
from jobdash.cli.failure import DONE, INTERRUPTED
from jobdash.cli.output import note, print_json, say
from jobdash.cli.parameters import DURATION, STATES
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.control import Control
from jobdash.errors import UsageError
from jobdash.job import FINAL, MICROSECONDS, State
from jobdash.ledger.pruning import TooOld
from jobdash.report import Report
from jobdash.report.plan import task_borders

# Dead letters wait for a decision, and so have to be named.
_BY_ITSELF = FINAL - {State.FAILED}


@dataclass(slots=True)
class _Done:
    """How many jobs were old enough, how many of them have gone, and how many stay."""

    matching: int
    pruned: int = 0
    kept: int = 0
    dry_run: bool = False


@click.command("prune", cls=FileCommand, example="jobdash prune --older-than 30d --state failed")
@click.option("--older-than", type=DURATION, required=True, help="Ended so long ago: 7d, 12h.")
@click.option(
    "--state",
    "states",
    type=STATES,
    multiple=True,
    help="In these states; if not given, in every final one but failed.",
)
@click.option("--task", default="", metavar="NAME", help="Of this task; 'mail.*' for several.")
@click.option("--queue", default="", metavar="NAME", help="Of this queue.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def prune(settings: Settings, /, **wish: Any) -> int:
    """Delete jobs that ended long ago, with their arguments, results and attempts.

    Jobs that others still need stay. The file keeps its size: new jobs use the room again.
    """
    path = find_file(settings)
    with Report(path) as report:
        which = _which(report, wish)
    with closing(Control(path)) as control:
        done = _Done(control.prunable(which), dry_run=wish["dry_run"])
        if not done.dry_run:
            if not is_meant("prune", done.matching, wish["yes"]):
                return INTERRUPTED
            _carry_out(control, which, done)
    _tell(done, wish["as_json"])
    return DONE


def _which(report: Report, wish: dict[str, Any]) -> TooOld:
    states = {state for several in wish["states"] for state in several} or _BY_ITSELF
    if active := sorted(states - FINAL):
        raise UsageError(
            f"{' and '.join(active)} jobs are not over: cancel them, or prune"
            f" {', '.join(sorted(FINAL))} ones"
        )
    moment = now()
    first, last = task_borders(full_name(report, wish["task"]))
    cut = moment - int(wish["older_than"] * MICROSECONDS)
    return TooOld(dict.fromkeys(states, cut), moment, wish["queue"], first, last)


def _carry_out(control: Control, which: TooOld, done: _Done) -> None:
    with _interruptible(done):
        for gone in control.prune(which):
            done.pruned += gone
            show_progress(done.pruned, done.matching)
    done.kept = control.prunable(which)


@contextmanager
def _interruptible(done: _Done) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        note(f"stopped: {jobs_text(done.pruned)} pruned")
        raise


def _tell(done: _Done, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "dry_run": done.dry_run,
                "matching": done.matching,
                "pruned": done.pruned,
                "kept": done.kept,
            }
        )
    elif done.dry_run:
        say(f"would prune {jobs_text(done.matching)}, except those that others need")
    else:
        say(f"pruned {jobs_text(done.pruned)}{_why_kept(done.kept)}")


def _why_kept(kept: int) -> str:
    if not kept:
        return ""
    if kept == 1:
        return "; 1 job stays: others need it, its key holds, or it is the newest job"
    return f"; {jobs_text(kept)} stay: others need them, their key holds, or one is the newest job"
