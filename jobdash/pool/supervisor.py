"""The supervisor: one single-threaded loop that keeps a pool working until it is told to stop.

It imports neither huey nor the app and never forks, so it runs no user code and can be trusted to
hold the database open, to judge who is dead, and to end what does not end by itself.
"""

import os
import select
from functools import partial

from jobdash import wake
from jobdash.errors import DatabaseError, UsageError
from jobdash.pool import Companion, MakeCompanion, PoolOptions
from jobdash.pool.every import Every
from jobdash.pool.lifeline import Lifeline
from jobdash.pool.messages import Message
from jobdash.pool.relay import Relay
from jobdash.pool.roster import Roster, open_roster
from jobdash.pool.service import Service
from jobdash.pool.signalbox import SignalBox
from jobdash.pool.stopping import Stage, Stopping
from jobdash.pool.succession import Succession
from jobdash.pool.voice import Voice

LOOK_EVERY = 0.05
LOOK_AT_SOURCES_EVERY = 0.5
LOOK_AT_FILE_EVERY = 0.5


class Supervisor:
    """Runs one pool from start to stop."""

    def __init__(self, options: PoolOptions, companion: MakeCompanion | None = None) -> None:
        self._options = options
        self._make_companion = companion
        self._companion: Companion | None = None
        self._voice = Voice(options.logfile, is_quiet=options.verbose is False)
        self._succession = Succession(options, self._voice, self._enter)
        self._stopping = Stopping(options.shutdown_timeout, self._succession, self._voice)
        self._service: Service | None = None
        self._sources_check = Every(LOOK_AT_SOURCES_EVERY)
        self._file_check = Every(LOOK_AT_FILE_EVERY)
        self._lifeline = Lifeline(options.lifeline)
        self._trouble: DatabaseError | None = None

    def run(self) -> int:
        """Serve until told to stop; return the exit code. Raises what keeps a pool from serving."""
        self._note_ignored()
        with SignalBox() as signals:
            try:
                while not self._stopping.is_over:
                    self._step(signals)
            finally:
                self._leave()
        if self._trouble is not None:
            raise self._trouble
        return self._stopping.exit_code

    def _step(self, signals: SignalBox) -> None:
        self._succession.fill()
        self._wait(signals)
        for number in signals.take():
            self._stopping.signalled(number)
        self._stopping.go_on(self._service)
        if self._service is not None:
            self._serve(self._service)

    def _wait(self, signals: SignalBox) -> None:
        """Take in what forkers report, for as long as nothing else is due."""
        poller = select.poll()
        poller.register(signals, select.POLLIN)
        hearing = {one.inbox.descriptor: one for one in self._succession.generations()}
        for descriptor in hearing:
            poller.register(descriptor, select.POLLIN)
        seconds = LOOK_EVERY
        if self._service is not None:
            seconds = min(seconds, self._service.idle_seconds())
        for descriptor, _ in poller.poll(1000 * seconds):
            if descriptor in hearing:
                self._succession.hear(hearing[descriptor])
            else:
                signals.clear()

    def _serve(self, service: Service) -> None:
        try:
            service.look()
        except DatabaseError as error:
            self._voice.complain(str(error))
        if self._trouble is None and self._file_check.is_due():
            self._stop_if_file_is_gone(service)
        is_serving = self._stopping.stage is Stage.SERVING
        if is_serving:
            self._succession.carry_out(service.wanted)
        elif service.wanted.size is not None:
            service.take_no_wishes()
        if is_serving and self._options.reload and self._sources_check.is_due():
            self._succession.reload_if_changed()
        if is_serving and self._lifeline.is_cut() and service.is_idle():
            self._stopping.finish("nobody needs this pool any more: stopping")

    def _stop_if_file_is_gone(self, service: Service) -> None:
        try:
            service.roster.check_file()
        except DatabaseError as error:
            self._trouble = error
            self._stopping.abandon()

    def _enter(self, message: Message) -> Service:
        """Take the place of the file's pool, now that the app is known to import."""
        queue = message["queue"]
        if self._options.queue not in (None, queue):
            raise UsageError(f"the app's queue is {queue!r}, not {self._options.queue!r}")
        size, join = self._options.workers, self._options.join
        roster = open_roster(message["filename"], queue, size, self._options.app, join=join)
        self._service = Service(
            roster, self._voice, self._succession.children, Relay(is_wanted=self._options.echo)
        )
        self._service.look()
        self._voice.say(
            f"pool {os.getpid()} serves {roster.path}, queue {queue}:"
            f" {_some(self._options.workers, 'worker')}, {_some(message['tasks'], 'task')}"
        )
        self._accompany(roster)
        return self._service

    def _accompany(self, roster: Roster) -> None:
        if self._make_companion is not None:
            path, queue = roster.path, roster.ledger.queue
            self._companion = self._make_companion(
                path, queue, partial(wake.ring, path, queue), self._voice.warn, self._voice.complain
            )
            self._companion.start()

    def _leave(self) -> None:
        if self._companion is not None:
            self._companion.stop()
        self._succession.end()
        if self._service is None:
            return
        roster = self._service.roster
        try:
            roster.sweep(frozenset())
            roster.leave("stopped")
        except DatabaseError as error:
            self._voice.complain(str(error))
        self._voice.say("stopped")

    def _note_ignored(self) -> None:
        if self._options.ignored:
            self._voice.say(
                f"{', '.join(self._options.ignored)} mean nothing here: workers are woken, and"
                " watched all the time"
            )


def _some(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
