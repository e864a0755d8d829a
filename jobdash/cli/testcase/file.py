"""The whole file: what is recorded in words, the imports, the test."""

import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobdash.cli.testcase.call import Call, CallWriter
from jobdash.cli.testcase.names import Names, Unwritable
from jobdash.errors import Refused
from jobdash.job import Attempt, Job, State
from jobdash.redact import REDACTED
from jobdash.render import error_text
from jobdash.render.written_tests import identifier_of
from jobdash.text import clean, clean_lines, iso, shorten

_LONGEST_MESSAGE = 300
_WIDTH = 92


@dataclass(frozen=True, slots=True)
class Record:
    """What is recorded of the job. `result` is what it returned; `spawns`: it enqueues others."""

    job: Job
    attempts: Sequence[Attempt]
    task: Any
    result: Any
    has_result: bool
    spawns: bool


@dataclass(frozen=True, slots=True)
class Written:
    """The file's text, and the names of what was left out of it as a secret."""

    text: str
    hidden: list[str]


def write_test(record: Record, *, expect_failure: bool, secrets: bool) -> Written:
    """Write a test that makes the call, and expects the recorded result or that nothing is raised.

    With `expect_failure` it expects the recorded error. Raises `Refused` if that cannot be.
    """
    names = Names()
    writer = CallWriter(record.task, names, secrets=secrets)
    call = writer.write(record.job)
    body = _raising(record, call, names) if expect_failure else _returning(record, call, writer)
    parts = [_head(record, expect_failure=expect_failure, hidden=writer.hidden)]
    parts += ["\n".join(names.lines())]
    test = [f"def test_{identifier_of(record.job)}() -> None:"]
    lines = "\n".join([*call.before, *body])
    return Written(
        "\n".join([*parts, "", "", *test, textwrap.indent(lines, "    "), ""]), writer.hidden
    )


def _head(record: Record, *, expect_failure: bool, hidden: list[str]) -> str:
    job = record.job
    words = [f"Job #{job.seq}, {clean(job.task)}, {_ending(job)}"]
    if job.error_type:
        words += ["", textwrap.indent(_error(job), "    "), ""]
        words += [
            "The test passes as long as it fails so."
            if expect_failure
            else "The test fails with this error until that is put right."
        ]
    words += [f"Written by `jobdash testcase {job.seq}`."]
    if hidden:
        told = ", ".join(dict.fromkeys(map(clean, hidden)))
        words += ["", f"Left out, for it looks secret: {told}. Put something in its place, or"]
        words += ["write the file again with --secrets."]
    if record.spawns:
        words += ["", "It enqueues other jobs, here too: `immediate` of its huey would run them."]
    text = "\n".join(words)
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines()) + "\n"


def _ending(job: Job) -> str:
    when = f" at {iso(job.finished_at)}" if job.finished_at else ""
    return f"{job.state}{when}" + (" with" if job.error_type else ".")


def _error(job: Job) -> str:
    where = f"\nin {clean(job.error_where)}" if job.error_where else ""
    return shorten(clean_lines(error_text(job)), 2_000) + where


def _returning(record: Record, call: Call, writer: CallWriter) -> list[str]:
    if record.job.state is not State.SUCCEEDED or not record.has_result:
        return _kept([call.source], call.keeper)
    try:
        expected = writer.result(record.result)
    except Unwritable:
        return _kept([call.source], call.keeper)
    if record.result is None or isinstance(record.result, bool):
        return [*_kept([f"result = {call.source}"], call.keeper), f"assert result is {expected}"]
    return [*_kept([f"result = {call.source}"], call.keeper), f"assert result == {expected}"]


def _raising(record: Record, call: Call, names: Names) -> list[str]:
    job = record.job
    if not job.error_type:
        raise Refused(f"job #{job.seq} has not failed: leave out --expect-failure")
    names.use_module("pytest")
    kind = _error_class(record, names)
    if kind is None:
        lines = ["with pytest.raises(BaseException) as raised:"]
        check = [f"assert type(raised.value).__qualname__ == {job.error_type!r}"]
        return [*lines, *_indented(_kept([call.source], call.keeper)), *check]
    match = _match(job, names)
    head = f"with pytest.raises({kind}{match}):"
    return [head, *_indented(_kept([call.source], call.keeper))]


def _match(job: Job, names: Names) -> str:
    message = (job.error_message or "").partition("\n")[0]
    if not message or REDACTED in message or len(message) > _LONGEST_MESSAGE:
        return ""
    names.use_module("re")
    return f", match=re.escape({message!r})"


def _error_class(record: Record, names: Names) -> str | None:
    """Return the name of the recorded error's class, None if no test could import it."""
    name = record.job.error_type or ""
    module = _module_of_error(name, record.attempts)
    try:
        kind = getattr(sys.modules.get(module), name, None)
        return names.use(kind) if isinstance(kind, type) else None
    except Unwritable:
        return None


def _module_of_error(name: str, attempts: Sequence[Attempt]) -> str:
    """Return where a traceback says that its error's class is: only it tells."""
    last = next((one.traceback for one in reversed(attempts) if one.traceback), "") or ""
    line = re.compile(rf"(?:([\w.]+)\.)?{re.escape(name)}(?::|$)")
    found = [match for text in last.splitlines() if (match := line.match(text))]
    return (found[-1][1] or "builtins") if found else "builtins"


def _kept(lines: list[str], keeper: str) -> list[str]:
    if not keeper:
        return lines
    return [f"with {keeper}:  # which current_job() is then", *_indented(lines)]


def _indented(lines: list[str]) -> list[str]:
    return [textwrap.indent(line, "    ") for line in lines]
