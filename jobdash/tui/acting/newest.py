"""The job that was made here last, by enqueueing or by a replay."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Newest:
    """Knows the number of that job, and whether one is just being made."""

    def __init__(self) -> None:
        self._seq = 0
        self._making = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def making(self) -> Iterator[None]:
        """Let who asks for the newest job wait for the one that is made in this block."""
        self._making += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._making -= 1
            if not self._making:
                self._idle.set()

    def made(self, seqs: Sequence[int]) -> None:
        """Jobs have been made, or none."""
        self._seq = max(seqs, default=self._seq)

    async def seq(self) -> int:
        """Return the job's number, 0 if there is none."""
        await self._idle.wait()
        return self._seq
