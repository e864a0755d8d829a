"""Run the command line: `jobdash`, or `python -m jobdash`."""

import sys

from jobdash.cli.main import command_line


def main() -> None:
    """Run the command that the program's arguments name, and exit."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character gets its escape, never a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    command_line.main(prog_name="jobdash")


if __name__ == "__main__":
    main()
