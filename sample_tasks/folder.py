"""The folder that the sample tasks work in, and files that appear there whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


def work_folder() -> Path:
    """`JOBDASH_DEMO_DIR`, else a temporary folder of this user; made if missing."""
    chosen = os.environ.get("JOBDASH_DEMO_DIR")
    folder = Path(chosen) if chosen else own_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def own_folder() -> Path:
    """The temporary folder of this user, which may not be there yet.

    Raises PermissionError if somebody else has made it.
    """
    user = _user_id()
    folder = Path(tempfile.gettempdir()) / f"jobdash-samples-{user}"
    # The name can be guessed, so on a shared machine somebody else may have made it first.
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid != user):
        raise PermissionError(f"{folder} belongs to another user; set JOBDASH_DEMO_DIR")
    return folder


def _user_id() -> int:
    # Windows has no user numbers: there, every file says it is owned by 0.
    return os.getuid() if hasattr(os, "getuid") else 0


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary neighbour of `path` to write to, which takes its place if the block succeeds."""
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
