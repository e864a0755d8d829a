"""Who plays: one pool, the producers and the latecomers. Whoever ends is replaced."""

import signal
from contextlib import suppress
from itertools import count
from multiprocessing import connection
from os import close as close_descriptor
from os import pidfd_open

from soak.lines import FLOOD
from soak.processes import Place, Started, children

# Shorter than slow jobs take: a stop has to return some.
SHUTDOWN_TIMEOUT_SECONDS = 0.2
CALLS_A_SECOND = 6
# In good order, killed, killed before it minded signals, told twice to stop.
PRODUCER_ENDS = (0, -signal.SIGKILL, -signal.SIGTERM)
# A pool whose app could never be imported gives up, and says so.
FIRST_FORKER_KILLED = "the app ended the process that imported it: killed by signal 9 (SIGKILL)"
POOL_ENDS = (0, -signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM)


class Troupe:
    """The storm's processes. Nothing but `revive` and `dismiss` starts or awaits them."""

    def __init__(self, place: Place, seed: int, workers: int, producers: int) -> None:
        self._place = place
        self._workers = workers
        self._seeds = (f"{seed}-{number}" for number in count())
        self.pool: Started | None = None
        self.producers: list[Started | None] = [None] * producers
        self.latecomers: list[Started] = []
        self.pools_started = 0
        # Exit codes of pools and latecomers that nobody had signalled to death.
        self.odd_ends: list[str] = []

    def revive(self) -> None:
        """Start what is missing."""
        self.revive_pool()
        for index, one in enumerate(self.producers):
            if one is None or one.poll() is not None:
                _let_go(one)
                self.producers[index] = self._place.start(
                    "soak.producer", next(self._seeds), CALLS_A_SECOND
                )

    def revive_pool(self) -> None:
        """Start a pool if none is there."""
        if self.pool is not None and self.pool.poll() is None:
            return
        if self.pool is not None:
            self._note("pool", self.pool, POOL_ENDS)
            _let_go(self.pool)
        self.pools_started += 1
        options = ("-w", self._workers, "-t", SHUTDOWN_TIMEOUT_SECONDS, "-q")
        self.pool = self._place.start("jobdash", "worker", "-A", "soak.app:huey", *options)

    def flood(self) -> None:
        """Have the producers enqueue so much that every worker is busy."""
        for pid in self.living_producers():
            self._place.signal(pid, FLOOD)

    def invite_latecomer(self) -> None:
        """Let a worker come that was taken for dead."""
        self.latecomers.append(self._place.start("soak.latecomer"))

    def living_producers(self) -> list[int]:
        return [one.pid for one in self.producers if one is not None and one.poll() is None]

    def forkers(self) -> list[int]:
        return children(self.pool.pid) if self.pool is not None else []

    def worker_pids(self) -> list[int]:
        return [pid for forker in self.forkers() for pid in children(forker)]

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the pool or a producer ends."""
        there = [one for one in (self.pool, *self.producers) if one is not None]
        handles = [pidfd_open(one.pid) for one in there if one.poll() is None]
        try:
            connection.wait(handles, max(0.0, seconds))
        finally:
            for handle in handles:
                close_descriptor(handle)

    def dismiss_producers(self) -> None:
        """Let producers and latecomers end what they do, and wait for them."""
        for one in (*self.producers, *self.latecomers):
            _let_go(one)
        for one in self.latecomers:
            self._note("latecomer", one, (0,))
        for one in self.producers:
            if one is not None:
                self._note("producer", one, PRODUCER_ENDS)
        self.producers = []

    def stop_pool(self, seconds: float) -> None:
        """Stop the pool in good order."""
        assert self.pool is not None
        self.pool.send_signal(signal.SIGTERM)
        self.pool.wait(seconds)
        self._note("pool at its end", self.pool, (0,))
        _let_go(self.pool)

    def end(self) -> None:
        """End everybody, whatever they do."""
        for one in (self.pool, *self.producers, *self.latecomers):
            if one is not None:
                one.kill()
                _let_go(one)
                one.wait()

    def _note(self, who: str, one: Started, usual: tuple[int, ...]) -> None:
        """Remember an end that nobody has brought about."""
        code = one.wait()
        if code not in usual and FIRST_FORKER_KILLED not in one.last_words():
            self.odd_ends.append(f"a {who} ended with {code}, saying: {one.last_words()}")


def _let_go(one: Started | None) -> None:
    if one is not None and one.stdin is not None:
        with suppress(BrokenPipeError):
            one.stdin.close()
