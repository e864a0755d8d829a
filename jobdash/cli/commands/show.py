"""`jobdash show`: everything about one job."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.prospect import Prospect, prospect
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import STATE_COLOURS, print_facts, print_table
from jobdash.commit import commit_of
from jobdash.errors import NotFound, UsageError
from jobdash.job import MICROSECONDS, Attempt, Job, JobEvent, State
from jobdash.postmortem import PostMortem
from jobdash.render import (
    attempt_duration,
    attempt_json,
    bar_text,
    call_text,
    describe_when,
    duration,
    error_text,
    job_json,
    key_text,
    next_tries_json,
    pace_text,
    progress_text,
    standing,
    tries_text,
)
from jobdash.render.calls import left_out
from jobdash.render.failures import code_text, failure_json, failure_lines
from jobdash.render.spent import cpu_text, memory_text, spent_text
from jobdash.report import Report
from jobdash.report.chaos import Delivery
from jobdash.text import clean, clock, format_duration, iso


@dataclass(frozen=True, slots=True)
class _Story:
    """A job and all that belongs to it."""

    job: Job
    attempts: Sequence[Attempt]
    history: Sequence[JobEvent]
    related: Sequence[Job]
    prospect: Prospect
    twice: Sequence[Delivery]
    failed_attempt: int
    failure: PostMortem | None


@click.command("show", cls=FileCommand, example="jobdash show 12")
@click.argument("ref")
@click.option("--full", is_flag=True, help="With the last failure's source lines and variables.")
@click.option("--attempt", type=click.IntRange(1), help="With --full: of this attempt instead.")
@json_option
@click.pass_obj
def show(settings: Settings, ref: str, full: bool, attempt: int | None, as_json: bool) -> int:
    """Show a job with all that happened to it.

    REF is its number (12 or #12), its id, or the beginning of its id.
    """
    if attempt is not None and not full:
        raise UsageError("--attempt goes with --full")
    with open_report(settings) as report:
        story = _read(report, ref, attempt)
    if as_json:
        failure = {"failure": failure_json(story.failed_attempt, story.failure)} if full else {}
        print_json(_document(story) | failure)
    else:
        _print(story, full)
    return DONE


def _read(report: Report, ref: str, attempt: int | None) -> _Story:
    job = report.job(ref)
    seq = job.seq
    attempts, expected = report.attempts(seq), prospect(report, job, now())
    twice = report.deliveries(seq)
    history, related = report.history(seq), report.related(seq)
    number, failure = report.failure(seq, attempt)
    if attempt is not None and failure is None:
        raise NotFound(f"no failure of attempt {attempt} of job #{seq} is recorded in full")
    return _Story(job, attempts, history, related, expected, twice, number, failure)


def _document(story: _Story) -> dict[str, Any]:
    return {
        **job_json(story.job, story.attempts),
        "reason": story.job.reason,
        "next_tries": next_tries_json(story.job),
        "dedupe_seconds": _seconds(story.job.key_window),
        "repeats": story.job.repeats,
        "where": story.job.error_where,
        "group": _group(story.job),
        **story.prospect.document(),
        "attempts": [attempt_json(attempt) for attempt in story.attempts],
        "timeline": [
            {"at": iso(line.at), "event": line.kind, "detail": line.detail}
            for line in story.history
        ],
        "deliveries": [
            {"first": one.first, "second": one.second, "outcome": one.outcome}
            for one in story.twice
        ],
        "related": [job_json(job) for job in story.related],
    }


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / MICROSECONDS


def _print(story: _Story, full: bool) -> None:
    job = story.job
    say(f"#{job.seq}  {job.state}  {call_text(job)}", style=STATE_COLOURS.get(job.state))
    print_facts(_facts(story))
    _section("attempts", story.attempts, _print_attempts)
    _section("delivered twice on purpose", story.twice, _print_deliveries)
    if full and story.failure is not None:
        title = f"failure of attempt {story.failed_attempt}"
        _section(title, "\n".join(failure_lines(story.failure)), say)
    else:
        _section("traceback", _traceback(story.attempts), say)
    _section("timeline", story.history, _print_timeline)
    _section("related", story.related, _print_related)


def _facts(story: _Story) -> list[tuple[str, str]]:
    job = story.job
    seconds = duration(job, story.attempts)
    return [
        ("id", job.id),
        ("queue", job.queue),
        ("with", clean(left_out(job.kwargs))),
        ("when", describe_when(job, now())),
        ("took", _told("" if seconds is None else format_duration(seconds), spent_text(job))),
        ("result", job.result or ""),
        ("error", error_text(job)),
        ("where", job.error_where or ""),
        ("code", _code(story)),
        ("group", _group(job) or ""),
        ("reason", job.reason or ""),
        ("progress", _progress(job)),
        ("expected", story.prospect.text()),
        ("priority", f"{job.priority:g}" if job.priority else ""),
        ("tries", tries_text(job, now()) if job.retries else ""),
        ("eta", iso(job.eta) or ""),
        ("key", key_text(job)),
        ("batch", job.batch or ""),
    ]


def _code(story: _Story) -> str:
    failure = story.failure
    if failure is None:
        return ""
    frame = failure.first_frame
    return code_text(failure, commit_of(os.path.dirname(frame.file)) if frame else None)


def _progress(job: Job) -> str:
    pace = pace_text(job, now()) if job.state is State.RUNNING else ""
    return "  ".join(filter(None, (bar_text(job), progress_text(job), pace)))


def _told(*words: str) -> str:
    return ", ".join(filter(None, words))


def _group(job: Job) -> str | None:
    return job.signature if job.state is State.FAILED else None


def _section(title: str, content: Any, show_content: Callable[[Any], None]) -> None:
    if content:
        say()
        say(title, style={"bold": True})
        show_content(content)


def _print_deliveries(deliveries: Sequence[Delivery]) -> None:
    for delivery in deliveries:
        say(delivery.verdict)


def _print_attempts(attempts: Sequence[Attempt]) -> None:
    head = ("NO", "WORKER", "STARTED", "TOOK", "CPU", "MEMORY", "OUTCOME", "CAME TO", "ERROR")
    rows = [_attempt_row(attempt) for attempt in attempts]
    print_table(head, rows, right=frozenset({0, 1, 3, 4, 5}))


def _attempt_row(attempt: Attempt) -> tuple[str, ...]:
    seconds = attempt_duration(attempt)
    return (
        str(attempt.number),
        "" if attempt.worker is None else str(attempt.worker),
        clock(attempt.started_at),
        "" if seconds is None else format_duration(seconds),
        cpu_text(attempt),
        memory_text(attempt),
        attempt.outcome or "running",
        progress_text(attempt) or "-",
        ": ".join(filter(None, (attempt.error_type, attempt.error_message))),
    )


def _traceback(attempts: Sequence[Attempt]) -> str:
    found = (attempt.traceback for attempt in reversed(attempts) if attempt.traceback)
    return next(found, "").rstrip()


def _print_timeline(history: Sequence[JobEvent]) -> None:
    print_table(
        ("AT", "EVENT", ""), [(iso(line.at) or "", line.kind, line.detail) for line in history]
    )


def _print_related(related: Sequence[Job]) -> None:
    moment = now()
    rows = [(f"#{job.seq}", job.state, call_text(job), standing(job, moment)) for job in related]
    print_table(("JOB", "STATE", "CALL", "WHY"), rows, right=frozenset({0}))
