"""A failure in full, in lines for people and as a document for programs."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from jobdash.postmortem import Frame, PostMortem, Raised
from jobdash.text import clean

_SHORT = 12


def failure_lines(found: PostMortem, brief: bool = False) -> list[str]:
    """Return each exception with its frames, the user's own with source and variables.

    Briefly these with their line alone, and only how many calls there are in libraries.
    """
    return [clean(line) for line in _Lines(found, brief).error(found.error)]


def code_text(found: PostMortem, commit: str | None = None) -> str:
    """Return what is known of the code: its commit, and whether it has changed since.

    `commit` is the one that is checked out by now.
    """
    told = []
    if found.commit is not None:
        told.append(f"commit {found.commit[:_SHORT]}")
        if commit not in (None, found.commit):
            told.append(f"now at {str(commit)[:_SHORT]}")
    changed = ", ".join(frame.function for frame in found.changed())
    if changed:
        told.append(f"code changed since this failure: {changed}")
    return clean(", ".join(told))


def failure_json(attempt: int, found: PostMortem | None) -> dict[str, Any] | None:
    """Return the failure's document; variables are JSON values."""
    if found is None:
        return None
    return {
        "attempt": attempt,
        "commit": found.commit,
        "changed": [frame.function for frame in found.changed()],
        "error": _document(found.error),
    }


def _document(raised: Raised) -> dict[str, Any]:
    return {
        "type": raised.type,
        "message": raised.message,
        "notes": list(raised.notes),
        "frames": [_frame_document(frame) for frame in raised.frames],
        "frames_left_out": raised.cut,
        "members": [_document(member) for member in raised.members],
        "members_left_out": raised.more_members,
        "cause": _document(raised.before) if raised.before and raised.is_caused else None,
        "context": _document(raised.before) if raised.before and not raised.is_caused else None,
    }


def _frame_document(frame: Frame) -> dict[str, Any]:
    document = asdict(frame)
    del document["fingerprint"], document["more"]
    document["variables"] = {name: json.loads(text) for name, text in frame.variables.items()}
    return document | {"variables_left_out": frame.more}


class _Lines:
    """Writes the lines of one failure, shortly or in full."""

    def __init__(self, found: PostMortem, brief: bool) -> None:
        self._numbers = {id(frame): number for number, frame in enumerate(found.frames)}
        self._brief = brief

    def error(self, raised: Raised, margin: str = "") -> Iterator[str]:
        """Write an exception with all that belongs to it."""
        yield f"{margin}{': '.join(filter(None, (raised.type, raised.message)))}"
        yield from (f"{margin}  {note}" for note in raised.notes)
        yield from (f"{margin}{line}" for line in self._frames(raised))
        for member in raised.members:
            yield f"{margin}  one of its group"
            yield from self.error(member, f"{margin}  | ")
        if raised.more_members:
            yield f"{margin}  … {raised.more_members:,} more in its group"
        if raised.before is not None:
            yield f"{margin}{'caused by' if raised.is_caused else 'while handling'}"
            yield from self.error(raised.before, margin)

    def _frames(self, raised: Raised) -> Iterator[str]:
        places = enumerate(raised.frames)
        for is_own, group in groupby(places, key=lambda pair: pair[1].is_own):
            frames = list(group)
            shown = frames if is_own or not self._brief else frames[:0]
            for place, frame in shown:
                if raised.cut and place == raised.cut_after:
                    yield f"      … {raised.cut:,} calls left out"
                yield from self._own(frame) if is_own else self._head(frame)
            if not shown:
                calls = "1 call" if len(frames) == 1 else f"{len(frames)} calls"
                yield f"      … {calls} in libraries"

    def _head(self, frame: Frame) -> Iterator[str]:
        yield f"{self._numbers[id(frame)]:>4}  {frame.file}:{frame.line} in {frame.function}"

    def _own(self, frame: Frame) -> Iterator[str]:
        yield from self._head(frame)
        if self._brief:
            yield f"          {frame.text}"
            return
        for place, text in enumerate(frame.source, frame.first):
            yield f"      {'>' if place == frame.line else ' '} {place:>4}  {text}".rstrip()
        yield from (f"          {name} = {shown}" for name, shown in frame.variables.items())
        if frame.more:
            yield f"          … {frame.more:,} more"
