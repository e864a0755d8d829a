"""From a failure to the line in the user's editor and back."""

import os
from collections.abc import Callable
from typing import Any

from textual.app import App, SuspendNotSupported

from jobdash.editor import editor_command
from jobdash.errors import UsageError
from jobdash.tui.acting.programs import run_on_terminal
from jobdash.tui.options import DashboardOptions


class Editing:
    """Opens the editor. `run` must be called on the app's own thread."""

    def __init__(
        self, app: App[Any], options: DashboardOptions, tell: Callable[[str, str], None]
    ) -> None:
        self._app = app
        self._environ = {**os.environ, **options.environ}
        self._tell = tell

    def run(self, file: str, line: int) -> None:
        """Open the file at the line, and come back when the editor ends."""
        if not os.path.isfile(file):
            self._tell(f"{file} is not on this machine.", "warning")
            return
        try:
            command = editor_command(self._environ, file, line)
            run_on_terminal(self._app, command, self._environ)
        except UsageError as error:
            self._tell(f"{str(error)[:1].upper()}{str(error)[1:]}.", "warning")
        except SuspendNotSupported:
            self._tell(f"There is no terminal here for it: {file}:{line}", "warning")
        except OSError as error:
            self._tell(f"The editor cannot be started: {error}", "error")
