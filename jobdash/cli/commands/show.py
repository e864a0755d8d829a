"""`jobdash show`: everything about one job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import STATE_COLOURS, print_facts, print_table
from jobdash.job import MICROSECONDS, Attempt, Job, JobEvent, State
from jobdash.render import (
    attempt_duration,
    attempt_json,
    call_text,
    describe_when,
    duration,
    error_text,
    job_json,
    key_text,
    next_tries_json,
    progress_text,
    standing,
    tries_text,
)
from jobdash.report import Report
from jobdash.text import clock, format_duration, iso


@dataclass(frozen=True, slots=True)
class _Story:
    """A job and all that belongs to it."""

    job: Job
    attempts: Sequence[Attempt]
    history: Sequence[JobEvent]
    related: Sequence[Job]


@click.command("show", cls=FileCommand, example="jobdash show 12")
@click.argument("ref")
@json_option
@click.pass_obj
def show(settings: Settings, ref: str, as_json: bool) -> int:
    """Show a job with all that happened to it.

    REF is its number (12 or #12), its id, or the beginning of its id.
    """
    with open_report(settings) as report:
        story = _read(report, ref)
    if as_json:
        print_json(_document(story))
    else:
        _print(story)
    return DONE


def _read(report: Report, ref: str) -> _Story:
    job = report.job(ref)
    seq = job.seq
    return _Story(job, report.attempts(seq), report.history(seq), report.related(seq))


def _document(story: _Story) -> dict[str, Any]:
    return {
        **job_json(story.job, story.attempts),
        "reason": story.job.reason,
        "next_tries": next_tries_json(story.job),
        "dedupe_seconds": _seconds(story.job.key_window),
        "repeats": story.job.repeats,
        "where": story.job.error_where,
        "group": _group(story.job),
        "attempts": [attempt_json(attempt) for attempt in story.attempts],
        "timeline": [
            {"at": iso(line.at), "event": line.kind, "detail": line.detail}
            for line in story.history
        ],
        "related": [job_json(job) for job in story.related],
    }


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / MICROSECONDS


def _print(story: _Story) -> None:
    job = story.job
    say(f"#{job.seq}  {job.state}  {call_text(job)}", style=STATE_COLOURS.get(job.state))
    print_facts(_facts(story))
    _section("attempts", story.attempts, _print_attempts)
    _section("traceback", _traceback(story.attempts), say)
    _section("timeline", story.history, _print_timeline)
    _section("related", story.related, _print_related)


def _facts(story: _Story) -> list[tuple[str, str]]:
    job = story.job
    seconds = duration(job, story.attempts)
    return [
        ("id", job.id),
        ("queue", job.queue),
        ("when", describe_when(job, now())),
        ("took", "" if seconds is None else format_duration(seconds)),
        ("result", job.result or ""),
        ("error", error_text(job)),
        ("where", job.error_where or ""),
        ("group", _group(job) or ""),
        ("reason", job.reason or ""),
        ("progress", progress_text(job)),
        ("priority", f"{job.priority:g}" if job.priority else ""),
        ("tries", tries_text(job, now()) if job.retries else ""),
        ("eta", iso(job.eta) or ""),
        ("key", key_text(job)),
        ("batch", job.batch or ""),
    ]


def _group(job: Job) -> str | None:
    return job.signature if job.state is State.FAILED else None


def _section(title: str, content: Any, show_content: Callable[[Any], None]) -> None:
    if content:
        say()
        say(title, style={"bold": True})
        show_content(content)


def _print_attempts(attempts: Sequence[Attempt]) -> None:
    head = ("NO", "WORKER", "STARTED", "TOOK", "OUTCOME", "ERROR")
    print_table(head, [_attempt_row(attempt) for attempt in attempts], right=frozenset({0, 1}))


def _attempt_row(attempt: Attempt) -> tuple[str, ...]:
    seconds = attempt_duration(attempt)
    return (
        str(attempt.number),
        "" if attempt.worker is None else str(attempt.worker),
        clock(attempt.started_at),
        "" if seconds is None else format_duration(seconds),
        attempt.outcome or "running",
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
