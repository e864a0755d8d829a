"""One forker and what it has forked, as the supervisor sees them.

A reload starts a second generation with freshly imported code while the first one finishes.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from jobdash.pool import PoolOptions, endings
from jobdash.pool.backoff import BackOff
from jobdash.pool.messages import Inbox, Message, send
from jobdash.pool.orders import Orders

_PATIENCE_SECONDS = 2.0


@dataclass(slots=True)
class Child:
    """A forked process that is alive as far as we know."""

    name: str
    pid: int
    since: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Slot:
    """A place that shall always be taken by a living child; `due` is when to fill it."""

    name: str
    role: str
    due: float | None = 0.0
    backoff: BackOff = field(default_factory=BackOff)


class Generation:
    """Starts a forker; knows its children; passes on what they are to do."""

    def __init__(self, options: PoolOptions) -> None:
        self.since = time.monotonic()
        self.children: dict[int, Child] = {}
        self.slots: dict[str, Slot] = {}
        self.description: Message = {}
        commands, self._commands = os.pipe()
        mine, reports = os.pipe()
        stop, self._stop = os.pipe()
        self.inbox = Inbox(mine)
        self._start(Orders(options, os.getpid(), commands, reports, stop))
        for descriptor in (commands, reports, stop):
            os.close(descriptor)

    def _start(self, orders: Orders) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobdash.pool.forker", orders.as_json()],
            stdin=subprocess.DEVNULL,
            pass_fds=(orders.commands, orders.reports, orders.stop),
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The forker's process."""
        return self._process.pid

    @property
    def is_draining(self) -> bool:
        """Whether its children have been told to finish."""
        return self._stop < 0

    def fill_slots(self, pool: int) -> None:
        """Fork a child for every slot whose time has come."""
        now = time.monotonic()
        for slot in self.slots.values():
            if slot.due is not None and slot.due <= now:
                slot.due = None
                send(self._commands, {"name": slot.name, "role": slot.role, "pool": pool})

    def drain(self) -> None:
        """Let every child finish what it does and end; fill no slot any more."""
        self.slots.clear()
        if not self.is_draining:
            os.close(self._stop)
            self._stop = -1

    def signal_children(self, number: signal.Signals) -> None:
        """Send every child a signal."""
        for pid in self.children:
            _send_signal(pid, number)

    def end(self) -> str:
        """End the forker, whose children die with it, and return how it ended."""
        self.drain()
        if self._commands >= 0:
            os.close(self._commands)
            os.close(self.inbox.descriptor)
            self._commands = -1
        return self._wait()

    def kill(self) -> None:
        """End a forker that may be busy importing the app."""
        self._process.kill()
        self.end()

    def _wait(self) -> str:
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return endings.in_words(self._process.returncode)


def _send_signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
