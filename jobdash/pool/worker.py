"""A worker: claims jobs and runs them, one after another, until it is told to stop."""

import os
import select
import signal
import time
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

from huey.consumer import ProcessEnvironment

from jobdash import liveness, stacks, wake
from jobdash.broker.commits import remember_commits
from jobdash.broker.interrupts import Reason
from jobdash.broker.log import Seldom, logger
from jobdash.broker.times import now
from jobdash.errors import DatabaseError, SchemaTooNew
from jobdash.job import Claim, Wish
from jobdash.pool import hooks, process
from jobdash.pool.capture import Capture
from jobdash.pool.duty import Duty
from jobdash.pool.orders import Post
from jobdash.pool.signatures import task_files
from jobdash.pool.spent import Spending
from jobdash.pool.surroundings import Surroundings
from jobdash.usage import resident_mb

COUNT_EVERY = 1.0
LOOK_EVERY = 1.0
LOOK_EVERY_WHEN_DEAF = 0.05


def work(huey: Any, post: Post) -> int:
    """Run jobs until the stop pipe ends or the worker is due to be replaced."""
    take_place(huey, "worker", post)
    _mind_the_supervisor(huey)
    huey._timeout_handler = ProcessEnvironment().timeout
    hooks.run_startup(huey)
    # Only now: how the start went is for whoever has started the pool.
    capture = _capture_output(huey)
    stacks.answer()
    surroundings = Surroundings(liveness.descriptor(huey.storage.database.path))
    huey.after_body = surroundings.restore
    huey.spending = Spending()
    remember_commits(task_files(huey))
    try:
        _Shift(huey, post, capture, surroundings).run()
    finally:
        hooks.run_shutdown(huey)
    return 0


def _capture_output(huey: Any) -> Capture:
    capture = Capture(huey.storage.database.path, huey.storage.guest.worker)
    try:
        capture.begin()
    except OSError as error:
        logger.warning("what jobs print is not kept: %s", error)
    huey.log_place = capture.place
    return capture


def take_place(huey: Any, kind: str, post: Post) -> None:
    """Register this process, show it as alive, and claim in its name from now on."""
    database = huey.storage.database.path
    worker = huey.ledger.crew.register(
        kind,
        post.name,
        post.pool,
        liveness.Identity.own(pgid=os.getpid()),
        now(),
        hold=partial(liveness.hold, database),
        wish=Wish.DRAIN if post.is_drained else None,
    )
    huey.use_worker(worker)


def _mind_the_supervisor(huey: Any) -> None:
    process.mind_signals_in_children()
    # An alarm that a task has left to the next one would end the worker.
    process.shrug((signal.SIGALRM,))
    signal.signal(signal.SIGUSR1, _interrupter(huey, "cancel"))
    signal.signal(signal.SIGUSR2, _interrupter(huey, "stop"))


def _interrupter(huey: Any, reason: Reason) -> process.Handler:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # If it cannot be known whether it is meant, the supervisor kills what goes on.
        with suppress(DatabaseError):
            huey.interrupt(reason)

    return interrupt


class _Shift:
    """The time from a worker's first claim to its last."""

    def __init__(self, huey: Any, post: Post, capture: Capture, surroundings: Surroundings) -> None:
        self._huey = huey
        self._capture, self._surroundings = capture, surroundings
        self._worker: int = huey.storage.guest.worker
        self._pid = os.getpid()
        self._left, self._max_rss = post.options.max_tasks, post.options.max_rss
        self._has_run, self._log = False, Seldom()
        self._counted = (0, 0)
        self._counted_at = time.monotonic()
        self._bell = wake.Listener(huey.storage.database.path, huey.name)
        self._duty = Duty(post.stop, post.own, is_off=post.is_drained)
        self._anything = select.poll()
        for descriptor in self._duty.descriptors:
            self._anything.register(descriptor, select.POLLIN)
        if self._bell.can_hear:
            self._anything.register(self._bell, select.POLLIN)

    def run(self) -> None:
        while self._may_stay():
            if self._duty.is_off:
                self._rest()
            else:
                self._run_all_from(self._next())
        self._count(every=0)

    def _rest(self) -> None:
        self._count(every=0)
        self._duty.listen(None)

    def _next(self) -> Claim | None:
        if self._capture.is_full:
            self._capture.renew(self._surroundings.output_spares)
        try:
            return self._huey.claim_next() or self._wait()
        except SchemaTooNew:
            raise
        except DatabaseError as error:
            self._log.error(f"no job can be claimed: {error}")
            self._duty.listen(LOOK_EVERY)
            return None

    def _run_all_from(self, claim: Claim | None) -> None:
        while claim is not None:
            self._has_run = True
            if self._left is not None:
                self._left -= 1
            claim = self._huey.run_claim(claim, self._may_fuse)
            if os.getpid() != self._pid:
                os._exit(0)  # the task forked, and this is the child that came back
            self._count(every=COUNT_EVERY)

    def _may_go_on(self) -> bool:
        return self._may_stay() and not self._duty.is_off

    def _may_stay(self) -> bool:
        self._duty.listen()
        return self._left != 0 and not self._is_too_big() and not self._duty.is_over

    def _may_fuse(self) -> bool:
        return not self._capture.is_full and self._may_go_on()

    def _is_too_big(self) -> bool:
        # A worker that is too big from the start runs one job all the same, or none would be run.
        if self._max_rss is None or not self._has_run:
            return False
        return resident_mb() > self._max_rss

    def _wait(self) -> Claim | None:
        """Return what came between looking and listening, else wait for a ring or the stop.

        The bell stays rung while jobs are ready, so that it calls every idle worker. Only who has
        found nothing switches it off, and must look once more, for a job may have come meanwhile.
        """
        rings = self._bell.drain()
        claim: Claim | None = self._huey.claim_next() if rings else None
        if claim is not None:
            wake.ring(self._huey.storage.database.path, self._huey.name)
            return claim
        self._count(every=COUNT_EVERY)
        seconds = LOOK_EVERY if self._bell.can_hear else LOOK_EVERY_WHEN_DEAF
        self._anything.poll(1000 * seconds)
        return None

    def _count(self, every: float) -> None:
        """Add to the worker's row what it has done since the last time, at most so often."""
        counts = self._huey.outcome_counts
        if counts == self._counted or time.monotonic() < self._counted_at + every:
            return
        done, failed = (new - old for new, old in zip(counts, self._counted, strict=True))
        self._huey.ledger.crew.count(self._worker, done, failed)
        self._counted, self._counted_at = counts, time.monotonic()
