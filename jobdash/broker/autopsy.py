"""What a failure has left behind, taken down before it is gone: see `jobdash.postmortem`.

Within bounds of size and time, and without running any code of the values that it shows.
"""

import json
import linecache
import os
import time
from collections.abc import Iterator
from itertools import islice
from types import FrameType
from typing import Any

from jobdash.broker.commits import commit_for
from jobdash.broker.culprit import Owner, frames_of
from jobdash.broker.log import logger
from jobdash.fingerprint import fingerprint
from jobdash.postmortem import LIMIT
from jobdash.redact import REDACTED, looks_secret, redact_text
from jobdash.still import still_text
from jobdash.text import storable

MOST_SECONDS = 0.25
_MOST_EXCEPTIONS, _MOST_MEMBERS, _MOST_FRAMES = 20, 8, 100
_FIRST_FRAMES, _LAST_FRAMES = 10, 30
_MOST_VARIABLES, _LONGEST_VARIABLE = 25, 600
_MOST_NOTES, _LONGEST_TEXT, _LONGEST_LINE, _LONGEST_NAME = 5, 1_000, 160, 300
_AROUND = range(-3, 3)

Kept = dict[str, Any]
_Found = tuple[Kept, FrameType]


def autopsy(error: BaseException) -> str | None:
    """Return what is known of the failure as JSON, at most 64 kB. Never raises."""
    try:
        return _Autopsy(error).written()
    except Exception as trouble:
        logger.warning("A failure is not recorded in full: %s", type(trouble).__name__)
        return None


class _Autopsy:
    def __init__(self, error: BaseException) -> None:
        self._owner = Owner(error)
        self._until = time.monotonic() + MOST_SECONDS
        self._seen: set[int] = set()
        self._found: list[_Found] = []
        raised = self._raised(error)
        own = (frame for _, frame in self._found if self._owner.owns(frame))
        self._kept = {"error": raised, "commit": commit_for(next(own, None))}

    def written(self) -> str | None:
        self._left = LIMIT - _size(self._kept)
        if self._left < 0:
            return None
        # The user's own frames first, from the place of the error outwards.
        frames = self._found[::-1]
        frames.sort(key=lambda found: not found[0]["is_own"])
        for kept, _ in frames:
            self._add(kept, self._source(kept))
        for kept, frame in frames:
            self._add(kept, self._variables(frame))
        return json.dumps(self._kept, ensure_ascii=False)

    def _add(self, kept: Kept, more: Kept) -> None:
        size = _size(more)
        if size <= self._left:
            kept |= more
            self._left -= size

    def _raised(self, error: BaseException) -> Kept:
        self._seen.add(id(error))
        frames = [found for found in frames_of(error) if not self._owner.runs_tasks(found[0])]
        head, cut = _shortened(frames, _MOST_FRAMES - len(self._found))
        kept: Kept = {
            "type": _named(type(error)),
            "message": _told(error, 4 * _LONGEST_TEXT if len(self._seen) == 1 else _LONGEST_TEXT),
            "notes": [_safe(note) for note in _notes(error)],
            "frames": [self._frame(*found) for found in head],
        }
        if cut:
            kept |= {"cut": cut, "cut_after": min(_FIRST_FRAMES, len(head))}
        return kept | self._members(error) | self._before(error)

    def _members(self, error: BaseException) -> Kept:
        if not isinstance(error, BaseExceptionGroup):
            return {}
        members = error.exceptions
        shown = [self._raised(one) for one in members[:_MOST_MEMBERS] if self._is_new(one)]
        return {"members": shown, "more_members": len(members) - len(shown)}

    def _before(self, error: BaseException) -> Kept:
        before = error.__cause__
        if before is None and not error.__suppress_context__:
            before = error.__context__
        if before is None or not self._is_new(before):
            return {}
        return {"before": self._raised(before), "is_caused": before is error.__cause__}

    def _is_new(self, error: BaseException) -> bool:
        return id(error) not in self._seen and len(self._seen) < _MOST_EXCEPTIONS

    def _frame(self, frame: FrameType, line: int) -> Kept:
        code = frame.f_code
        kept: Kept = {
            "file": _safe(_path(code.co_filename), _LONGEST_NAME),
            "line": line,
            "function": _safe(code.co_qualname, _LONGEST_NAME),
            "is_own": self._owner.owns(frame),
        }
        if kept["is_own"] and code.co_name != "<module>":
            kept["fingerprint"] = fingerprint(code)
        self._found.append((kept, frame))
        return kept

    def _source(self, kept: Kept) -> Kept:
        if self._is_late() or not os.path.isfile(kept["file"]):
            return {}
        lines = linecache.getlines(kept["file"])
        around = _AROUND if kept["is_own"] else range(1)
        numbers = [kept["line"] + n for n in around if 0 < kept["line"] + n <= len(lines)]
        if not numbers:
            return {}
        source = [_safe(lines[number - 1].rstrip(), _LONGEST_LINE) for number in numbers]
        return {"first": numbers[0], "source": source}

    def _variables(self, frame: FrameType) -> Kept:
        if frame.f_code.co_name == "<module>" or self._left < _LONGEST_VARIABLE:
            return {}
        named = [
            pair for pair in tuple(frame.f_locals.items()) if not pair[0].startswith((".", "__"))
        ]
        shown: dict[str, str] = {}
        for name, value in islice(named, _MOST_VARIABLES):
            if self._is_late():
                break
            text = f'"{REDACTED}"' if looks_secret(name) else still_text(value, _LONGEST_VARIABLE)
            shown[_safe(name, _LONGEST_NAME)] = text
        return {"variables": shown, "more": len(named) - len(shown)}

    def _is_late(self) -> bool:
        return time.monotonic() > self._until


def _shortened(
    frames: list[tuple[FrameType, int]], room: int
) -> tuple[list[tuple[FrameType, int]], int]:
    """Return the first and the last of them, and how many are missing between."""
    first, last = min(_FIRST_FRAMES, room // 4), max(min(_LAST_FRAMES, room - room // 4), 0)
    if len(frames) <= first + last:
        return frames, 0
    kept = frames[:first] + frames[len(frames) - last :]
    return kept, len(frames) - len(kept)


def _size(kept: Any) -> int:
    return len(json.dumps(kept, ensure_ascii=False).encode())


def _safe(text: str, longest: int = _LONGEST_TEXT) -> str:
    # Cut before and after: a huge text is not to be searched for secrets as a whole.
    return redact_text(storable(text[: 4 * longest]))[:longest]


def _told(error: BaseException, longest: int) -> str:
    try:
        return _safe(str(error), longest)
    except Exception as broken:
        return f"<its message could not be made: {type(broken).__name__}>"


def _named(kind: type) -> str:
    return _safe(kind.__qualname__, _LONGEST_NAME)


def _notes(error: BaseException) -> Iterator[str]:
    notes = object.__getattribute__(error, "__dict__").get("__notes__")
    if type(notes) is list:
        yield from (note for note in notes[:_MOST_NOTES] if type(note) is str)


def _path(file: str) -> str:
    return file if file.startswith("<") else os.path.abspath(file)
