"""The sample tasks as an app: their name and their file, without importing them."""

import os
from collections.abc import Mapping
from pathlib import Path

SAMPLES = "sample_tasks"
_HUEY = "huey"


def is_samples(app: str) -> bool:
    """Return whether the app's name, in whichever spelling, means the sample tasks."""
    package, _, attribute = app.replace(":", ".").partition(".")
    return package == SAMPLES and attribute in ("", _HUEY, "app", f"app.{_HUEY}")


def sample_database(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file that the sample tasks use when no other is named."""
    data = Path(environ.get("XDG_DATA_HOME", ""))
    home = data if data.is_absolute() else Path.home() / ".local" / "share"
    return home / "jobdash" / "samples.db"
