"""Where in the user's own code an exception came from."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import PurePath
from types import CodeType, FrameType, TracebackType

import huey

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_JOBDASH = os.path.dirname(os.path.dirname(__file__))
_MACHINERY = (os.path.dirname(huey.__file__) + os.sep, _JOBDASH + os.sep)
# The standard library's folder; what is installed may lie in it.
_STANDARD = os.path.dirname(os.__file__) + os.sep


def culprit(error: BaseException) -> str | None:
    """Return the innermost frame of the user's own code as `file.py:12 in function`.

    What is installed, the standard library and what runs the task are not the user's own, except
    the package that the task itself is in. None if the exception came from none of it.
    """
    owner = Owner(error)
    own = [found for found in frames_of(error) if owner.owns(found[0])]
    return _told(*own[-1]) if own else None


class Owner:
    """Tells the user's own code in the tracebacks of an error."""

    def __init__(self, error: BaseException) -> None:
        frames = (frame for frame, _ in frames_of(error))
        own = (frame for frame in frames if not _is_foreign(frame.f_code.co_filename))
        # The outermost one is the task.
        self._home = next(map(_package, own), None)

    def owns(self, frame: FrameType) -> bool:
        """Whether it is a frame of the user's own code."""
        file = frame.f_code.co_filename
        if _is_foreign(file):
            return False
        return _package(frame) == self._home or not _is_installed(file)

    def runs_tasks(self, frame: FrameType) -> bool:
        """Whether it is a frame of what runs the task."""
        return frame.f_code.co_filename.startswith(_MACHINERY)


def frames_of(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames that an error came through, the outermost first, each with its line."""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def is_machinery(frame: FrameType) -> bool:
    """Return whether this is what runs jobs: huey or jobdash."""
    return frame.f_code.co_filename.startswith(_MACHINERY)


@cache
def _is_foreign(file: str) -> bool:
    # What has no file, as `<frozen runpy>`, is nobody's.
    standard = file.startswith(_STANDARD) and not _is_installed(file)
    return standard or file.startswith(("<", *_MACHINERY))


@cache
def _is_installed(file: str) -> bool:
    return not _INSTALLED.isdisjoint(PurePath(file).parts)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__") or "")


def _package(frame: FrameType) -> str:
    return _module(frame).partition(".")[0]


def _told(frame: FrameType, line: int) -> str:
    return f"{_file(frame.f_code, _module(frame))}:{line} in {frame.f_code.co_qualname}"


def _file(code: CodeType, module: str) -> str:
    """Return the file as its module is imported: the same on every machine."""
    path = PurePath(code.co_filename)
    depth = module.count(".") + 1 + (path.name == "__init__.py")
    return "/".join(path.parts[-depth:])
