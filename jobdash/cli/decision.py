"""One decision about one job or many: which are meant, is it meant, do it, say what came of it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from jobdash.cli.choice import Filter, job_filter
from jobdash.cli.clock import now
from jobdash.cli.consequences import affected_by
from jobdash.cli.failure import DONE, INTERRUPTED, exit_code
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.control import Control, Outcome
from jobdash.errors import UsageError
from jobdash.job import Job, State
from jobdash.operations import Operation
from jobdash.render import call_text, job_json, standing
from jobdash.report import Report

_PAGE = 500
_MOST_LINES = 20
_DEAD = (State.FAILED,)
_FROM_INPUT = ("-",)

# What is done to jobs at a moment.
Step = Callable[[Control, Sequence[int], int], Outcome]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: jobs one by one, or a filter."""

    refs: tuple[str, ...]
    filter: Filter
    dead: bool
    everything: bool
    yes: bool
    as_json: bool

    @property
    def is_filter(self) -> bool:
        """Whether jobs are chosen by what they have in common."""
        return self.dead or self.everything or not self.filter.is_empty

    @property
    def is_about_failures(self) -> bool:
        """Whether what was typed can only mean dead letters, unless it names states."""
        return self.dead or self.filter.is_about_failures


def decide(settings: Settings, operation: Operation, wish: Wish, step: Step | None = None) -> int:
    """Carry out a decision, `step` instead of the plain operation, and return the exit code."""
    _check(operation, wish)
    path = find_file(settings)
    with Report(path) as report:
        seqs = _meant(report, operation, wish)
        if wish.is_filter and not is_meant(operation.name, len(seqs), wish.yes):
            return INTERRUPTED
        outcome = _carry_out(path, operation, seqs, step)
        _tell(report, operation, outcome, wish.as_json)
    return exit_code(outcome.refused[0].error) if outcome.refused else DONE


def _check(operation: Operation, wish: Wish) -> None:
    if wish.refs and wish.is_filter:
        raise UsageError("name jobs, or choose them by options: not both")
    if not wish.refs and not wish.is_filter:
        raise UsageError(
            f"{operation.name} which jobs? Name them (12 or #12), or choose them with --state,"
            " --filter, --task, --text, --error, --group, --queue or --all"
        )
    if wish.dead and wish.filter.names_states:
        raise UsageError("--dead is --state failed: give one of them")


def _meant(report: Report, operation: Operation, wish: Wish) -> list[int]:
    if not wish.is_filter:
        return list(dict.fromkeys(report.job(ref).seq for ref in _refs(wish)))
    states = _DEAD if wish.is_about_failures else tuple(operation.meant)
    typed = wish.filter if wish.filter.names_states else replace(wish.filter, states=(states,))
    return sorted(report.seqs(job_filter(report, typed)))


def _refs(wish: Wish) -> Sequence[str]:
    """Return the jobs as typed, or as another program has written them for `-`."""
    return sys.stdin.read().split() if wish.refs == _FROM_INPUT else wish.refs


def is_meant(operation: str, count: int, yes: bool) -> bool:
    """Ask before many jobs are changed at once. Raises `UsageError` if nobody can be asked."""
    if yes or not count:
        return True
    what = f"{operation} {jobs_text(count)}"
    if not sys.stdin.isatty():
        raise UsageError(f"this would {what}: add --yes, for there is no terminal to ask at")
    return click.confirm(f"{what}?", err=True)


def _carry_out(path: Path, operation: Operation, seqs: Sequence[int], step: Step | None) -> Outcome:
    outcome = Outcome()
    if not seqs:
        return outcome
    control = Control(path)
    act: Step = step or getattr(Control, operation.name)
    # A step of its own is one step: it checks everything before it changes anything.
    page = len(seqs) if step else _PAGE
    try:
        for start in range(0, len(seqs), page):
            outcome += act(control, seqs[start : start + page], now())
            show_progress(min(start + page, len(seqs)), len(seqs))
    except KeyboardInterrupt:
        note(f"stopped: {jobs_text(len(outcome.changed))} {operation.done}")
        raise
    finally:
        control.close()
    return outcome


def show_progress(done: int, total: int) -> None:
    """Tell somebody at a terminal how far many jobs have come."""
    if total > _PAGE and sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,}", nl=done == total, err=True)


def _tell(report: Report, operation: Operation, outcome: Outcome, as_json: bool) -> None:
    if as_json:
        print_json(_document(report, operation, outcome))
    else:
        _print(report, operation, outcome)
    for refusal in outcome.refused:
        note(str(refusal.error))


def _document(report: Report, operation: Operation, outcome: Outcome) -> dict[str, Any]:
    changed = _jobs_of(report, outcome.changed)
    return {
        "changed": [job_json(job) for job in changed],
        "affected": [
            {**job_json(other), "reason": other.reason}
            for other in (affected_by(report, changed) if operation.spreads else ())
        ],
        "created": [job_json(job) for job in _jobs_of(report, outcome.created)],
        "refused": [
            {"seq": refusal.seq, "error": str(refusal.error)} for refusal in outcome.refused
        ],
    }


def _print(report: Report, operation: Operation, outcome: Outcome) -> None:
    if not 0 < len(outcome.changed) <= _MOST_LINES:
        say(f"{operation.done} {jobs_text(len(outcome.changed))}")
    elif outcome.created:
        for job in _jobs_of(report, outcome.created):
            say(f"#{job.seq} replays #{job.replay_of}  {call_text(job)}")
    else:
        for job in _jobs_of(report, outcome.changed):
            say(f"#{job.seq} {_done(operation, job)}  {call_text(job)}")
            for other in affected_by(report, [job]) if operation.spreads else ():
                say(f"  #{other.seq} {other.state}: {standing(other, now())}  {call_text(other)}")


def _done(operation: Operation, job: Job) -> str:
    is_asked = operation.name == "cancel" and job.state is State.RUNNING
    if is_asked:
        return "asked to stop"
    return operation.done if operation.done == job.state else f"{operation.done}, now {job.state}"


def _jobs_of(report: Report, seqs: Sequence[int]) -> list[Job]:
    found = (report.job_by_seq(seq) for seq in seqs)
    return [job for job in found if job is not None]


def jobs_text(count: int) -> str:
    """Return `1 job`, `1,204 jobs`."""
    return "1 job" if count == 1 else f"{count:,} jobs"
