"""Hearing of changes: one poller for all who wait, and none while nobody waits."""

import asyncio

from jobdash.errors import DatabaseError
from jobdash.http.threads import Threads

_LOOK_EVERY = 0.05


class Watch:
    """Wakes all who wait when the file has changed, or when the server ends."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._waiting: set[asyncio.Event] = set()
        self._poller: asyncio.Task[None] | None = None
        self.has_ended = False
        self.mark = 0

    async def changed(self, mark: int, seconds: float) -> bool:
        """Return as soon as something may have changed since the watch had this mark.

        False if nothing did for so long, or nobody is to wait any more.
        """
        if self.has_ended or mark != self.mark:
            return not self.has_ended
        event = asyncio.Event()
        self._waiting.add(event)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            # Not wait_for: before Python 3.12 that goes on for whoever leaves as something changes.
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(event)
        return True

    def end(self) -> None:
        """Let nobody wait any more."""
        self.has_ended = True
        self._wake()

    async def _poll(self) -> None:
        # The first look wakes everybody: what changed before it would be missed else.
        version = -1
        while self._waiting:
            try:
                found = await self._threads.version()
            except DatabaseError:
                found = version
            if found != version:
                version = found
                self._wake()
            await asyncio.sleep(_LOOK_EVERY)

    def _wake(self) -> None:
        self.mark += 1
        for event in self._waiting:
            event.set()
