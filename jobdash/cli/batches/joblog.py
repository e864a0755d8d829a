"""A batch as the job log of GNU parallel has it: a line of tabs for each job that has ended."""

import json
import re
import shlex
import signal
from collections.abc import Iterable

from jobdash.cli.batches.results import Sink
from jobdash.job import MICROSECONDS, Job, State
from jobdash.render import call_text
from jobdash.report import Answered
from jobdash.text import clean

HEAD = ("Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command")
_HERE = ":"
_EXIT = re.compile(r"exit (\d+)\b")
_KILLED = re.compile(r"killed by (SIG\w+|signal (\d+))")
# What a shell command has as its task.
_COMMAND = "jobdash.run"


def write_joblog(found: Iterable[Answered], sink: Sink) -> None:
    """Write a line for each input whose job has run and ended, in the order of the inputs."""
    sink.write(head_line())
    for one in found:
        if one.job is not None and one.job.is_final and one.job.started_at is not None:
            sink.write(job_line(one.number, one.job))


def head_line() -> str:
    """Return the first line: the names of the columns."""
    return "\t".join(HEAD) + "\n"


def job_line(number: int, job: Job) -> str:
    """Return the line of a job that has ended, of the input with this number."""
    return "\t".join(_cells(number, job)) + "\n"


def _cells(number: int, job: Job) -> tuple[str, ...]:
    started, ended = job.started_at or 0, job.finished_at or 0
    code, killed_by = _end(job)
    return (
        str(number),
        _HERE,
        f"{started / MICROSECONDS:.3f}",
        f"{max(0, ended - started) / MICROSECONDS:10.3f}",
        "0",
        "0",
        str(code),
        str(killed_by),
        clean(command_text(job)),
    )


def command_text(job: Job) -> str:
    """Return a job's command as one types it, or its call."""
    if job.task != _COMMAND:
        return call_text(job)
    try:
        words = json.loads(job.args)
    except ValueError:
        return call_text(job)
    return shlex.join(map(str, words)) if isinstance(words, list) else call_text(job)


def _end(job: Job) -> tuple[int, int]:
    """Return exit code and signal; a failure that has neither is 1."""
    if job.state is State.SUCCEEDED:
        return 0, 0
    told = job.error_message or ""
    if found := _EXIT.match(told):
        return int(found[1]), 0
    if found := _KILLED.match(told):
        return 0, int(found[2]) if found[2] else _number(found[1])
    return 1, 0


def _number(name: str) -> int:
    return int(getattr(signal, name, 0))
