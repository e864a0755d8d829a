"""Noticing that the app's source files have changed."""

import os
from collections.abc import Iterable

_Snapshot = dict[str, int | None]


class Sources:
    """Watches the given files, and the folders they are in for other source files."""

    def __init__(self, files: Iterable[str]) -> None:
        self.files = frozenset(files)
        self._seen = self._look()

    def take_changes(self) -> list[str]:
        """Return the files that changed, came or went since the last call."""
        before, self._seen = self._seen, self._look()
        paths = sorted(before.keys() | self._seen.keys())
        return [path for path in paths if before.get(path, -1) != self._seen.get(path, -1)]

    def _look(self) -> _Snapshot:
        folders = {os.path.dirname(file) for file in self.files}
        found = {path: _modified(path) for folder in folders for path in _modules(folder)}
        return found | {path: _modified(path) for path in self.files}


def _modules(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name.endswith(".py")]


def _modified(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None
