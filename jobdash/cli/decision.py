"""One decision about one job or many: which are meant, is it meant, do it, say what came of it."""

import sys
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from jobdash.cli.choice import job_filter
from jobdash.cli.clock import now
from jobdash.cli.consequences import affected_by
from jobdash.cli.failure import DONE, INTERRUPTED, exit_code
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.control import Control, Outcome
from jobdash.errors import UsageError
from jobdash.job import Job, State
from jobdash.render import call_text, job_json, standing
from jobdash.report import JobFilter, Report

_PAGE = 500
_MOST_LINES = 20

Step = Callable[[Sequence[int], int], Outcome]


@dataclass(frozen=True, slots=True)
class Decision:
    """An operation of `Control`, its past participle, and the states that `--all` means.

    `spreads` is whether other jobs than those named may have changed with them.
    """

    name: str
    done: str
    states: Set[State]
    spreads: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: jobs one by one, or a filter."""

    refs: tuple[str, ...]
    states: tuple[tuple[State, ...], ...]
    task: str
    text: str
    queue: str
    everything: bool
    yes: bool
    as_json: bool

    @property
    def is_filter(self) -> bool:
        """Whether jobs are chosen by what they have in common."""
        return any((self.states, self.task, self.text, self.queue, self.everything))


def decide(settings: Settings, decision: Decision, wish: Wish) -> int:
    """Carry out a decision and return the exit code."""
    _check(decision, wish)
    path = find_file(settings)
    with Report(path) as report:
        seqs = _meant(report, decision, wish)
        if wish.is_filter and not is_meant(decision.name, len(seqs), wish.yes):
            return INTERRUPTED
        outcome = _carry_out(path, decision, seqs)
        _tell(report, decision, outcome, wish.as_json)
    return exit_code(outcome.refused[0].error) if outcome.refused else DONE


def _check(decision: Decision, wish: Wish) -> None:
    if wish.refs and wish.is_filter:
        raise UsageError("name jobs, or choose them by options: not both")
    if not wish.refs and not wish.is_filter:
        raise UsageError(
            f"{decision.name} which jobs? Name them (12 or #12), or choose them with --state,"
            " --task, --text, --queue or --all"
        )


def _meant(report: Report, decision: Decision, wish: Wish) -> list[int]:
    if wish.refs:
        return list(dict.fromkeys(report.job(ref).seq for ref in wish.refs))
    states = wish.states or (tuple(decision.states),)
    wanted = job_filter(report, states, wish.task, wish.text, wish.queue)
    return sorted(_all_seqs(report, wanted))


def _all_seqs(report: Report, wanted: JobFilter) -> Iterator[int]:
    page = report.jobs(wanted, _PAGE)
    while page:
        yield from (job.seq for job in page)
        page = report.older(wanted, page[-1].seq, _PAGE)


def is_meant(operation: str, count: int, yes: bool) -> bool:
    """Ask before many jobs are changed at once. Raises `UsageError` if nobody can be asked."""
    if yes or not count:
        return True
    what = f"{operation} {jobs_text(count)}"
    if not sys.stdin.isatty():
        raise UsageError(f"this would {what}: add --yes, for there is no terminal to ask at")
    return click.confirm(f"{what}?", err=True)


def _carry_out(path: Path, decision: Decision, seqs: Sequence[int]) -> Outcome:
    if not seqs:
        return Outcome()
    control = Control(path)
    step: Step = getattr(control, decision.name)
    outcome = Outcome()
    try:
        for start in range(0, len(seqs), _PAGE):
            outcome = _joined(outcome, step(seqs[start : start + _PAGE], now()))
            show_progress(min(start + _PAGE, len(seqs)), len(seqs))
    except KeyboardInterrupt:
        note(f"stopped: {jobs_text(len(outcome.changed))} {decision.done}")
        raise
    finally:
        control.close()
    return outcome


def _joined(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(
        one.changed + other.changed, one.created + other.created, one.refused + other.refused
    )


def show_progress(done: int, total: int) -> None:
    """Tell somebody at a terminal how far many jobs have come."""
    if total > _PAGE and sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,}", nl=done == total, err=True)


def _tell(report: Report, decision: Decision, outcome: Outcome, as_json: bool) -> None:
    if as_json:
        print_json(_document(report, decision, outcome))
    else:
        _print(report, decision, outcome)
    for refusal in outcome.refused:
        note(str(refusal.error))


def _document(report: Report, decision: Decision, outcome: Outcome) -> dict[str, Any]:
    changed = _jobs_of(report, outcome.changed)
    return {
        "changed": [job_json(job) for job in changed],
        "affected": [
            {**job_json(other), "reason": other.reason}
            for other in (affected_by(report, changed) if decision.spreads else ())
        ],
        "created": [job_json(job) for job in _jobs_of(report, outcome.created)],
        "refused": [
            {"seq": refusal.seq, "error": str(refusal.error)} for refusal in outcome.refused
        ],
    }


def _print(report: Report, decision: Decision, outcome: Outcome) -> None:
    if not 0 < len(outcome.changed) <= _MOST_LINES:
        say(f"{decision.done} {jobs_text(len(outcome.changed))}")
    elif outcome.created:
        for job in _jobs_of(report, outcome.created):
            say(f"#{job.seq} replays #{job.replay_of}  {call_text(job)}")
    else:
        for job in _jobs_of(report, outcome.changed):
            say(f"#{job.seq} {_done(decision, job)}  {call_text(job)}")
            for other in affected_by(report, [job]) if decision.spreads else ():
                say(f"  #{other.seq} {other.state}: {standing(other, now())}  {call_text(other)}")


def _done(decision: Decision, job: Job) -> str:
    is_asked = decision.name == "cancel" and job.state is State.RUNNING
    return "asked to stop" if is_asked else f"{decision.done}, now {job.state}"


def _jobs_of(report: Report, seqs: Sequence[int]) -> list[Job]:
    found = (report.job_by_seq(seq) for seq in seqs)
    return [job for job in found if job is not None]


def jobs_text(count: int) -> str:
    """Return `1 job`, `1,204 jobs`."""
    return "1 job" if count == 1 else f"{count:,} jobs"
