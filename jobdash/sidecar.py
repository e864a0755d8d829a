"""The names of the files that lie beside a database and belong to it."""

import os
from functools import lru_cache


def sidecar(database: str | os.PathLike[str], suffix: str) -> str:
    """Return the path of a companion file, the same whichever symlink names the database."""
    return _resolved(os.path.abspath(database)) + suffix


@lru_cache(maxsize=64)
def _resolved(database: str) -> str:
    return os.path.realpath(database)
