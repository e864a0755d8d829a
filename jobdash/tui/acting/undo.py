"""What the person at the screen has just done and may take back for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobdash.batch import Batch
    from jobdash.control import Undo

SECONDS = 30.0
HINT = "u undoes"
OPENS = "o opens it"


@dataclass(frozen=True, slots=True)
class Pause:
    """What was paused, or resumed: a task, or everything in a queue for ''; or a batch."""

    queue: str
    task: str
    paused: bool
    batch: Batch | None = None

    @property
    def reverse(self) -> Pause:
        """What takes it back."""
        return replace(self, paused=not self.paused)


@dataclass(frozen=True, slots=True)
class Done:
    """An act that can be taken back, in words: `Cancelled 214 jobs`; `brief` if those are long."""

    told: str
    what: Sequence[Undo] | Pause
    brief: str = ""


class Recent:
    """The acts of the last 30 seconds, the newest first to go.

    `why_none` says why the last one cannot be taken back any more, if it was not for its age.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._acts: list[tuple[float, Done]] = []
        self.why_none = ""

    def add(self, done: Done) -> None:
        """Keep an act for 30 seconds."""
        self.forget()
        self.why_none = ""
        self._acts.append((self._clock() + SECONDS, done))

    def take(self) -> Done | None:
        """Return the newest act, once; None if there is none."""
        self.forget()
        return self._acts.pop()[1] if self._acts else None

    @property
    def newest(self) -> Done | None:
        """The act that would be taken."""
        self.forget()
        return self._acts[-1][1] if self._acts else None

    def forget(self) -> None:
        """Let go of what can be taken back no more for its age."""
        now = self._clock()
        self._acts = [(until, done) for until, done in self._acts if until > now]

    def forget_all(self, why: str) -> None:
        """Let go of every act: nobody means an older one by the key that undoes the last."""
        self._acts.clear()
        self.why_none = why
