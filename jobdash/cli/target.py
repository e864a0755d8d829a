"""Which app and which file a command means.

The app: `-A`, else `JOBDASH_APP`, else the configuration, else the sample tasks.
The file: `--db`, else `JOBDASH_DB`, else the configuration, else the app's own.
"""

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobdash.cli.config import Config, find_config, find_taste, read_config
from jobdash.cli.output import note
from jobdash.cli.samples import SAMPLES, is_samples, sample_database
from jobdash.cli.settings import Settings
from jobdash.errors import AppError, UsageError
from jobdash.shell import APP as COMMANDS
from jobdash.shell import commands_file, is_commands

if TYPE_CHECKING:
    from jobdash.alerts.rules import Watching


class Target:
    """The app and the file, each looked for when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def app(self) -> str:
        """The app's name. Says so if it is the sample tasks for want of another."""
        if self._named_app is None:
            note("no app is named, so these are the sample tasks (name yours: -A module:attr)")
            return SAMPLES
        return COMMANDS if is_commands(self._named_app) else self._named_app

    @cached_property
    def taste(self) -> tuple[str, Mapping[str, str]]:
        """The theme and the keys that the user has chosen. Raises `UsageError`."""
        return find_taste(self._config)

    @property
    def is_app_named(self) -> bool:
        """Whether the app is named somewhere."""
        return self._named_app is not None

    @cached_property
    def named_database(self) -> Path | None:
        """The file, if it is named; None means the app's own."""
        typed = self._settings.database
        if typed is None:
            typed = os.environ.get("JOBDASH_DB") or None
        if typed is None:
            return self._config.database
        if typed in ("", ":memory:"):
            raise UsageError(f"--db needs a file that several processes can open, not '{typed}'")
        return Path(typed)

    @cached_property
    def known_database(self) -> Path | None:
        """The file, if it is known without importing the app."""
        if self.named_database is None and is_samples(self.app):
            return sample_database()
        if self.named_database is None and is_commands(self.app):
            return commands_file()
        return self.named_database

    @cached_property
    def database(self) -> Path:
        """The file, for those who only read. Imports the app if nothing else names a file."""
        if self.known_database is not None:
            return self.known_database
        try:
            return Path(self.load().storage.database.path)
        except AppError as error:
            raise AppError(f"{error}; --db FILE would do without the app") from error.__cause__

    def load(self) -> Any:
        """Import the app and return its huey, on the file that is meant.

        Raises `AppError`.
        """
        from jobdash.cli.loading import load

        app = self.app
        self.prepare_environment()
        return load(app, self.named_database)

    def prepare_environment(self) -> None:
        """Let this process, and those it starts, find the app and the file of one of ours."""
        if self.named_database is not None and (is_samples(self.app) or is_commands(self.app)):
            os.environ["JOBDASH_DB"] = str(self.named_database.absolute())
        folder = self._app_folder
        if folder and folder not in sys.path:
            sys.path.insert(0, folder)
            paths = (folder, os.environ.get("PYTHONPATH"))
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))

    @cached_property
    def _named_app(self) -> str | None:
        if self._settings.app is not None:
            return self._settings.app
        return os.environ.get("JOBDASH_APP") or self._config.app

    @cached_property
    def _config(self) -> Config:
        if self._settings.config is not None:
            return read_config(Path(self._settings.config))
        return find_config(Path.cwd())

    @property
    def watching(self) -> "Watching | None":
        """The alerts that are configured, None if there are none."""
        return self._config.watching

    @property
    def _app_folder(self) -> str:
        """The folder that a configured app is imported from, '' for an app named otherwise."""
        is_configured = self._settings.app is None and not os.environ.get("JOBDASH_APP")
        return str(self._config.folder or "") if is_configured and self._config.app else ""
