"""How a command can fail, in words that say its exit code, as a shell counts it."""

import errno
import os
import re
import signal
from collections.abc import Sequence

from jobdash.text import clean, shorten

NOT_FOUND, NOT_EXECUTABLE = 127, 126
SIGNALLED = 128
_LONGEST_WORD, _LONGEST_LINE = 120, 300


class CommandFailed(Exception):
    """A command ended with another exit code than 0; the message ends with its last words.

    `code` is 128 plus the number of the signal if one has killed it.
    """

    def __init__(self, code: int, words: str) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.how}: {self.words}" if self.words else self.how

    @property
    def how(self) -> str:
        """How it ended: `exit 2`."""
        return f"exit {self.code}"


class CommandKilled(CommandFailed):
    """A signal has ended a command."""

    @property
    def how(self) -> str:
        """How it ended: `killed by SIGKILL`."""
        return f"killed by {_name_of(self.code - SIGNALLED)}"


class CannotRun(CommandFailed):
    """There is no such command, or the system refuses to start it: trying again is no use."""


def failure_of(status: int, said: bytes) -> CommandFailed | None:
    """Return what a status of `waitpid` means, None for success; `said` is its last output."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return None
    words = _last_line(said)
    return CommandKilled(SIGNALLED - code, words) if code < 0 else CommandFailed(code, words)


def not_started(error: OSError, command: Sequence[str]) -> CannotRun:
    """Return why a command could not be started."""
    word = shorten(clean(command[0]), _LONGEST_WORD)
    if error.errno == errno.ENOENT and (interpreter := _interpreter_of(error.filename)):
        return CannotRun(NOT_EXECUTABLE, f"{word}: {_is_missing(interpreter)}")
    if error.errno == errno.ENOENT:
        return CannotRun(NOT_FOUND, f"{word}: command not found")
    if error.errno == errno.E2BIG:
        return CannotRun(NOT_EXECUTABLE, f"{word}: its arguments are too long for this system")
    if error.errno == errno.ENOEXEC:
        why = "it is no program, and as a script it lacks a first line such as #!/bin/sh"
        return CannotRun(NOT_EXECUTABLE, f"{word}: {why}")
    return CannotRun(NOT_EXECUTABLE, f"{word}: {(error.strerror or str(error)).lower()}")


def no_directory(error: OSError, directory: str) -> CannotRun:
    """Return why a command cannot run where it is to run."""
    where = shorten(clean(directory), _LONGEST_WORD)
    return CannotRun(NOT_EXECUTABLE, f"its directory {where}: {(error.strerror or '').lower()}")


def _interpreter_of(program: object) -> bytes:
    """Return what the first line of a script names that is there itself; b"" if it is no such."""
    try:
        with open(str(program), "rb") as script:
            first = script.readline(_LONGEST_LINE)
    except OSError:
        return b""
    if not first.startswith(b"#!"):
        return b""
    # As the system reads it: only spaces and tabs end the name.
    return re.split(rb"[ \t]", first.removeprefix(b"#!").strip(b" \t\n"), maxsplit=1)[0]


def _is_missing(interpreter: bytes) -> str:
    name = shorten(clean(interpreter.rstrip(b"\r").decode(errors="replace")), _LONGEST_WORD)
    if interpreter.endswith(b"\r"):
        return f"its first line ends in a carriage return, so no interpreter {name} is found"
    return f"its interpreter {name} is not there"


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(said: bytes) -> str:
    lines = said.rstrip().splitlines()
    return (
        shorten(clean(lines[-1].decode(errors="replace").strip()), _LONGEST_LINE) if lines else ""
    )
