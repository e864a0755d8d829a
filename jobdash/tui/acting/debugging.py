"""From the key `b` to the debugger and back: the dashboard makes room on its terminal.

The job is run by a process of its own: the dashboard never imports the app.
"""

import os
import shlex
import sys
from collections.abc import Callable
from typing import Any

from textual.app import App, SuspendNotSupported

from jobdash.text import clean
from jobdash.tui.acting.programs import run_on_terminal
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import SOFT, WARN
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen
from jobdash.tui.overlays.debugger_name import DebuggerNameScreen

_PROGRAM = "jobdash.cli.in_between"
_LOOK, _RECORD, _NAME = "look", "record", "name"


class Debugging:
    """Runs jobs under the debugger. `run` must be called in one of the app's async workers."""

    def __init__(
        self, app: App[Any], options: DashboardOptions, tell: Callable[[str, str], None]
    ) -> None:
        self._app = app
        self._options = options
        self._tell = tell
        self._pdbcls = ""  # as it was named last

    async def run(self, seq: int) -> None:
        """Ask, run a job in front of the user, and come back when that is over."""
        if problem := _why_not(self._options):
            self._tell(problem, "warning")
            return
        while (answer := await self._app.push_screen_wait(_question(seq, self._pdbcls))) == _NAME:
            named = await self._app.push_screen_wait(DebuggerNameScreen(self._pdbcls))
            self._pdbcls = self._pdbcls if named is None else named
        if answer:
            self._run(seq, [*self._flags, *(["--record"] if answer == _RECORD else [])])

    @property
    def _flags(self) -> list[str]:
        return ["--pdbcls", self._pdbcls] if self._pdbcls else []

    def _run(self, seq: int, flags: list[str]) -> None:
        try:
            run_on_terminal(self._app, [*self._command, *flags, str(seq)], self._environ)
        except SuspendNotSupported:
            self._tell(f"There is no terminal here for it: {_typed(seq, flags)}", "warning")
        except OSError as error:
            self._tell(f"The debugger cannot be started: {error}", "error")

    @property
    def _command(self) -> list[str]:
        app, database = self._options.app or "", str(self._options.database)
        return [sys.executable, "-m", _PROGRAM, "debug", "-A", app, "--db", database]

    @property
    def _environ(self) -> dict[str, str]:
        return {**os.environ, **self._options.environ}


def _typed(seq: int, flags: list[str]) -> str:
    return f"jobdash debug {shlex.join((*flags, str(seq)))}"


def _question(seq: int, pdbcls: str) -> ChoiceScreen:
    lines: tuple[Spans, ...] = (
        (("What it does to the world outside, it does once more.", WARN),),
        (("The file stays as it is, what it enqueues is thrown away;", SOFT),),
        (("if you record it, the run is kept as a replay.", SOFT),),
    )
    choices = (
        Choice("y", "Run it here, only look", _LOOK),
        Choice("r", "Run it here, record the outcome", _RECORD),
        Choice("p", f"Name another debugger than {clean(pdbcls) or 'the usual one'}", _NAME),
        LEAVE,
    )
    return ChoiceScreen(f"Run #{seq} here, under the debugger?", lines, choices)


def _why_not(options: DashboardOptions) -> str:
    if options.only_looks:
        return options.only_looks
    if options.app is None:
        return "No app is known here: start the dashboard with -A module:attr."
    return ""
