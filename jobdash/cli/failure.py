"""How a command that fails ends: one line on standard error and an exit code."""

import traceback

import click

from jobdash.cli.output import note
from jobdash.errors import DatabaseError, JobdashError, NotFound, Refused, UsageError

DONE, JOB_FAILED, USAGE, NOT_FOUND, REFUSED, DATABASE_TROUBLE = 0, 1, 2, 3, 4, 5
TIMED_OUT = 124
INTERRUPTED = 130
# What a shell reports for a program that SIGPIPE has ended.
READER_LEFT = 141

_CODES: tuple[tuple[type[JobdashError], int], ...] = (
    (UsageError, USAGE),
    (NotFound, NOT_FOUND),
    (Refused, REFUSED),
    (DatabaseError, DATABASE_TROUBLE),
)


class ProgramFailed(JobdashError):
    """A program that was started for the user ended with this exit code and these words."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def exit_code(error: Exception) -> int:
    """Return the exit code that tells a script what kind of error this is."""
    if isinstance(error, ProgramFailed):
        return error.code
    if isinstance(error, click.ClickException):
        return error.exit_code
    if isinstance(error, OSError):
        return DATABASE_TROUBLE
    return next((code for kind, code in _CODES if isinstance(error, kind)), REFUSED)


def report_failure(error: Exception, show_traceback: bool) -> int:
    """Tell the user about an error, and return the exit code for it."""
    if show_traceback:
        note("".join(traceback.format_exception(error)).rstrip(), lines=True)
    note(_in_words(error))
    return exit_code(error)


def _in_words(error: Exception) -> str:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.format_message().rstrip('.')} (see {error.ctx.command_path} --help)"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(filter(None, (_name_of(error), error.strerror)))
    return str(error)


def _name_of(error: OSError) -> str:
    return "" if error.filename is None else str(error.filename)
