"""Prints which file an app uses: a helper process for the dashboard, which imports no app."""

import json
import subprocess
import sys
from pathlib import Path

import click

from jobdash.cli.failure import ProgramFailed, report_failure
from jobdash.errors import JobdashError


def ask_app_file(app: str) -> Path:
    """Return the file of an app, as a process of its own finds out.

    Raises `ProgramFailed` with the words and the exit code of that process.
    """
    done = subprocess.run(
        [sys.executable, "-m", "jobdash.cli.app_file", app],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(last_line(done.stderr), done.returncode)
    return Path(json.loads(done.stdout.splitlines()[-1]))


def last_line(text: str) -> str:
    """Return the last line that a program of ours has said, without its name."""
    lines = text.strip().splitlines() or ["it gave no reason"]
    return lines[-1].removeprefix("jobdash: ")


def main() -> int:
    """Run as `python -m jobdash.cli.app_file APP`."""
    from jobdash.cli.loading import load

    try:
        huey = load(sys.argv[1], None)
    except JobdashError as error:
        return report_failure(error, show_traceback=False)
    click.echo(json.dumps(str(huey.storage.database.path)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
