"""A command that the dashboard runs on its terminal: what it says stays until Enter is pressed."""

import sys
from contextlib import suppress

import click

from jobdash.cli.ends import ENDED
from jobdash.cli.main import command_line


def main() -> None:
    """Run as `python -m jobdash.cli.in_between COMMAND …`."""
    click.clear()
    try:
        command_line.main(sys.argv[1:], "jobdash")
    except SystemExit as end:
        if end.code not in ENDED:
            _wait_for_enter()
        raise


def _wait_for_enter() -> None:
    with suppress(EOFError, KeyboardInterrupt):
        click.echo("\nEnter goes back to the dashboard ", nl=False, err=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
