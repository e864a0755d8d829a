"""Where the jobs of some states are: chunks of numbers, and how many lie in each.

The states that every job passes through have no index, because it would cost every job more than
all its other bookkeeping. The tally, which is kept anyway, leads to them nearly as quickly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobdash.job import CHUNK

HIGHEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Numbers:
    """The job numbers from `low` to `high`, both included."""

    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        """True if there is no number between them."""
        return self.low > self.high

    def below(self, seq: int) -> "Numbers":
        """Return the part below a number."""
        return Numbers(self.low, min(self.high, seq - 1))

    def above(self, seq: int) -> "Numbers":
        """Return the part above a number."""
        return Numbers(max(self.low, seq + 1), self.high)


ALL = (Numbers(0, HIGHEST),)


class Directory:
    """How many jobs lie in each chunk of numbers, the newest chunk first."""

    def __init__(self, chunks: Sequence[tuple[int, int]]) -> None:
        """Take (chunk, number of jobs), each chunk at most once, in falling order."""
        self._chunks = chunks

    @property
    def jobs(self) -> int:
        """How many jobs there are in all chunks."""
        return sum(size for _, size in self._chunks)

    def stretches(self) -> tuple[Numbers, ...]:
        """Return where jobs lie, newest first; neighbouring chunks make one stretch."""
        found: list[Numbers] = []
        for chunk, _ in self._chunks:
            low, high = chunk * CHUNK, chunk * CHUNK + CHUNK - 1
            if found and found[-1].low == high + 1:
                high = found.pop().high
            found.append(Numbers(low, high))
        return tuple(found)

    def skip(self, jobs: int, *, from_oldest: bool = False) -> tuple["Directory", int]:
        """Leave whole chunks out that hold the first `jobs`; return how many are left to skip.

        The first are the newest, unless one goes `from_oldest`.
        """
        left = jobs
        chunks = self._chunks[::-1] if from_oldest else self._chunks
        for index, (_, size) in enumerate(chunks):
            if left < size:
                rest = chunks[index:]
                return Directory(rest[::-1] if from_oldest else rest), left
            left -= size
        return Directory(()), 0

    def newer_than_chunk_of(self, seq: int) -> int:
        """Count the jobs in the chunks above that of a number."""
        return sum(size for chunk, size in self._chunks if chunk > seq // CHUNK)


def rest_of_chunk(seq: int) -> Numbers:
    """Return the numbers above this one in its chunk."""
    return Numbers(seq + 1, seq // CHUNK * CHUNK + CHUNK - 1)
