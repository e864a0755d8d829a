"""`jobdash debug`: one job again, in front of you, with the debugger where it fails."""

import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from jobdash.cli.command import FileCommand
from jobdash.cli.ends import ends_that_unwind
from jobdash.cli.failure import DONE, JOB_FAILED
from jobdash.cli.output import note, say
from jobdash.cli.reading import find_file
from jobdash.cli.recorded import app_of, load_on
from jobdash.cli.settings import Settings
from jobdash.cli.table import STATE_COLOURS
from jobdash.errors import UsageError
from jobdash.job import Job
from jobdash.preview import preview
from jobdash.render import call_text, error_text
from jobdash.report import Report
from jobdash.text import clean_lines

if TYPE_CHECKING:
    from jobdash.broker.foreground import Run
    from jobdash.cli.debugger import PostMortem

_LARGE = 100_000_000


@click.command("debug", cls=FileCommand, example="jobdash debug 12")
@click.argument("ref")
@click.option("--record", is_flag=True, help="Keep the run as a replay of the job.")
@click.option("--pdbcls", metavar="MODULE:CLASS", help="This debugger, named as for pytest.")
@click.pass_obj
def debug(settings: Settings, ref: str, record: bool, pdbcls: str | None) -> int:
    """Run a job once more here, with its recorded arguments, and debug it where it fails.

    REF is its number (12 or #12), its id, or the beginning of its id. `breakpoint()` works, Ctrl-C
    looks where it is, PYTHONBREAKPOINT is heard (0: no debugger). There are no time limits and no
    retries. What it does to the world it does; what it enqueues, locks or marks as done goes into a
    copy of the database, which is then thrown away: nothing changes in yours, unless you --record.
    """
    debugger = _debugger(pdbcls)
    path = find_file(settings)
    with Report(path) as report:
        job = report.job(ref)
        settings = app_of(settings, report, job)
        with _file_for(report, path, record) as file:
            run = _run(load_on(settings, file), job, record, debugger)
    return _tell(job, run, record)


def _debugger(pdbcls: str | None) -> "PostMortem | None":
    from jobdash.cli.debugger import chosen_debugger, wants_debugger

    if pdbcls is None and not wants_debugger():
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "a debugger needs a terminal: run this in one (PYTHONBREAKPOINT=0 runs it without)"
        )
    return chosen_debugger(pdbcls)


@contextmanager
def _file_for(report: Report, path: Path, record: bool) -> Iterator[Path]:
    """Yield the file itself, or a copy of it as it is now."""
    if record:
        yield path
        return
    if os.path.getsize(path) > _LARGE:
        note(f"copying {path} first, so that nothing changes there")
    with ends_that_unwind(), tempfile.TemporaryDirectory(prefix="jobdash-debug-") as folder:
        copy = Path(folder) / path.name
        report.copy_to(copy)
        yield copy


def _run(huey: Any, job: Job, record: bool, debugger: "PostMortem | None") -> "Run":
    from jobdash.broker.foreground import run_again, run_recorded
    from jobdash.pool import PoolOptions, hooks
    from jobdash.pool.logs import set_up_logging

    set_up_logging(PoolOptions(app=""))
    # It would tell of the failure too, in the middle of what the debugger says.
    logging.getLogger("huey").setLevel(logging.CRITICAL)
    hooks.run_startup(huey)
    try:
        say(f"#{job.seq}  {call_text(job)}", style={"bold": True})
        run = run_recorded if record else run_again
        return run(huey, job.seq, lambda error: _look(error, debugger))
    finally:
        hooks.run_shutdown(huey)
        huey.storage.close()


def _look(error: BaseException, debugger: "PostMortem | None") -> None:
    """Show what was raised and where, and let the user look around there."""
    own = _from_the_body(error.__traceback__)
    shown = traceback.format_exception(type(error), error, own)
    click.echo(clean_lines("".join(shown).rstrip()), err=True)
    if debugger is not None and own is not None:
        debugger(own)


def _from_the_body(trace: TracebackType | None) -> TracebackType | None:
    """Leave out what runs the job."""
    from jobdash.broker.culprit import is_machinery

    while trace is not None and trace.tb_next is not None and is_machinery(trace.tb_frame):
        trace = trace.tb_next
    return trace


def _tell(job: Job, run: "Run", record: bool) -> int:
    kept = f"; it is kept as #{run.seq}" if record else ""
    if run.error is not None:
        name = type(run.error).__qualname__
        other = job.error_type and job.error_type != name
        was = f"; recorded is {error_text(job)}" if other else ""
        note(f"#{job.seq} failed here with {name}{was}{kept}")
        return JOB_FAILED
    if run.reason is not None:
        note(f"#{job.seq} was not run here: {run.reason}{kept}")
        return JOB_FAILED
    say(
        f"#{job.seq} did not fail here, it returned {preview(run.value)}{kept}",
        style=STATE_COLOURS["succeeded"],
    )
    return DONE
