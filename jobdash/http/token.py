"""The token: given, or made once and kept beside the database for its owner alone."""

import os
import secrets
import stat
from pathlib import Path

from jobdash.errors import UsageError

_LEAST = 16
_MOST = 1_000


def find_token(database: Path, file: Path | None, given: str | None) -> tuple[str, Path | None]:
    """Return the token, and the file that it is in if it is in one. Raises `UsageError`."""
    if file is None and given:
        return _checked(given, "JOBDASH_TOKEN"), None
    place = file or Path(f"{database}-token")
    return _checked(_made(place) or _read(place), str(place)), place


def _made(place: Path) -> str:
    """Make the file, unless there is one; it is never there with other rights or half written."""
    token = secrets.token_urlsafe(32)
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return ""
    with os.fdopen(descriptor, "w") as made:
        made.write(f"{token}\n")
    return token


def _read(place: Path) -> str:
    if stat.S_IMODE(place.stat().st_mode) & 0o077:
        raise UsageError(f"others can read the token in {place}: chmod 600 {place}")
    with place.open(encoding="utf-8", errors="replace") as found:
        return found.read(_MOST).strip()


def _checked(token: str, where: str) -> str:
    if len(token) < _LEAST or not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageError(f"the token of {where} is to have {_LEAST} or more letters and digits")
    return token
