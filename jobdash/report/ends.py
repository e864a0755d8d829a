"""The ends of a batch's jobs, told as they come, in whatever order."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from jobdash.database import statements
from jobdash.job import State
from jobdash.report.reads import Reads

SQL = statements("ends")
_PAGE = 500


class End(NamedTuple):
    """An input of a batch whose job has ended: its number, and the job's.

    `is_silent` is whether it is known to have printed nothing.
    """

    number: int
    seq: int
    state: State
    is_silent: bool


class EndReads(Reads):
    """Reads of a batch's inputs."""

    def inputs_after(self, batch: int, number: int, limit: int = _PAGE) -> list[End]:
        """Return the inputs that follow a number, and how their jobs stand."""
        parameters = {"batch": batch, "after": number, "most": limit}
        return [_end_of(*row) for row in self._reader.rows(SQL["inputs_after"], parameters)]

    def these_inputs(self, batch: int, numbers: list[int]) -> list[End]:
        """Return these inputs, and how their jobs stand."""
        parameters = {"batch": batch, "numbers": json.dumps(numbers)}
        return [_end_of(*row) for row in self._reader.rows(SQL["these_inputs"], parameters)]


def _end_of(number: int, seq: int, state: str, printed: int | None) -> End:
    return End(number, seq, State(state), printed == -1)


class Ends:
    """Yields each end of a batch's jobs once; costs as much as there is new.

    Jobs begin in the order of their inputs, so only few below the last that has ended are open.
    """

    def __init__(self, reads: EndReads, batch: int) -> None:
        self._reads = reads
        self._batch = batch
        self._open: set[int] = set()
        self._last = 0

    def look(self) -> Iterator[End]:
        """Yield those that have ended since the last look."""
        if self._open:
            for one in self._reads.these_inputs(self._batch, sorted(self._open)):
                if one.state.is_final:
                    self._open.discard(one.number)
                    yield one
        while page := self._reads.inputs_after(self._batch, self._last):
            ended = [one for one in page if one.state.is_final]
            if not ended:
                return
            passed = ended[-1].number
            self._open |= {
                one.number for one in page if one.number < passed and not one.state.is_final
            }
            self._last = passed
            yield from ended
