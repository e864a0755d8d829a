"""A program that has the terminal while the dashboard waits."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from textual.app import App

_ASK_AGAIN_SECONDS = 1.0


def run_on_terminal(app: App[Any], command: list[str], environ: dict[str, str]) -> None:
    """Make room on the terminal for a program, and come back when it ends.

    Nothing is drawn meanwhile: the app waits. Raises `SuspendNotSupported` if there is no terminal,
    and `OSError`.
    """
    failure: OSError | None = None
    with app.suspend(), signals_for(Program()) as program:
        try:
            program.run(command, environ)
        except OSError as error:
            # Not from in here: after an exception the app would never come back.
            failure = error
    if failure is not None:
        raise failure


class Program:
    """The program that has the terminal, from its start to its end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._must_end = False

    def run(self, command: list[str], environ: dict[str, str]) -> None:
        """Run it to its end. Raises `OSError`."""
        with subprocess.Popen(command, env=environ) as self._process:
            while not self._has_ended(self._process):
                # One that is just about to read a line hears of a signal only after the next.
                if self._must_end:
                    self._process.terminate()

    @staticmethod
    def _has_ended(process: subprocess.Popen[bytes]) -> bool:
        try:
            process.wait(_ASK_AGAIN_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """Ask it to end, until it does."""
        self._must_end = True
        if self._process is not None:
            self._process.terminate()


@contextmanager
def signals_for(program: Program) -> Iterator[Program]:
    """Let Ctrl-C be for the program alone, and what ends the dashboard end both.

    What is ignored here would be ignored there too. The app's loop hears of every signal after
    that, whatever its handler is.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        program.end()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, _nothing)
    try:
        yield program
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    pass
