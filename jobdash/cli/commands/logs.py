"""`jobdash logs`: what a job has printed and logged."""

import json
import time
from collections.abc import Iterator
from typing import Any

import click

from jobdash.cli.chosen_lines import Choice, ChosenLines, LogLine
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE, NOT_FOUND
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import NOBODY_WORKS, open_report
from jobdash.cli.settings import Settings
from jobdash.errors import UsageError
from jobdash.job import Job
from jobdash.render.log_lines import LEVELS, PRINTED, Gap, cut_words, readable
from jobdash.render.log_search import LogSearch
from jobdash.report import JobLog, Report
from jobdash.streams import STREAMS, is_marked
from jobdash.text import format_count, format_size

POLL_SECONDS = 0.1
_NAMES = {level: name for name, level in LEVELS.items()}
_COLOURS: dict[int, dict[str, Any]] = {
    10: {"dim": True},
    30: {"fg": "yellow"},
    40: {"fg": "red"},
    50: {"fg": "red", "bold": True},
}

Line = LogLine | Gap


@click.command("logs", cls=FileCommand, example="jobdash logs 12 -f")
@click.argument("ref")
@click.option("-f", "--follow", is_flag=True, help="Go on until the job has ended.")
@click.option("--attempt", type=click.IntRange(min=1), help="Not the newest attempt but this one.")
@click.option(
    "--level",
    type=click.Choice([*LEVELS], case_sensitive=False),
    help="Only log records of this level and above.",
)
@click.option("--stream", type=click.Choice(STREAMS), help="Only this stream of a command.")
@click.option(
    "--search",
    metavar="TEXT",
    help="Only lines with this text, with their numbers; capitals matter if there are any in it.",
)
@click.option("--raw", is_flag=True, help="Show colours and other control characters as text.")
@json_option
@click.pass_obj
def logs(
    settings: Settings,
    /,
    ref: str,
    follow: bool,
    level: str | None,
    stream: str | None,
    search: str | None,
    **shown: Any,
) -> int:
    """Show what a job has printed and logged, in order.

    REF is its number (12 or #12), its id, or the beginning of its id. With --follow and --json
    each line is a document of its own.
    """
    if search == "":
        raise UsageError("search for what? --search takes a text")
    sought = LogSearch(search, shown["raw"]) if search else None
    choice = Choice(LEVELS[level] if level else PRINTED, stream, sought)
    with open_report(settings) as report:
        job = report.job(ref)
        is_live = follow and report.snapshot() is None
        (_follow if is_live else _show)(report, job, choice, **shown)
    return DONE if sought is None else _tell_found(choice, sought)


def _show(
    report: Report, job: Job, choice: Choice, attempt: int | None, raw: bool, as_json: bool
) -> None:
    log = report.log(job.seq, attempt)
    lines = [*ChosenLines(choice).of(log, is_last=True)] if log else []
    if as_json:
        print_json(_document(job, log, [_line_json(line, raw) for line in lines]))
        return
    for line in lines:
        _print_line(line, choice, raw)
    if log is None:
        note(_why_nothing(job))
    elif log.is_empty:
        so_far = " so far" if log.is_open else ""
        note(f"attempt {log.attempt} of #{job.seq} has printed nothing{so_far}")


def _tell_found(choice: Choice, sought: LogSearch) -> int:
    """Say how many lines a search has found, of how many; return what a script wants to know."""
    lines = "line" if choice.seen == 1 else "lines"
    found = f"{format_count(choice.found)} of {format_count(choice.seen)} {lines}"
    cut = f"; {format_size(choice.cut)} that are cut could not be searched" if choice.cut else ""
    note(f"'{sought.text}' is in {found}{cut}")
    return DONE if choice.found else NOT_FOUND


def _why_nothing(job: Job) -> str:
    has_ended = "ended as" if job.is_final else "is"
    return f"#{job.seq} {has_ended} {job.state} and has not run"


def _follow(
    report: Report, job: Job, choice: Choice, attempt: int | None, raw: bool, as_json: bool
) -> None:
    if not job.is_final and not report.workers():
        note(NOBODY_WORKS)
    for number in _attempts_to_come(report, job.seq, attempt):
        if number > 1 and attempt is None:
            note(f"attempt {number}")
        lines = ChosenLines(choice)
        for log in _pieces(report, job.seq, number):
            for line in lines.of(log, is_last=not log.is_open):
                if as_json:
                    click.echo(json.dumps(_line_json(line, raw)))
                else:
                    _print_line(line, choice, raw)


def _attempts_to_come(report: Report, seq: int, only: int | None) -> Iterator[int]:
    """Yield the newest attempt, and each one after it when it has begun, until the job ends."""
    if only is not None:
        yield only
        return
    done = 0
    while True:
        job, attempts = report.job_by_seq(seq), report.attempts(seq)
        newest = attempts[-1].number if attempts else 0
        if newest > done:
            done = newest if not done else done + 1
            yield done
        elif job is None or job.is_final:
            if not done and job is not None:
                note(_why_nothing(job))
            return
        else:
            time.sleep(POLL_SECONDS)


def _pieces(report: Report, seq: int, attempt: int) -> Iterator[JobLog]:
    since = 0
    while log := report.log(seq, attempt, since):
        if log.end > since or not log.is_open:
            yield log
        if not log.is_open:
            return
        since = log.end
        time.sleep(POLL_SECONDS)


def _print_line(line: Line, choice: Choice, raw: bool) -> None:
    if isinstance(line, Gap):
        # What a search has found says so at its end.
        if choice.search is None:
            say(f"… {cut_words(line.size)}", style={"dim": True})
    else:
        number = f"{line.number}: " if choice.search else ""
        say(number + readable(line.text, raw=raw), style=_COLOURS.get(line.level))


def _line_json(line: Line, raw: bool) -> dict[str, Any]:
    if isinstance(line, Gap):
        return {"cut": line.size}
    return {
        "number": line.number,
        "level": _NAMES.get(line.level),
        "text": readable(line.text, raw=raw),
        "stream": "stderr" if is_marked(line.text) else None,
    }


def _document(job: Job, log: JobLog | None, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "seq": job.seq,
        "attempt": log and log.attempt,
        "size": log.end if log else 0,
        "is_open": bool(log and log.is_open),
        "lines": lines,
    }
