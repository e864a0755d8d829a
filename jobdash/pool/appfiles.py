"""Which source files the app consists of: what a reload watches."""

import os
import sys

from jobdash.broker.app import is_users_file


def app_files() -> list[str]:
    """Return the source files of the user's own modules that are imported now."""
    files = {_source(module) for module in list(sys.modules.values())}
    return sorted(file for file in files if file and is_users_file(file))


def _source(module: object) -> str:
    file = getattr(module, "__file__", None)
    return os.path.abspath(file) if isinstance(file, str) and file.endswith(".py") else ""
