"""Running one command, in a worker: started without a fork of it, ended with it."""

import os
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from jobdash.identity import living_members
from jobdash.shell.failures import CommandFailed, failure_of, no_directory, not_started
from jobdash.shell.programs import find_program
from jobdash.streams import marked

_STDERR = 2
_PIECE = 65_536
_KEPT_WORDS = 4_096
_GRACE_SECONDS = 0.5
_LOOK_SECONDS = 0.02
# What may be raised out of anywhere in a worker: its interrupts, and the time limit.
_INTERRUPTS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM)
# Python ignores these, and what is ignored stays so in another program.
_USUAL = tuple(
    number for name in ("SIGPIPE", "SIGXFSZ") if (number := getattr(signal, name, None)) is not None
)


def run_command(
    command: Sequence[str], directory: str | None, environment: Mapping[str, str] | None
) -> int:
    """Run a command and return 0. Raises `CommandFailed` for any other end.

    Whatever is raised meanwhile ends the command first, and what it has started.
    """
    running = _Running()
    try:
        with _undisturbed():
            running.start(command, directory, os.environ if environment is None else environment)
        status = running.wait()
    except CommandFailed:
        raise
    except BaseException:
        running.end()
        raise
    finally:
        running.close()
    failure = failure_of(status, running.said)
    if failure is not None:
        raise failure
    return 0


class _Running:
    """A command that runs, and the pipe from which its standard error comes.

    Its standard output is that of this process: where a worker writes, its job's log.
    """

    def __init__(self) -> None:
        self.said = b""
        self._pid = 0
        self._status: int | None = None
        self._is_silent = False
        self._errors = -1
        self._ending = -1
        self._poll = select.poll()
        # The pool kills a worker's group, so a command that is in it ends with its worker.
        self._is_in_group = os.getpgrp() == os.getpid()

    def start(
        self, command: Sequence[str], directory: str | None, environment: Mapping[str, str]
    ) -> None:
        self._errors, theirs = os.pipe()
        try:
            os.set_blocking(self._errors, False)
            self._pid = _spawn(command, directory, environment, theirs, self._is_in_group)
        finally:
            os.close(theirs)
        self._poll.register(self._errors, select.POLLIN)
        # Where there is no such thing, it is asked now and then.
        with suppress(AttributeError, OSError):
            self._ending = os.pidfd_open(self._pid)
            self._poll.register(self._ending, select.POLLIN)

    def wait(self) -> int:
        """Return the status with which it ends; pass on meanwhile what comes."""
        while self._status is None:
            self._look(None if self._ending >= 0 else _LOOK_SECONDS)
        self._pass_on()
        return self._status

    def end(self) -> None:
        """End it, and what it has started: asked at first, killed soon after.

        Sooner than a pool kills a worker that does not end its job.
        """
        if not self._pid:
            return
        self._ask_to_end()
        kill_at = time.monotonic() + _GRACE_SECONDS
        # What it has started holds the other end of the pipe, unless it has closed that.
        while self._status is None or not self._is_silent:
            self._look(_LOOK_SECONDS)
            if time.monotonic() >= kill_at:
                self._kill()

    def _look(self, seconds: float | None) -> None:
        """Take in what comes within a time: what it says, its end."""
        ready = {
            number for number, _ in self._poll.poll(None if seconds is None else 1000 * seconds)
        }
        if self._errors in ready:
            self._pass_on()
        if self._status is None and (self._ending in ready or self._ending < 0):
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = status
                if self._ending >= 0:
                    self._poll.unregister(self._ending)

    def _pass_on(self) -> None:
        """Write to the log what has come."""
        try:
            while not self._is_silent:
                piece = os.read(self._errors, _PIECE)
                if not piece:
                    self._is_silent = True
                    self._poll.unregister(self._errors)
                    return
                self.said = (self.said + piece)[-_KEPT_WORDS:]
                _write(marked(piece))
        except BlockingIOError:
            return

    def _ask_to_end(self) -> None:
        # A worker minds no such signal itself.
        with suppress(ProcessLookupError):
            os.killpg(0 if self._is_in_group else self._pid, signal.SIGTERM)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            if not self._is_in_group:
                os.killpg(self._pid, signal.SIGKILL)
                return
            if self._status is None:
                os.kill(self._pid, signal.SIGKILL)
        for pid in living_members(os.getpid()):
            if pid != os.getpid():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        for descriptor in (self._errors, self._ending):
            if descriptor >= 0:
                os.close(descriptor)


def _spawn(
    command: Sequence[str],
    directory: str | None,
    environment: Mapping[str, str],
    errors: int,
    is_in_group: bool,
) -> int:
    if directory is not None:
        try:
            os.chdir(directory)
        except OSError as error:
            raise no_directory(error, directory) from None
    group: dict[str, Any] = {} if is_in_group else {"setpgroup": 0}
    try:
        return os.posix_spawn(
            find_program(command[0], environment),
            tuple(command),
            environment,
            file_actions=(
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, errors, _STDERR),
            ),
            setsigmask=(),
            setsigdef=_USUAL,
            **group,
        )
    except OSError as error:
        raise not_started(error, command) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold interrupts back, so that there is no command that nobody knows of."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(_STDERR, data) :]
