"""The operations that a key starts: what may be asked first, and how they are carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobdash.job import Job, State
from jobdash.report import Report
from jobdash.tui.clock import now_us
from jobdash.tui.offers import suits

if TYPE_CHECKING:
    from jobdash.control import Control, Outcome

# The dashboard would rather say that the file is busy than keep a person waiting.
DEADLINE = 0.25


@dataclass(frozen=True, slots=True)
class Operation:
    """A verb in its forms; `always_asks` if it cannot be taken back."""

    name: str
    done: str
    always_asks: bool = False


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("cancel", "cancelled"),
        Operation("retry", "retried"),
        Operation("replay", "replayed"),
        Operation("discard", "discarded", always_asks=True),
    )
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operation would do: `ready` are the jobs that it can be expected to change."""

    operation: Operation
    ready: tuple[Job, ...]
    others: tuple[Job, ...]

    @property
    def asks(self) -> bool:
        """Whether a person is to be asked first: for many jobs, running ones, or for good."""
        if not self.ready:
            return False
        stops = self.operation.name == "cancel" and self.running > 0
        return self.operation.always_asks or stops or len(self.ready) > 1

    @property
    def running(self) -> int:
        """How many of the jobs are running."""
        return sum(job.state is State.RUNNING for job in self.ready)

    @property
    def seqs(self) -> tuple[int, ...]:
        """The jobs to act on; if none looks ready, all: then the refusal tells why."""
        return tuple(job.seq for job in self.ready or self.others)


def make_plan(path: Path, name: str, seqs: Iterable[int]) -> Plan:
    """Look how the jobs stand now. Runs in a worker thread."""
    with Report(path) as report:
        found = [report.job_by_seq(seq) for seq in seqs]
    jobs = [job for job in found if job is not None]
    ready = tuple(job for job in jobs if suits(name, job))
    return Plan(OPERATIONS[name], ready, tuple(job for job in jobs if not suits(name, job)))


def perform(path: Path, name: str, seqs: Iterable[int]) -> Outcome:
    """Carry an operation out. Runs in a worker thread. Raises `DatabaseError`."""
    with _control(path) as control:
        act: Callable[[Iterable[int], int], Outcome] = getattr(control, name)
        return act(seqs, now_us())


def read_pauses(path: Path) -> list[tuple[str, str]]:
    """Return (queue, task) of what is paused now. Runs in a worker thread."""
    with Report(path) as report:
        return report.pauses()


def set_pause(path: Path, queue: str, task: str, *, paused: bool) -> bool:
    """Pause or resume a task, or everything for ''. Runs in a worker thread."""
    with _control(path) as control:
        change = control.pause if paused else control.resume
        return change(queue, task, now_us())


@contextmanager
def _control(path: Path) -> Iterator[Control]:
    # Imported at the first act: the ledger's writing half would cost every start 30 ms.
    from jobdash.control import Control

    control = Control(path, deadline=DEADLINE)
    try:
        yield control
    finally:
        control.close()
