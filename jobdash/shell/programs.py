"""Finding programs as a shell does: along PATH, unless the word is a path itself."""

import errno
import os
from collections.abc import Mapping

_MOST_KNOWN = 1_000
_known: dict[tuple[str, str], str] = {}


def find_program(word: str, environment: Mapping[str, str]) -> str:
    """Return the program's path.

    Raises `FileNotFoundError`, or `PermissionError` if there is one that may not be executed.
    """
    if "/" in word:
        return word
    path = environment.get("PATH", os.defpath)
    found = _known.get((word, path), "")
    # It may have been removed since, or the folder may be another one by the same name.
    if not (found and os.access(found, os.X_OK)):
        found = _search(word, path)
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        if os.path.isabs(found):
            _known[word, path] = found
    return found


def check_program(word: str, environment: Mapping[str, str]) -> None:
    """Raise what would keep a command from being started here: an `OSError`."""
    found = find_program(word, environment)
    os.stat(found)
    if os.path.isdir(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), found)
    if not os.access(found, os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), found)


def _search(word: str, path: str) -> str:
    error = errno.ENOENT
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder or ".", word)
        if word and os.path.isfile(candidate):
            if os.access(candidate, os.X_OK):
                return candidate
            error = errno.EACCES
    raise OSError(error, os.strerror(error), word)
