"""`jobdash edit`: from a failure to the line in an editor."""

import os
import subprocess

import click

from jobdash.cli.command import FileCommand
from jobdash.cli.failure import ProgramFailed
from jobdash.cli.output import note
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.editor import editor_command
from jobdash.errors import NotFound, UsageError
from jobdash.postmortem import Frame, PostMortem

_NOT_RUN = 127


@click.command("edit", cls=FileCommand, example="jobdash edit 12 --frame 3")
@click.argument("ref")
@click.option("--frame", type=click.IntRange(0), help="This one, by its number in `show --full`.")
@click.option("--attempt", type=click.IntRange(1), help="This attempt; else the last that failed.")
@click.pass_obj
def edit(settings: Settings, ref: str, frame: int | None, attempt: int | None) -> int:
    """Open your editor at the line where a job failed.

    REF is its number (12 or #12), its id, or the beginning of its id. Without --frame it is the
    innermost line of your own code. The editor is $VISUAL, or else $EDITOR.
    """
    with open_report(settings) as report:
        job = report.job(ref)
        found = report.post_mortem(job.seq, attempt)
    if found is None or found.culprit is None:
        raise NotFound(f"no failure of job #{job.seq} is recorded with its lines of code")
    chosen = _chosen(found, frame)
    if not os.path.isfile(chosen.file):
        raise NotFound(f"{chosen.file} is not on this machine")
    if chosen in found.changed():
        note(f"{chosen.function} has changed since: the line may be another by now")
    return _open(editor_command(os.environ, chosen.file, chosen.line))


def _chosen(found: PostMortem, frame: int | None) -> Frame:
    number = found.culprit if frame is None else frame
    if number is None or number >= len(found.frames):
        raise UsageError(f"the frames of this failure are 0 to {len(found.frames) - 1}")
    return found.frames[number]


def _open(command: list[str]) -> int:
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        raise ProgramFailed(
            f"{command[0]} cannot be started: {error.strerror}; VISUAL or EDITOR names it", _NOT_RUN
        ) from None
