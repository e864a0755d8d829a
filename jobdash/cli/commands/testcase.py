"""`jobdash testcase`: a pytest file that makes the call of a job."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobdash.cli.command import FileCommand
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, say
from jobdash.cli.reading import find_file
from jobdash.cli.recorded import app_of, load_on
from jobdash.cli.settings import Settings
from jobdash.errors import Refused, UsageError
from jobdash.job import Job, State
from jobdash.render.written_tests import file_name_of
from jobdash.report import Report

if TYPE_CHECKING:
    from jobdash.cli.testcase.file import Record, Written

_TO_OUTPUT = "-"


@click.command("testcase", cls=FileCommand, example="jobdash testcase 12 -o tests/test_order.py")
@click.argument("ref")
@click.option("-o", "--output", metavar="FILE", help="Where to; - is standard output.")
@click.option("--expect-failure", is_flag=True, help="Let it pass as long as the job fails so.")
@click.option("--secrets", is_flag=True, help="Write also what looks secret.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.pass_obj
def testcase(
    settings: Settings,
    ref: str,
    output: str | None,
    expect_failure: bool,
    secrets: bool,
    force: bool,
) -> int:
    """Write a test that makes a job's call again, with its recorded arguments.

    REF is its number (12 or #12), its id, or the beginning of its id. The test calls the task's
    function, no queue. Of a job that failed it fails in the same way until that is put right, or
    with --expect-failure passes until then; of one that succeeded it expects the same result.
    """
    if output == "":
        raise UsageError("write it where? -o takes the name of a file")
    path = find_file(settings)
    with Report(path) as report:
        job = report.job(ref)
        record = _record(app_of(settings, report, job), report, path, job)
    from jobdash.cli.testcase.file import write_test

    written = write_test(record, expect_failure=expect_failure, secrets=secrets)
    _put(written, output or file_name_of(job), force)
    return DONE


def _record(settings: Settings, report: Report, path: Path, job: Job) -> "Record":
    from jobdash.broker.recorded import recorded_task
    from jobdash.cli.testcase.file import Record

    huey = load_on(settings, path)
    try:
        has_result, result = _result(huey, job)
        spawns = any(one.parent == job.seq for one in report.related(job.seq))
        task = recorded_task(huey, job.seq)
        return Record(job, report.attempts(job.seq), task, result, has_result, spawns)
    finally:
        huey.storage.close()


def _result(huey: Any, job: Job) -> tuple[bool, Any]:
    """Return whether it is known what a job has returned, and that."""
    if job.state is not State.SUCCEEDED:
        return False, None
    data = huey.get_raw(job.id, peek=True)
    if isinstance(data, bytes):
        return True, huey.serializer.deserialize(data)
    # Nothing is stored for None.
    return job.result == "null", None


def _put(written: "Written", output: str, force: bool) -> None:
    if output == _TO_OUTPUT:
        click.echo(written.text, nl=False)
    else:
        _write(Path(output), written.text, force)
        say(f"{output}  (run it: pytest {shlex.quote(output)})")
    if written.hidden:
        left = ", ".join(dict.fromkeys(written.hidden))
        note(f"left out, for it looks secret: {left} (--secrets writes it)")


def _write(path: Path, text: str, force: bool) -> None:
    how = os.O_TRUNC if force else os.O_EXCL
    try:
        # What jobs are called with is for their owner.
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(
            f"{path} is there: name another with -o, or replace it with --force"
        ) from None
