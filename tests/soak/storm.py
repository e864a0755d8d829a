"""One storm from its first process to its last, and what can be known of it afterwards."""

import heapq
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from waiting import eventually

from jobdash.errors import DatabaseError
from jobdash.job import ACTIVE
from jobdash.report import Report
from soak.attacks import Attacks, Deed, Later
from soak.processes import Place
from soak.troupe import Troupe
from soak.weather import forecast

WORKERS = 3
PRODUCERS = 2
DRAIN_SECONDS = 60.0
STOP_SECONDS = 20.0
LEAVE_SECONDS = 3.0


@dataclass(frozen=True)
class Aftermath:
    """What the storm itself knows: everything else is in the files."""

    place: Place
    seed: int
    seconds: float
    deeds: list[Deed]
    pools_started: int
    drained_in: float | None
    oddities: list[str]


class Storm:
    """Runs for so many seconds, then lets everything come to rest."""

    def __init__(self, folder: Path, seed: int, seconds: float) -> None:
        self._seed, self._seconds = seed, seconds
        self._place = Place(folder)
        self._troupe = Troupe(self._place, seed, WORKERS, PRODUCERS)
        self._attacks = Attacks(self._place, self._troupe)
        self._order = count()
        # (when on the monotonic clock, tie-breaker, what)
        self._agenda: list[tuple[float, int, Callable[[], list[Later]]]] = []

    def run(self) -> Aftermath:
        """Rage, rest, and tell."""
        try:
            self._begin()
            self._rage()
            drained_in = self._rest()
            self._troupe.stop_pool(STOP_SECONDS)
            return self._aftermath(drained_in)
        finally:
            self._attacks.close()
            self._troupe.end()

    def _begin(self) -> None:
        self._troupe.revive()
        eventually(self._is_serving, DRAIN_SECONDS)
        self._attacks.open()
        start = time.monotonic()
        for strike in forecast(self._seed, self._seconds):
            self._at(start + strike.at, partial(self._attacks.strike, strike))
        self._end_at = start + self._seconds

    def _is_serving(self) -> bool:
        try:
            with Report(self._place.database) as report:
                return any(one.kind == "worker" for one in report.workers())
        except DatabaseError:
            return False

    def _rage(self) -> None:
        while time.monotonic() < self._end_at:
            self._troupe.revive()
            self._do_what_is_due()
            due = self._agenda[0][0] if self._agenda else self._end_at
            self._troupe.wait(min(due, self._end_at) - time.monotonic())

    def _rest(self) -> float | None:
        """Undo what holds jobs up, and wait until none is active; None if that takes too long."""
        for pid in self._place.left():
            self._place.signal(pid, signal.SIGCONT)
        self._troupe.dismiss_producers()
        self._attacks.resume_all()
        begun = time.monotonic()
        try:
            eventually(self._is_at_rest, DRAIN_SECONDS)
        except AssertionError:
            return None
        return time.monotonic() - begun

    def _is_at_rest(self) -> bool:
        self._troupe.revive_pool()
        self._troupe.wait(0.1)
        with Report(self._place.database) as report:
            counts = report.counts()
        return not any(counts[state] for state in ACTIVE)

    def _do_what_is_due(self) -> None:
        while self._agenda and self._agenda[0][0] <= time.monotonic():
            _, _, act = heapq.heappop(self._agenda)
            for seconds, what in act():
                self._at(time.monotonic() + seconds, what)

    def _at(self, when: float, what: Callable[[], list[Later]]) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), what))

    def _aftermath(self, drained_in: float | None) -> Aftermath:
        left = [f"process {pid} is left" for pid in self._processes_left()]
        return Aftermath(
            self._place,
            self._seed,
            self._seconds,
            self._attacks.deeds,
            self._troupe.pools_started,
            drained_in,
            self._troupe.odd_ends + left,
        )

    def _processes_left(self) -> list[int]:
        with suppress(AssertionError):
            eventually(lambda: not self._place.left(), LEAVE_SECONDS)
        return self._place.left()
