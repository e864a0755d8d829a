"""Which commit of a git repository a file belongs to, read without running git."""

import os
import re
from collections.abc import Iterator

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DEEPEST_REF = 5
_LARGEST = 10_000_000


def commit_of(folder: str) -> str | None:
    """Return the commit that is checked out where the folder is; None without a repository.

    Never raises. What has been edited since that commit is not looked at.
    """
    try:
        home = next(filter(None, map(_git_folder, _upwards(folder))), None)
        return None if home is None else _resolved(home, "HEAD")
    except (OSError, ValueError):
        return None


def _upwards(folder: str) -> Iterator[str]:
    folder = os.path.abspath(folder)
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _git_folder(folder: str) -> str | None:
    place = os.path.join(folder, ".git")
    if os.path.isdir(place):
        return place
    if not os.path.isfile(place):
        return None
    # In a worktree or submodule it is a file that tells where.
    told = _read(place).partition("gitdir:")[2].strip()
    return os.path.join(folder, told) if told else None


def _resolved(home: str, name: str) -> str | None:
    common = _common(home)
    for _ in range(_DEEPEST_REF):
        text = _first(_ref(home, name), _ref(common, name), _packed(common, name))
        if not text.startswith("ref:"):
            return text if _COMMIT.fullmatch(text) else None
        name = text.removeprefix("ref:").strip()
    return None


def _common(home: str) -> str:
    try:
        return os.path.join(home, _read(os.path.join(home, "commondir")).strip())
    except OSError:
        return home


def _first(*texts: str) -> str:
    return next(filter(None, texts), "")


def _ref(home: str, name: str) -> str:
    if ".." in name.split("/") or os.path.isabs(name):
        return ""
    try:
        return _read(os.path.join(home, name)).strip()
    except OSError:
        return ""


def _packed(home: str, name: str) -> str:
    try:
        lines = _read(os.path.join(home, "packed-refs")).splitlines()
    except OSError:
        return ""
    return next((line[: -len(name)].strip() for line in lines if line.endswith(f" {name}")), "")


def _read(file: str) -> str:
    with open(file, encoding="utf-8") as opened:
        return opened.read(_LARGEST)
