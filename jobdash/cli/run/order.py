"""What `jobdash run` was asked for: a command for each row of inputs, checked, then enqueued."""

import json
import os
import shlex
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jobdash.cli.failure import ProgramFailed
from jobdash.cli.run.inputs import Inputs, Row
from jobdash.cli.run.template import Template
from jobdash.errors import UsageError
from jobdash.outline import fitted
from jobdash.shell.failures import not_started
from jobdash.shell.programs import check_program
from jobdash.text import clean, shorten

_LONGEST_SOURCE = 16_000
_POINTER = 8
# Linux takes no single argument of more.
_LONGEST_ARGUMENT = 131_072
# What the kernel puts beside the arguments, and what POSIX advises to leave.
_SPARE = 4_096


@dataclass(slots=True)
class Order:
    """A command for each row of inputs. Without inputs: the command, once."""

    template: Template
    inputs: Inputs | None
    directory: str
    environment: Mapping[str, str] = field(repr=False)

    def check(self) -> None:
        """Raise what can be known before anything is enqueued.

        `UsageError`; `ProgramFailed` with a shell's exit code if the program cannot be run.
        """
        width = 0 if self.inputs is None else self.inputs.width
        if width is not None:
            self.template.check(width)
        if self.template.program:
            self._check_program()
        is_stream = self.inputs is not None and self.inputs.is_stream
        if not is_stream and not sum(1 for _ in self.calls()):
            raise UsageError("there are no inputs: nothing to run")

    def calls(self) -> Iterator[tuple[Row, list[str]]]:
        """Yield the inputs and the words of each command. Raises `UsageError` or `OSError`."""
        rows = iter([()]) if self.inputs is None else self.inputs.rows()
        room = os.sysconf("SC_ARG_MAX") - _SPARE - _size_of(self.environment)
        for number, row in enumerate(rows, 1):
            command = self.template.command(row, number)
            if not command or not command[0]:
                raise UsageError(f"job {number} has no command: its first word is empty")
            self._check_length(command, number, room)
            yield row, command

    @property
    def name(self) -> str:
        """The name of the batch, if it is given no other: that of the program."""
        word = os.path.basename(self.template.first_word) or "run"
        return shorten("".join(char for char in clean(word) if char.isprintable()), 40)

    def told(self) -> str:
        """Return as JSON what is to be known of it later. Secrets are hidden."""
        return fitted(
            {
                "command": self.template.written,
                "directory": self.directory,
                "environment": dict(self.environment),
            },
            _LONGEST_SOURCE,
        )

    def _check_program(self) -> None:
        word = self.template.program
        try:
            path = os.path.join(self.directory, word) if "/" in word else word
            check_program(path, self.environment)
        except OSError as error:
            failed = not_started(error, [word])
            raise ProgramFailed(failed.words, failed.code) from error

    def _check_length(self, command: Sequence[str], number: int, room: int) -> None:
        longest = max(map(len, command))
        size = sum(len(word) for word in command)
        if 4 * size + _POINTER * len(command) < room and 4 * longest < _LONGEST_ARGUMENT:
            return
        sizes = [len(os.fsencode(word)) + 1 for word in command]
        if sum(sizes) + _POINTER * len(sizes) > room or max(sizes) > _LONGEST_ARGUMENT:
            raise UsageError(
                f"job {number}: its arguments are too long for this system"
                f" ({sum(sizes):,} bytes in all, the longest {max(sizes):,})"
            )


def written(command: Sequence[str]) -> str:
    """Return a command as a shell would take it."""
    return shlex.join(command)


def row_json(row: Row) -> tuple[int, str]:
    """Return a hash of a row of inputs, and the row as JSON."""
    text = json.dumps(row)
    return zlib.crc32(text.encode()), text


def _size_of(environment: Mapping[str, str]) -> int:
    return sum(
        len(os.fsencode(name)) + len(os.fsencode(value)) + 2 + _POINTER
        for name, value in environment.items()
    )
