"""How a pool stops: running jobs may end, then they are interrupted, then they are killed."""

import os
import signal
import time
from contextlib import suppress
from enum import IntEnum

from jobdash.pool.service import Service
from jobdash.pool.succession import Succession
from jobdash.pool.voice import Voice

INTERRUPT_GRACE_SECONDS = 2.0
ABANDON_GRACE_SECONDS = 1.0
_AGAIN = frozenset({signal.SIGINT, signal.SIGTERM})


class Stage(IntEnum):
    """How far a stop has come."""

    SERVING = 0
    FINISHING = 1
    INTERRUPTED = 2
    KILLED = 3


class Stopping:
    """Moves the pool from stage to stage, by signals and by time.

    `timeout` is how many seconds running jobs may take to end, None for as long as they want.
    """

    def __init__(self, timeout: float | None, succession: Succession, voice: Voice) -> None:
        self._timeout = timeout
        self._succession = succession
        self._voice = voice
        self._deadline: float | None = None
        self.stage = Stage.SERVING
        self.exit_code = 0

    @property
    def is_over(self) -> bool:
        """Whether a stop was asked for and no child is left."""
        return self.stage > Stage.SERVING and not self._succession.children()

    def signalled(self, number: int) -> None:
        """React to SIGINT, SIGTERM or SIGHUP; only the first two can hurry a stop."""
        if self.stage is Stage.SERVING:
            name = signal.Signals(number).name
            self.finish(f"{name}: stopping after the running jobs; again to put them back")
        elif self.stage is Stage.FINISHING and number in _AGAIN:
            self.exit_code = 128 + number
            self._voice.say("interrupting the running jobs; they go back to the queue")
            self._interrupt()

    def finish(self, why: str) -> None:
        """Let everybody finish the job at hand."""
        if self.stage is Stage.SERVING:
            self._voice.say(why)
            self._enter(Stage.FINISHING, self._timeout)
            self._succession.drain()

    def abandon(self) -> None:
        """Let nobody finish: what the running jobs come to cannot be kept."""
        if self.stage < Stage.INTERRUPTED:
            self._succession.drain()
            self._interrupt(ABANDON_GRACE_SECONDS)

    def go_on(self, service: Service | None) -> None:
        """Take the next stage if this one has lasted long enough."""
        if self._deadline is None or time.monotonic() < self._deadline:
            return
        if self.stage is Stage.FINISHING:
            self._voice.say(f"after {self._timeout:g} s: interrupting the running jobs")
            self._interrupt()
        elif self.stage is Stage.INTERRUPTED and service is not None:
            self._voice.warn("killing the workers that go on")
            self._enter(Stage.KILLED, INTERRUPT_GRACE_SECONDS)
            service.kill_children("returned by a stop of the pool")
        elif self.stage is Stage.KILLED:
            self._succession.end()

    def _interrupt(self, grace: float = INTERRUPT_GRACE_SECONDS) -> None:
        self._enter(Stage.INTERRUPTED, grace)
        for pid in self._succession.children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGUSR2)

    def _enter(self, stage: Stage, seconds: float | None) -> None:
        self.stage = stage
        self._deadline = None if seconds is None else time.monotonic() + seconds
