"""Commands as jobs: `jobdash run` enqueues them, `jobdash.shell:huey` is the app that runs them.

Importing this package is cheap; only the app itself needs huey.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

APP = "jobdash.shell:huey"
QUEUE = "commands"
TASK = "jobdash.run"


def commands_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file that commands are kept in when no other is named."""
    state = Path(environ.get("XDG_STATE_HOME", ""))
    # The XDG specification tells programs to ignore a relative path.
    home = state if state.is_absolute() else Path.home() / ".local" / "state"
    return home / "jobdash" / "commands.db"


def is_commands(app: str) -> bool:
    """Return whether an app's name, in whichever spelling, means this one."""
    return app.replace(":", ".") in (__name__, f"{__name__}.huey", f"{__name__}.app.huey")


def __getattr__(name: str) -> Any:
    if name == "huey":
        from jobdash.shell.app import huey

        return huey
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
