"""The commit that this process's code is of: as it was when that was first asked.

A worker asks once at its start, for whoever works on the code may commit while it runs.
"""

import os
from collections.abc import Iterable
from functools import cache
from types import FrameType

from jobdash.commit import commit_of

_known = cache(commit_of)


def remember_commits(files: Iterable[str]) -> None:
    """Read the commits of the folders that these files are in."""
    for folder in {os.path.dirname(os.path.abspath(file)) for file in files}:
        _known(folder)


def commit_for(frame: FrameType | None) -> str | None:
    """Return the commit of the file that a frame is of."""
    if frame is None:
        return None
    return _known(os.path.dirname(os.path.abspath(frame.f_code.co_filename)))
