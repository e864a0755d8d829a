"""The operations that a key starts: what may be asked first, and how they are carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobdash.errors import UsageError
from jobdash.job import Job, State
from jobdash.operations import OPERATIONS, Operation
from jobdash.report import JobFilter, Report
from jobdash.tui.clock import now_us

if TYPE_CHECKING:
    from jobdash.control import Control, Outcome

# The dashboard would rather say that the file is busy than keep a person waiting.
DEADLINE = 0.25
SAMPLES = 4
MOST_MARKED = 100_000

# Jobs by their numbers, or all that match a filter at the moment of asking.
Chosen = Sequence[int] | JobFilter


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operation would do: `ready` are the jobs that it can be expected to change.

    `samples` are some of them as they stand, and `running` is how many of them are running.
    """

    operation: Operation
    ready: tuple[int, ...]
    others: tuple[int, ...]
    samples: tuple[Job, ...]
    running: int

    @property
    def asks(self) -> bool:
        """Whether a person is to be asked first: for many jobs, running ones, or for good."""
        if not self.ready:
            return False
        stops = self.operation.name == "cancel" and self.running > 0
        return self.operation.is_final or stops or len(self.ready) > 1

    @property
    def seqs(self) -> tuple[int, ...]:
        """The jobs to act on; if none looks ready, all: then the refusal tells why."""
        return self.ready or self.others


def make_plan(path: Path, name: str, chosen: Iterable[Chosen]) -> Plan:
    """Look how the jobs stand now. Runs in a worker thread."""
    operation = OPERATIONS[name]
    with Report(path) as report:
        states = report.standings(seqs_of(report, chosen))
        ready = tuple(seq for seq, state in states.items() if state in operation.sources)
        jobs = map(report.job_by_seq, ready[:SAMPLES])
        samples = tuple(job for job in jobs if job is not None)
    others = tuple(seq for seq in states if states[seq] not in operation.sources)
    running = sum(states[seq] is State.RUNNING for seq in ready)
    return Plan(operation, ready, others, samples, running)


def seqs_of(report: Report, chosen: Iterable[Chosen]) -> Iterator[int]:
    """Return the numbers of the chosen jobs."""
    for part in chosen:
        yield from report.seqs(part) if isinstance(part, JobFilter) else part


def find(path: Path, wanted: JobFilter) -> tuple[int, ...]:
    """Return the numbers of all matching jobs. Runs in a worker thread.

    Raises `UsageError` if there are more than can be handled one by one.
    """
    with Report(path) as report:
        if report.count(wanted, MOST_MARKED + 1) > MOST_MARKED:
            raise UsageError(f"More than {MOST_MARKED:,} match: narrow the filter.")
        return tuple(report.seqs(wanted))


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
