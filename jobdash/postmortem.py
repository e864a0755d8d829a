"""A failure in full, as it is kept with its attempt: plain JSON, read back leniently.

What it says comes from the app: clean it before a terminal sees it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobdash.fingerprint import has_changed

LIMIT = 64_000


@dataclass(frozen=True, slots=True)
class Frame:
    """One call in a traceback.

    `is_own` is whether it is the user's own code; `source` are the lines around it, of which the
    first has the number `first`; `variables` are previews in JSON, `more` how many were left out.
    """

    file: str
    line: int
    function: str
    is_own: bool = False
    first: int = 0
    source: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    more: int = 0
    fingerprint: str = ""

    @property
    def text(self) -> str:
        """The line of source itself, ''  if it is not known."""
        place = self.line - self.first
        return self.source[place].strip() if 0 <= place < len(self.source) else ""


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception; `before` was raised first: the cause if `is_caused`, else what was handled.

    `cut` frames are missing behind the first `cut_after`; `members` are those of a group.
    """

    type: str
    message: str = ""
    notes: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    cut: int = 0
    cut_after: int = 0
    before: "Raised | None" = None
    is_caused: bool = False
    members: tuple["Raised", ...] = ()
    more_members: int = 0

    def everything(self) -> Iterator["Raised"]:
        """Yield it, what was raised before it, and all members, in the order of importance."""
        yield self
        for member in self.members:
            yield from member.everything()
        if self.before is not None:
            yield from self.before.everything()


@dataclass(frozen=True, slots=True)
class PostMortem:
    """What is known of a failed run: its exception, and the commit that the code was of."""

    error: Raised
    commit: str | None = None

    @property
    def frames(self) -> tuple[Frame, ...]:
        """All frames that are kept; their order gives them their numbers."""
        return tuple(frame for raised in self.error.everything() for frame in raised.frames)

    @property
    def culprit(self) -> int | None:
        """The number of the frame to look at first: the user's innermost one, else the last."""
        own = [number for number, frame in enumerate(self.error.frames) if frame.is_own]
        if own:
            return own[-1]
        frames = self.frames
        others = (number for number, frame in enumerate(frames) if frame.is_own)
        return next(others, len(self.error.frames) - 1 if self.error.frames else None)

    @property
    def first_frame(self) -> Frame | None:
        """The frame to look at first, None if there is none."""
        return None if self.culprit is None else self.frames[self.culprit]

    def changed(self) -> tuple[Frame, ...]:
        """Return the user's own functions on the way to the failure that are different by now."""
        found = {
            (frame.file, frame.function): frame
            for frame in self.frames
            if frame.is_own
            and frame.fingerprint
            and has_changed(frame.file, frame.function, frame.fingerprint)
        }
        return tuple(found.values())


def read_post_mortem(text: str | None) -> PostMortem | None:
    """Return what was kept; None if there is nothing, or nothing that can be read."""
    try:
        kept = json.loads(text or "null")
        return None if kept is None else PostMortem(_raised(kept["error"]), kept.get("commit"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _raised(kept: Any) -> Raised:
    before = kept.get("before")
    return Raised(
        type=str(kept["type"]),
        message=str(kept.get("message", "")),
        notes=tuple(map(str, kept.get("notes", ()))),
        frames=tuple(map(_frame, kept.get("frames", ()))),
        cut=int(kept.get("cut", 0)),
        cut_after=int(kept.get("cut_after", 0)),
        before=None if before is None else _raised(before),
        is_caused=bool(kept.get("is_caused")),
        members=tuple(map(_raised, kept.get("members", ()))),
        more_members=int(kept.get("more_members", 0)),
    )


def _frame(kept: Any) -> Frame:
    return Frame(
        file=str(kept["file"]),
        line=int(kept["line"]),
        function=str(kept["function"]),
        is_own=bool(kept.get("is_own")),
        first=int(kept.get("first", 0)),
        source=tuple(map(str, kept.get("source", ()))),
        variables={str(name): str(shown) for name, shown in kept.get("variables", {}).items()},
        more=int(kept.get("more", 0)),
        fingerprint=str(kept.get("fingerprint", "")),
    )
