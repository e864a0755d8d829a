"""Importing the app into this process, for the commands that need it."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from jobdash.broker.app import load_app
from jobdash.errors import Refused


def load(app: str, database: Path | None) -> Any:
    """Return the app's huey. What the app prints meanwhile is no result of ours.

    Raises `AppError`, or `Refused` if the app keeps no jobs in a file.
    """
    with redirect_stdout(sys.stderr):
        huey = load_app(app, None if database is None else str(database))
    if huey.immediate:
        raise Refused(
            f"{app} is in immediate mode, where the caller runs each job itself and nothing is"
            " kept: set immediate=False"
        )
    return huey
