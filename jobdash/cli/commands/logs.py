"""`jobdash logs`: what a job has printed and logged."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import NOBODY_WORKS, open_report
from jobdash.cli.settings import Settings
from jobdash.job import Job
from jobdash.render.log_lines import LEVELS, Gap, Splitter, cut_words, level_of, readable
from jobdash.report import JobLog, Report
from jobdash.streams import STREAMS, is_marked, part_of

POLL_SECONDS = 0.1
_NAMES = {level: name for name, level in LEVELS.items()}
_COLOURS: dict[int, dict[str, Any]] = {
    10: {"dim": True},
    30: {"fg": "yellow"},
    40: {"fg": "red"},
    50: {"fg": "red", "bold": True},
}

Line = tuple[int, bytes] | Gap


@dataclass(slots=True)
class _Lines:
    """Makes lines of what has come, and leaves out those below a level or of another stream."""

    least: int
    stream: str | None = None
    _splitter: Splitter = field(default_factory=Splitter)
    _level: int = 0

    def of(self, log: JobLog, *, is_last: bool) -> Iterator[Line]:
        """Yield what there is to show of the next piece."""
        for line in self._whole(log, is_last):
            if isinstance(line, Gap):
                yield line
                continue
            self._level = level_of(line, self._level)
            wanted = part_of(line, self.stream)
            if self._level >= self.least and wanted is not None:
                yield self._level, wanted

    def _whole(self, log: JobLog, is_last: bool) -> Iterator[bytes | Gap]:
        yield from self._splitter.split(log.head, log.cut, log.tail)
        if is_last:
            yield from self._splitter.finish()


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
@click.option("--raw", is_flag=True, help="Show colours and other control characters as text.")
@json_option
@click.pass_obj
def logs(settings: Settings, /, ref: str, **chosen: Any) -> int:
    """Show what a job has printed and logged, in order.

    REF is its number (12 or #12), its id, or the beginning of its id. With --follow and --json
    each line is a document of its own.
    """
    with open_report(settings) as report:
        job = report.job(ref)
        least = LEVELS.get(chosen.pop("level") or "", 0)
        chosen["wanted"] = _Lines(least, chosen.pop("stream"))
        if chosen.pop("follow") and report.snapshot() is None:
            _follow(report, job, **chosen)
        else:
            _show(report, job, **chosen)
    return DONE


def _show(
    report: Report, job: Job, attempt: int | None, wanted: _Lines, raw: bool, as_json: bool
) -> None:
    log = report.log(job.seq, attempt)
    lines = [*wanted.of(log, is_last=True)] if log else []
    if as_json:
        print_json(_document(job, log, [_line_json(line, raw) for line in lines]))
        return
    for line in lines:
        _print_line(line, raw)
    if log is None:
        note(_why_nothing(job))
    elif log.is_empty:
        note(f"attempt {log.attempt} of #{job.seq} has printed nothing")


def _why_nothing(job: Job) -> str:
    has_ended = "ended as" if job.is_final else "is"
    return f"#{job.seq} {has_ended} {job.state} and has not run"


def _follow(
    report: Report, job: Job, attempt: int | None, wanted: _Lines, raw: bool, as_json: bool
) -> None:
    if not job.is_final and not report.workers():
        note(NOBODY_WORKS)
    tell = _print_document if as_json else _print_line
    for number in _attempts_to_come(report, job.seq, attempt):
        if number > 1 and attempt is None:
            note(f"attempt {number}")
        lines = _Lines(wanted.least, wanted.stream)
        for log in _pieces(report, job.seq, number):
            for line in lines.of(log, is_last=not log.is_open):
                tell(line, raw)


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


def _print_line(line: Line, raw: bool) -> None:
    if isinstance(line, Gap):
        say(f"… {cut_words(line.size)}", style={"dim": True})
    else:
        say(readable(line[1], raw=raw), style=_COLOURS.get(line[0]))


def _print_document(line: Line, raw: bool) -> None:
    click.echo(json.dumps(_line_json(line, raw)))


def _line_json(line: Line, raw: bool) -> dict[str, Any]:
    if isinstance(line, Gap):
        return {"cut": line.size}
    level, text = line
    stream = "stderr" if is_marked(text) else None
    return {"level": _NAMES.get(level), "text": readable(text, raw=raw), "stream": stream}


def _document(job: Job, log: JobLog | None, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "seq": job.seq,
        "attempt": log and log.attempt,
        "size": log.end if log else 0,
        "is_open": bool(log and log.is_open),
        "lines": lines,
    }
