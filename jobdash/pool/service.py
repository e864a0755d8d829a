"""What a pool does at its ledger: promotes what is due, ends what must end, frees what is lost."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from jobdash import liveness
from jobdash.broker.pruner import Pruner
from jobdash.broker.times import now
from jobdash.errors import DatabaseError
from jobdash.job import MICROSECONDS, Wish
from jobdash.ledger import Death, Present
from jobdash.ledger.pruning import Retention
from jobdash.ledger.wishes import Wanted
from jobdash.pool.every import Every
from jobdash.pool.generation import Child
from jobdash.pool.limits import Limits
from jobdash.pool.output import Output
from jobdash.pool.relay import Relay
from jobdash.pool.roster import Roster
from jobdash.pool.voice import Voice

ENFORCE_EVERY = 0.2
SWEEP_EVERY = 1.0

WELL = "exit code 0"
_PARTED: Mapping[Wish | None, str] = {Wish.REMOVE: "removed", Wish.RESTART: "restarted"}


class Service:
    """Exists from when the pool has entered the roster. `children` are its forked processes."""

    def __init__(
        self,
        roster: Roster,
        voice: Voice,
        children: Callable[[], Mapping[int, Child]],
        relay: Relay,
    ) -> None:
        self.roster = roster
        self._attempts = roster.ledger.attempts
        self._batches = roster.ledger.batch_duties
        self._voice = voice
        self._children = children
        self._limits = Limits(self._living_worker)
        self._output = Output(roster, relay)
        self._pruner: Pruner | None = None
        self._version: int | None = None
        self._next_due: int | None = None
        self._enforcing, self._sweeping = Every(ENFORCE_EVERY), Every(SWEEP_EVERY)
        self._stop_reason = ""
        self.wanted = Wanted(None)

    def look(self) -> None:
        """Do what there is to do; cheap if nobody has changed the database."""
        self._output.pass_on()
        if self._sweeping.is_due():
            self._sweep()
        version = self.roster.ledger.database.data_version()
        if version != self._version:
            self._limits.cancel(self._attempts.cancel_requests())
            self._look_ahead()
            self.wanted = self.roster.wanted()
            self._version = version
        if self._next_due is not None and self._next_due <= now():
            self._attempts.promote(now())
            self._batches.do(now())
            self._look_ahead()
        if self._enforcing.is_due():
            self._limits.enforce(self._attempts.limited())
        self._output.keep_bounds()
        if self._pruner is not None:
            self._pruner.step(now())

    def _look_ahead(self) -> None:
        """Find out when there is something to do next."""
        ahead = (self._attempts.next_due(), self._batches.next_at())
        self._next_due = min((at for at in ahead if at is not None), default=None)

    def is_idle(self) -> bool:
        """Return whether nothing runs, and nothing will without anybody's doing."""
        try:
            return self._attempts.is_idle()
        except DatabaseError:
            return False

    def keep(self, retention: Mapping[str, int | None]) -> None:
        """Prune from now on as the app says, which may have been reloaded."""
        self._pruner = Pruner(self.roster.ledger, Retention(**retention))

    def idle_seconds(self) -> float:
        """Return after how long the next job becomes due."""
        if self._next_due is None:
            return SWEEP_EVERY
        return max(0.0, (self._next_due - now()) / MICROSECONDS)

    def child_ended(self, child: Child, how: str) -> list[int]:
        """Free what a child of ours held; return the jobs' numbers.

        If the database cannot be written now, the next sweep frees it.
        """
        freed: list[int] = []
        if how == WELL and child.wish in _PARTED:
            how = _PARTED[child.wish]
        with self._trouble_is_told():
            lost = self.roster.own_worker(child.pid)
            if lost is not None:
                self._output.last_words(lost.id)
                freed = self._settle(lost, how)
                self._output.tidy(lost.id)
        return freed

    def wanted_now(self) -> Wanted:
        """Return what people want of the pool, also what came since the last look."""
        with self._trouble_is_told():
            self.wanted = self.roster.wanted()
        return self.wanted

    def take_no_wishes(self) -> None:
        """Let whoever wants more or fewer workers know that the pool stops."""
        self.wanted = Wanted(None)
        with self._trouble_is_told():
            self.roster.take_no_wishes()

    def orphaned(self, children: Iterable[Child]) -> None:
        """Make sure that children whose forker is gone end too, and free what they held."""
        self._end(children)
        self._sweeping.at_once()

    def kill_children(self, reason: str) -> None:
        """End every worker at once; what they held is freed for this reason."""
        self._stop_reason = reason
        self._end(self._children().values())

    def _end(self, children: Iterable[Child]) -> None:
        with self._trouble_is_told():
            for child in children:
                worker = self.roster.own_worker(child.pid)
                if worker is not None:
                    liveness.end_group(worker.identity)

    def _settle(self, lost: Present, how: str) -> list[int]:
        killing = self._limits.killed_for(lost.id)
        if killing is not None:
            freed = self.roster.settle(lost, killing.why, killing.death, meant=killing.run)
        elif self._stop_reason:
            freed = self.roster.settle(lost, self._stop_reason, Death.STOP)
        else:
            freed = self.roster.settle(lost, how)
        self._version = None
        if killing is not None:
            self._voice.warn(f"{_who(lost)} was killed: {killing.why}")
        elif how in _PARTED.values():
            self._voice.say(f"{_who(lost)} was {how}")
        elif freed or how != WELL:
            self._voice.warn(f"{_who(lost)} is lost: {how}{_holding(freed)}")
        return freed

    @contextmanager
    def _trouble_is_told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            self._voice.complain(str(error))

    def _sweep(self) -> None:
        self.roster.ledger.samples.take(now())
        for lost, freed in self.roster.sweep(frozenset(self._children())):
            self._version = None
            if freed:
                self._voice.warn(f"{_who(lost)} died unseen{_holding(freed)}")

    def _living_worker(self, worker: int) -> Present | None:
        children = self._children()
        everyone = self.roster.ledger.crew.present()
        return next((p for p in everyone if p.id == worker and p.identity.pid in children), None)


def _who(worker: Present) -> str:
    return f"worker {worker.name} (pid {worker.identity.pid})"


def _holding(freed: list[int]) -> str:
    jobs = ", ".join(f"#{seq}" for seq in freed)
    return f"; it held job {jobs}" if freed else ""
