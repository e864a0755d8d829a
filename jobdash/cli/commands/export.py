"""`jobdash export`: a copy of everything, to look at afterwards."""

import sys
import time
from pathlib import Path

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.control.exporting import Exported
from jobdash.control.exporting import export as take_copy
from jobdash.errors import UsageError
from jobdash.text import format_size

_TELL_EVERY = 0.25


@click.command("export", cls=FileCommand, example="jobdash export monday.db")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-logs", is_flag=True, help="Leave out what jobs printed.")
@click.option("--force", is_flag=True, help="Replace a copy that is there.")
@click.option("--working", is_flag=True, help="A file to work on with, not only to look at.")
@json_option
@click.pass_obj
def export(
    settings: Settings, file: Path, no_logs: bool, force: bool, working: bool, as_json: bool
) -> int:
    """Copy the jobs, their history and their logs as they are at this moment to FILE.

    Everybody goes on meanwhile. `jobdash --db FILE` shows the copy: all commands that look work on
    it, wherever it lies; nothing can be changed in it. The logs lie beside it, in FILE-logs.
    """
    if str(file) == "-":
        raise UsageError("a copy cannot go to standard output, it is a file: name one")
    source = find_file(settings)
    done = take_copy(
        source,
        file,
        now(),
        working=working,
        logs=not no_logs,
        force=force,
        told=_Progress().tell,
    )
    _tell(done, working, as_json)
    return DONE


class _Progress:
    """Tells somebody at a terminal how far a copy is that takes its time."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _TELL_EVERY

    def tell(self, done: int, total: int) -> None:
        """Tell it, but not too often."""
        if time.monotonic() >= self._next and sys.stderr.isatty():
            self._next = time.monotonic() + _TELL_EVERY
            part = f"{format_size(done)} of about {format_size(total)}"
            click.echo(f"\r{part:<40}\r", nl=False, err=True)


def _tell(done: Exported, working: bool, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(done.path), "bytes": done.bytes, "log_bytes": done.log_bytes})
        return
    logs = f", and {format_size(done.log_bytes)} of logs" if done.log_bytes else ""
    say(f"{done.path}: {format_size(done.bytes)}{logs}")
    say(f"{'work on with it' if working else 'look at it'}: jobdash --db {done.path}")
