"""One forker and what it has forked, as the supervisor sees them.

A reload starts a second generation with freshly imported code while the first one finishes.
"""

import os
import signal
import time
from dataclasses import dataclass, field

from jobdash.job import Wish
from jobdash.pool import PoolOptions, birth, endings, out_of_memory
from jobdash.pool.messages import Inbox, send
from jobdash.pool.minutes import Minutes
from jobdash.pool.muster import Muster
from jobdash.pool.orders import Orders
from jobdash.pool.places import Places

TICKS = "ticks"
_PATIENCE_SECONDS = 2.0
_POLL_SECONDS = 0.002


@dataclass(slots=True)
class Child:
    """A forked process that is alive as far as we know. `wish` is what it has been told last."""

    name: str
    pid: int
    wish: Wish | None = None
    since: float = field(default_factory=time.monotonic)
    kills_before: int | None = field(default_factory=out_of_memory.kills)

    @property
    def lifetime(self) -> float:
        """How many seconds ago it was forked."""
        return time.monotonic() - self.since

    def ending(self, status: int) -> str:
        """Describe its end by its wait status, and guess why the kernel may have killed it."""
        how = endings.of_status(status)
        if endings.is_kill(status) and out_of_memory.has_killed_since(self.kills_before):
            return f"{how}, probably for memory: the kernel's out-of-memory killer ran meanwhile"
        return how


class Generation:
    """Starts a forker; knows its children; has them finish or end."""

    def __init__(self, options: PoolOptions, muster: Muster, *, is_first: bool) -> None:
        self.since = time.monotonic()
        self.children: dict[int, Child] = {}
        self.places = Places(muster)
        self._muster = muster
        self._options = options
        self._is_first, self._is_periodic = is_first, False
        self._minutes = Minutes()
        self._status: int | None = None
        commands, self._commands = os.pipe()
        mine, reports = os.pipe()
        stop, self._stop = os.pipe()
        self.inbox = Inbox(mine)
        orders = Orders(options, os.getpid(), commands, reports, stop)
        if is_first:
            self.pid = birth.fork_first(orders, (self._commands, mine, self._stop))
        else:
            self.pid = birth.start_anew(orders)
            send(self._commands, orders.as_message())
        for descriptor in (commands, reports, stop):
            os.close(descriptor)

    @property
    def lifetime(self) -> float:
        """How many seconds ago the forker was started."""
        return time.monotonic() - self.since

    def serve(self, *, is_periodic: bool) -> None:
        """Fill the places from now on."""
        self._is_periodic = is_periodic and self._options.periodic
        self.places.open()

    def fill_places(self, pool: int) -> None:
        """Have a child forked for every place whose time has come, and for a new minute."""
        for place in self.places.take_due():
            is_drained = place.name in self._muster.drained
            self._fork(place.name, place.role, pool, is_first=self._is_first, is_drained=is_drained)
        # Not before the tasks are written down: the child also finds out when they run next.
        if self._is_periodic and self.places.are_prepared:
            minute = self._minutes.take(time.time())
            if minute is not None:
                self._fork(TICKS, TICKS, pool, minute=minute)

    def _fork(self, name: str, role: str, pool: int, **more: int) -> None:
        send(self._commands, {"name": name, "role": role, "pool": pool, **more})

    def tell(self, child: Child, wish: Wish | None) -> None:
        """Tell one child what is wanted of it; None is to take jobs as ever."""
        child.wish = wish
        send(self._commands, {"tell": child.pid, "wish": wish})

    def drain(self) -> None:
        """Let every child finish what it does and end; replace nobody any more."""
        self.places.close()
        self._is_periodic = False
        if self._stop >= 0:
            os.close(self._stop)
            self._stop = -1

    def end(self, *, at_once: bool = False) -> str:
        """End the forker, with whom its children die, and return how it ended.

        `at_once` is for one that may be busy importing the app and not hear us. One that has been
        waited for stays as it ended: its pid may be another process's by now.
        """
        self.drain()
        if self._status is None:
            if at_once:
                self._kill()
            os.close(self._commands)
            os.close(self.inbox.descriptor)
            self._status = self._wait()
        return endings.of_status(self._status)

    def _wait(self) -> int:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                return status
            if time.monotonic() > deadline:
                self._kill()
            time.sleep(_POLL_SECONDS)

    def _kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
