"""Starts the demo's pool again whenever it dies."""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from jobdash.cli.pool_process import PoolProcess
from jobdash.errors import JobdashError

_LOOK_EVERY = 0.1
_TOLERATED = 3


class Keeper:
    """Watches a pool inside a `with` block. `starts` counts how often it was started.

    It may be killed as often as one likes, but when it ends by itself several times in a row it
    is left alone, and `failure` says why.
    """

    def __init__(self, pool: PoolProcess, tell: Callable[[str], None]) -> None:
        self.starts = 1
        self.failure: Exception | None = None
        self._pool = pool
        self._tell = tell
        self._own_ends = 0
        self._stopping = Event()
        self._thread = Thread(target=self._watch, name="pool-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while self.failure is None and not self._stopping.wait(_LOOK_EVERY):
            if not self._pool.alive():
                self._bring_back()

    def _bring_back(self) -> None:
        self._own_ends = 0 if self._pool.was_killed() else self._own_ends + 1
        if self._own_ends > _TOLERATED:
            self.failure = self._pool.failure()
            return
        self._tell("the pool died: it is started again")
        try:
            self._pool.restart()
        except (JobdashError, OSError) as error:
            self.failure = error
            return
        self.starts += 1
