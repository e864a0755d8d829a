"""The application that every sample task registers with."""

import os
from collections.abc import Mapping
from pathlib import Path

from jobdash import SqliteHuey


def database_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The file of the sample jobs; its folder is made for the user alone if it is the default."""
    chosen = environ.get("JOBDASH_DB")
    return Path(chosen) if chosen else _data_folder(environ) / "samples.db"


def _data_folder(environ: Mapping[str, str]) -> Path:
    folder = _data_home(environ) / "jobdash"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _data_home(environ: Mapping[str, str]) -> Path:
    chosen = Path(environ.get("XDG_DATA_HOME", ""))
    # The XDG specification tells programs to ignore a relative path.
    return chosen if chosen.is_absolute() else Path.home() / ".local" / "share"


huey = SqliteHuey("samples", filename=str(database_file()))
