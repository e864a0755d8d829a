"""An act on any number of jobs, in portions, in a thread: how far it is, and how it is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jobdash.errors import DatabaseError, JobdashError
from jobdash.report import JobFilter, Report
from jobdash.tui.acting.operations import DEADLINE, Chosen, open_control

if TYPE_CHECKING:
    from jobdash.control import Control, Outcome, Undo

# As many as the control does in one transaction.
PORTION = 100
# More would fill the memory with what takes them back.
MOST_UNDOABLE = 100_000
# A person waits for one job; for many nobody does, while workers need the lock too.
_PATIENT = 5.0
_BREATH = 0.003

# Numbers read at once: a group of dead letters is sorted anew at each reading.
_READ_AHEAD = 10_000

T = TypeVar("T")

# What is done to one portion.
Step = Callable[["Control", Sequence[Any]], "Outcome"]


class Bulk:
    """Something that is done portion by portion. `run` belongs into a worker thread.

    Everything else may be read and called meanwhile from any other.
    """

    def __init__(
        self, words: str, path: Path, portions: Iterable[Sequence[Any]], total: int, step: Step
    ) -> None:
        self.words = words
        self.total = total
        self.done = 0
        self.created: list[int] = []
        self.refused = 0
        self.first_refusal: JobdashError | None = None
        self.trouble: JobdashError | None = None
        self.undos: list[Undo] = []
        self.is_stopped = False
        self._path = path
        self._portions = portions
        self._step = step

    @property
    def is_undoable(self) -> bool:
        """Whether it keeps what takes it back."""
        return self.total <= MOST_UNDOABLE

    def stop(self) -> None:
        """Leave alone what has not been done yet."""
        self.is_stopped = True

    def run(self) -> None:
        """Do it, until the end, the stop, or the first trouble with the file."""
        try:
            self._run()
        except DatabaseError as error:
            self.trouble = error

    def _run(self) -> None:
        deadline = DEADLINE if self.total == 1 else _PATIENT
        with open_control(self._path, deadline, remembers=self.is_undoable) as control:
            for portion in self._portions:
                if self.is_stopped or self.trouble:
                    return
                self._take(self._step(control, portion))
                if self.total > PORTION:
                    time.sleep(_BREATH)

    def _take(self, outcome: Outcome) -> None:
        self.done += len(outcome.changed)
        self.created += outcome.created
        self.undos += outcome.undos
        for refusal in outcome.refused:
            if isinstance(refusal.error, DatabaseError):
                self.trouble = refusal.error
            else:
                self.refused += 1
                self.first_refusal = self.first_refusal or refusal.error


def portions(
    path: Path, chosen: Sequence[Chosen], newest: int, most: int
) -> Iterator[Sequence[int]]:
    """Yield the numbers of the chosen jobs, a portion at a time, the oldest first.

    What a filter finds is looked for bit by bit, so that any number costs no memory. Jobs
    that have come after `newest` are nobody's choice, and neither are more than `most`.
    """
    for part in chosen:
        named = _matching(path, part, newest) if isinstance(part, JobFilter) else in_portions(part)
        for portion in named:
            yield portion[:most]
            most -= len(portion)
            if most <= 0:
                return


def _matching(path: Path, wanted: JobFilter, newest: int) -> Iterator[Sequence[int]]:
    last = 0
    with Report(path) as report:
        while found := report.seqs_between(wanted, last + 1, newest, _READ_AHEAD):
            yield from in_portions(found)
            last = found[-1]


def in_portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield as many at once as go into one transaction."""
    for start in range(0, len(items), PORTION):
        yield items[start : start + PORTION]
