"""What one run tells of its progress: collected at each call, written a few times a second."""

import math
import os
from operator import index
from time import monotonic
from typing import Any

from jobdash.broker.rate import Rate
from jobdash.broker.times import now
from jobdash.errors import DatabaseError
from jobdash.job import Amount, Claim
from jobdash.ledger import Ledger
from jobdash.ledger.progress import Standing
from jobdash.redact import redact_text
from jobdash.text import shorten, storable

# So many writes in quick succession, so that what goes on slowly is always shown as it is; then
# one each quarter of a second.
_BURST = 3
_BETWEEN = 0.25
# While others hold the write lock a task is not held up for its progress.
_PATIENCE = 0.02
_LONGEST_PAUSE = 5.0

_LONGEST_NOTE = 200
_LARGEST = 2**63
# Not every Exception: a task's time limit is one, and may come at any moment.
_NO_NUMBER = (TypeError, ValueError, ArithmeticError)


class Level:
    """One `track` loop: how many of its items are done."""

    __slots__ = ("done", "total")

    def __init__(self, total: Any) -> None:
        self.done = 0
        self.total = total


class Reporter:
    """Tells the ledger how far one run has come.

    `done`, `total` and `note` are what the task told last, as it told them; `due` is when the next
    write is, by the monotonic clock.
    """

    __slots__ = (
        *("done", "due", "note", "total"),
        *("_claim", "_ledger", "_levels", "_pause", "_process", "_rate", "_written"),
    )

    def __init__(self, ledger: Ledger, claim: Claim) -> None:
        self.done: Any = None
        self.total: Any = None
        self.note: Any = None
        self.due = -math.inf
        self._ledger = ledger
        self._claim = claim
        self._levels: list[Level] = []
        self._pause = _BETWEEN
        self._process = os.getpid()
        self._rate = Rate()
        self._written: Standing | None = None

    def tell(self, done: Any, total: Any, note: Any) -> None:
        """Take note of what the task says, and write it if it is time."""
        if done is not None:
            self.done = done
        if total is not None:
            self.total = total
        if note is not None:
            self.note = note
        if monotonic() >= self.due:
            self.write()

    def enter(self, total: Any, note: Any) -> Level:
        """Begin a loop, inside those that go on."""
        level = Level(total)
        self._levels.append(level)
        self.done = self.total = None
        self.tell(None, None, note)
        return level

    def leave(self, level: Level) -> None:
        """End a loop, and those inside it that have not ended; what it came to still stands."""
        if level not in self._levels:
            return
        place = self._levels.index(level)
        self.done, self.total = self._counted(place)
        del self._levels[place:]

    def write(self) -> None:
        """Write how far the run has come; later, if the file is busy or gone."""
        moment = monotonic()
        if os.getpid() != self._process:
            self.due = math.inf
            return
        self.due = max(self.due, moment - _BURST * _BETWEEN) + _BETWEEN
        standing = self._standing(moment)
        try:
            self._ledger.progress.note(self._claim, standing, now(), _PATIENCE)
        except DatabaseError:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            self.due = monotonic() + self._pause
        else:
            self._pause, self._written = _BETWEEN, standing

    def unwritten(self) -> Standing | None:
        """Return how far the run has come at its end, if that is more than what was written."""
        standing, written = self._standing(monotonic()), self._written
        return None if written is not None and standing[:3] == written[:3] else standing

    def _standing(self, moment: float) -> Standing:
        done, total = self._counted(0)
        self._rate.see(done, moment)
        return Standing(done, total, _note(self.note), self._rate.lately, self._rate.on_the_whole)

    def _counted(self, place: int) -> tuple[Amount | None, Amount | None]:
        """Return what is done of how much in the loop at this place, and in those inside it."""
        done, total = _amount(self.done), _amount(self.total)
        for level in reversed(self._levels[place:]):
            part = min(done / total, 1.0) if done and total else 0
            done, total = level.done, _amount(level.total)
            if total is None or done < total:
                done += part
        return done, total


def _amount(value: Any) -> Amount | None:
    """Return a number that a file can hold, None for anything else."""
    try:
        whole = int(index(value)) if hasattr(value, "__index__") else None
        number = float(value)
    except _NO_NUMBER:
        return None
    if not math.isfinite(number):
        return None
    return max(0, number if whole is None or whole >= _LARGEST else whole)


def _note(value: Any) -> str | None:
    if not value:
        return None
    # Cut before and after: to hide secrets in a text of megabytes takes long.
    text = redact_text(storable(str(value)[: 5 * _LONGEST_NOTE]))
    return shorten(text, _LONGEST_NOTE)
