"""What each kind of trouble does, and the log of what was done."""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from waiting import eventually

from jobdash.control import Control
from jobdash.errors import DatabaseBusy, DatabaseError
from jobdash.job import ACTIVE, State
from jobdash.report import JobFilter, Report
from soak.lines import append
from soak.processes import Place
from soak.troupe import Troupe
from soak.weather import Strike, Trouble

QUEUE = "soak"
# Everything, or one of these.
_TASKS = ("", *(f"soak.app.{name}" for name in ("instant", "slow", "step", "part", "gather")))
_CANDIDATES = 40


@dataclass(frozen=True)
class Deed:
    """Something that was done: to which process of which pool, or to which job."""

    at: int
    trouble: Trouble
    target: int
    pool: int


# In how many seconds, and what; that may leave something to be done itself.
Later = tuple[float, Callable[[], "list[Later]"]]

# While a process that has the write lock is stopped, nobody else may stop for long: the one that
# is to let it go on is this one.
PATIENCE_SECONDS = 0.2
WAITING_SECONDS = 0.05
FLOOD_SECONDS = 0.5
FLOODED = 20


class Attacks:
    """Carries strikes out. What each leaves to be done afterwards is returned by `strike`."""

    def __init__(self, place: Place, troupe: Troupe) -> None:
        self._place = place
        self._troupe = troupe
        self._report: Report | None = None
        self._control: Control | None = None
        self.deeds: list[Deed] = []
        self.refused = 0

    def strike(self, strike: Strike) -> list[Later]:
        """Do what the strike says, if there is a victim; return what is to follow, and when."""
        trouble = strike.trouble
        try:
            if trouble.is_while_waiting:
                return self._send_while_waiting(strike)
            if trouble.whom in ("worker", "forker", "pool", "producer"):
                return self._send(strike)
            return getattr(self, f"_{trouble.what}")(strike) or []
        except DatabaseError:
            self.refused += 1
            return []

    def open(self) -> None:
        """Open the file, which must be there."""
        self._report = Report(self._place.database)
        self._control = Control(self._place.database, deadline=PATIENCE_SECONDS)

    def close(self) -> None:
        if self._report is not None and self._control is not None:
            self._report.close()
            self._control.close()

    def resume_all(self) -> None:
        """Let everything run again."""
        for task in _TASKS:
            eventually(lambda task=task: not self._resume(task), 10)

    def _send_while_waiting(self, strike: Strike) -> list[Later]:
        """Keep the workers busy, hold the write lock until they wait for it, then strike."""
        assert self._control is not None
        self._troupe.flood()
        with suppress(AssertionError):
            eventually(self._is_flooded, FLOOD_SECONDS)
        with self._control.ledger(QUEUE).database.transaction():
            self._troupe.wait(WAITING_SECONDS)
            return self._send(strike)

    def _is_flooded(self) -> bool:
        assert self._report is not None
        return self._report.counts()[State.PENDING] > FLOODED

    def _send(self, strike: Strike) -> list[Later]:
        number = getattr(signal, f"SIG{strike.trouble.what}")
        pid = _picked(self._victims(strike.trouble.whom), strike.pick)
        if pid is None or not self._place.signal(pid, number):
            return []
        self._note(strike.trouble, pid)
        if number != signal.SIGSTOP:
            return []
        return [(strike.lasts, lambda: self._go_on(pid))]

    def _go_on(self, pid: int) -> list[Later]:
        self._place.signal(pid, signal.SIGCONT)
        return []

    def _victims(self, who: str) -> Sequence[int]:
        troupe = self._troupe
        if who == "pool":
            return [troupe.pool.pid] if troupe.pool is not None else []
        return {
            "worker": troupe.worker_pids,
            "forker": troupe.forkers,
            "producer": troupe.living_producers,
        }[who]()

    def _cancel(self, strike: Strike) -> None:
        self._decide(strike, (State.RUNNING,) if strike.lasts < 0.6 else tuple(ACTIVE))

    def _retry(self, strike: Strike) -> None:
        self._decide(strike, (State.FAILED, State.CANCELLED))

    def _decide(self, strike: Strike, states: tuple[State, ...]) -> None:
        assert self._report is not None
        assert self._control is not None
        found = self._report.jobs(JobFilter(states=states), limit=_CANDIDATES)
        seq = _picked([job.seq for job in found], strike.pick)
        if seq is None:
            return
        act = self._control.cancel if strike.trouble is Trouble.CANCEL else self._control.retry
        outcome = act([seq], _now())
        self.refused += len(outcome.refused)
        for changed in outcome.changed:
            self._note(strike.trouble, changed)

    def _pause(self, strike: Strike) -> list[Later]:
        assert self._control is not None
        task = _TASKS[int(strike.pick * len(_TASKS))]
        # One that found the file busy may have come half way: it is resumed all the same.
        with suppress(DatabaseBusy):
            self._control.pause(QUEUE, task, _now())
            self._note(strike.trouble, 0)
        return [(strike.lasts, lambda: self._resume(task))]

    def _resume(self, task: str) -> list[Later]:
        """Resume, or try again soon."""
        assert self._control is not None
        try:
            self._control.resume(QUEUE, task, _now())
        except DatabaseBusy:
            return [(0.1, lambda: self._resume(task))]
        return []

    def _comes(self, strike: Strike) -> None:
        self._troupe.invite_latecomer()
        self._note(strike.trouble, self._troupe.latecomers[-1].pid)

    def _note(self, trouble: Trouble, target: int) -> None:
        pool = self._troupe.pool.pid if self._troupe.pool is not None else 0
        self.deeds.append(Deed(_now(), trouble, target, pool))
        # For whoever looks into what the judge has found.
        append(self._place.deeds, _now(), trouble, target, pool)


def _picked(victims: Sequence[int], pick: float) -> int | None:
    return victims[int(pick * len(victims))] if victims else None


def _now() -> int:
    return time.time_ns() // 1000
