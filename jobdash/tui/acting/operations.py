"""The operations that a key starts: which jobs they would change, and how they are carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobdash.batch import Batch
from jobdash.errors import UsageError
from jobdash.job import Job, State
from jobdash.operations import OPERATIONS, Operation
from jobdash.report import JobFilter, Report
from jobdash.report.watched import Broken
from jobdash.tui.clock import now_us

if TYPE_CHECKING:
    from jobdash.control import Control

# The dashboard would rather say that the file is busy than keep a person waiting.
DEADLINE = 0.25
SAMPLES = 4
MOST_MARKED = 100_000

# Jobs by their numbers, or all that match a filter at the moment of asking.
Chosen = Sequence[int] | JobFilter


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operation would do to the chosen jobs as they stand.

    `ready` is how many it can be expected to change, `running` how many of those run, `others` how
    many are not in a state for it: `unfit` if they were named one by one. `samples` are some of the
    ready ones, the newest first. `parts` are the ready ones; none of them is newer than `newest`.
    """

    operation: Operation
    ready: int
    others: int
    running: int
    samples: tuple[Job, ...]
    parts: tuple[Chosen, ...]
    unfit: tuple[int, ...]
    newest: int

    @property
    def asks(self) -> bool:
        """Whether a person is to be asked first: for many jobs, running ones, or dead letters."""
        return bool(self.ready) and (self.operation.asks or self.stops > 0 or self.ready > 1)

    @property
    def stops(self) -> int:
        """How many running jobs it would end."""
        return self.running if self.operation.name == "cancel" else 0


def make_plan(path: Path, name: str, chosen: Sequence[Chosen]) -> Plan:
    """Look how the jobs stand now. Runs in a worker thread."""
    operation = OPERATIONS[name]
    with Report(path) as report:
        newest = next(iter(report.jobs(limit=1)), None)
        looked = [_look(report, operation, part) for part in chosen]
    return Plan(
        operation,
        sum(part.ready for part in looked),
        sum(part.others for part in looked),
        sum(part.running for part in looked),
        tuple(job for part in looked for job in part.samples)[:SAMPLES],
        tuple(part.chosen for part in looked),
        tuple(seq for part in looked for seq in part.unfit),
        0 if newest is None else newest.seq,
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was found of some of the chosen jobs."""

    ready: int
    others: int
    running: int
    samples: Sequence[Job] = ()
    chosen: Chosen = ()
    unfit: Sequence[int] = ()


def _look(report: Report, operation: Operation, part: Chosen) -> _Looked:
    if isinstance(part, JobFilter):
        return _look_at_filter(report, operation, part)
    states = report.standings(part)
    # In the order of their arrival: what comes first may take along what hangs on it.
    ready = sorted(seq for seq, state in states.items() if state in operation.sources)
    found = (report.job_by_seq(seq) for seq in ready[: -SAMPLES - 1 : -1])
    running = sum(states[seq] is State.RUNNING for seq in ready)
    samples = [job for job in found if job is not None]
    unfit = sorted(states.keys() - set(ready))
    return _Looked(len(ready), len(unfit), running, samples, ready, unfit)


def _look_at_filter(report: Report, operation: Operation, wanted: JobFilter) -> _Looked:
    counts = counts_by_state(report, wanted)
    ready = sum(counts[state] for state in counts.keys() & operation.sources)
    fitting = narrowed(wanted, operation.sources)
    if fitting is None or not ready:
        return _Looked(0, sum(counts.values()), 0)
    if ready <= MOST_MARKED:
        # From here on these are the jobs, and no other that the filter comes to find meanwhile.
        named = _look(report, operation, report.seqs(fitting))
        return replace(named, others=sum(counts.values()) - ready, unfit=())
    running = counts.get(State.RUNNING, 0) if State.RUNNING in operation.sources else 0
    samples = report.jobs(fitting, SAMPLES)
    return _Looked(ready, sum(counts.values()) - ready, running, samples, fitting)


def counts_by_state(report: Report, wanted: JobFilter) -> dict[State, int]:
    """Return how many matching jobs are in each state."""
    states = wanted.chosen_states or tuple(State)
    return {state: report.count(replace(wanted, states=(state,))) for state in states}


@dataclass(frozen=True, slots=True)
class Matching:
    """How many matching jobs each operation would change, and which jobs those are."""

    total: int
    counts: Mapping[str, int]
    chosen: Mapping[str, Chosen]

    def part(self, name: str, about: str) -> str:
        """Return which of those that match `about` an operation is for."""
        count = self.counts[name]
        return about if count == self.total else f"{count:,} of {self.total:,} that match: {about}"


def look_at_all(path: Path, wanted: JobFilter) -> Matching:
    """Look how all that match stand now. Runs in a worker thread."""
    with Report(path) as report:
        if report.count(wanted, MOST_MARKED + 1) <= MOST_MARKED:
            return _named(report.standings(report.seqs(wanted)))
        counts = counts_by_state(report, wanted)
    ready = {
        name: sum(counts[state] for state in counts.keys() & operation.sources)
        for name, operation in OPERATIONS.items()
    }
    return Matching(sum(counts.values()), ready, dict.fromkeys(OPERATIONS, wanted))


def _named(states: Mapping[int, State]) -> Matching:
    chosen = {
        name: [seq for seq, state in states.items() if state in operation.sources]
        for name, operation in OPERATIONS.items()
    }
    return Matching(len(states), {name: len(seqs) for name, seqs in chosen.items()}, chosen)


def narrowed(wanted: JobFilter, states: frozenset[State]) -> JobFilter | None:
    """Return the filter with nothing but jobs in these states, None if there can be none."""
    chosen = tuple(state for state in wanted.states or State if state in states)
    return replace(wanted, states=chosen) if chosen else None


def seqs_of(report: Report, chosen: Sequence[Chosen]) -> Iterator[int]:
    """Return the numbers of the chosen jobs."""
    for part in chosen:
        yield from report.seqs(part) if isinstance(part, JobFilter) else part


def find(path: Path, wanted: JobFilter) -> tuple[int, ...]:
    """Return the numbers of all matching jobs. Runs in a worker thread.

    Raises `UsageError` if there are more than can be marked one by one.
    """
    with Report(path) as report:
        if report.count(wanted, MOST_MARKED + 1) > MOST_MARKED:
            raise UsageError(f"More than {MOST_MARKED:,} match: A acts on all without marks.")
        return tuple(report.seqs(wanted))


def read_pauses(path: Path) -> list[tuple[str, str]]:
    """Return (queue, task) of what is paused now. Runs in a worker thread."""
    with Report(path) as report:
        return report.pauses()


def read_broken(path: Path) -> list[Broken]:
    """Return what breakers have paused. Runs in a worker thread."""
    with Report(path) as report:
        return report.broken()


def set_pause(path: Path, queue: str, task: str, *, paused: bool) -> bool:
    """Pause or resume a task, or everything for ''. Runs in a worker thread."""
    with open_control(path, DEADLINE) as control:
        change = control.pause if paused else control.resume
        return change(queue, task, now_us())


def set_batch_pause(path: Path, batch: Batch, *, paused: bool) -> bool:
    """Pause or resume a batch. Runs in a worker thread."""
    # Imported at the first act, as the other operations are.
    from jobdash.control.batches import BatchControl

    control = BatchControl(path, deadline=DEADLINE)
    try:
        change = control.pause if paused else control.resume
        return change(batch.name, now_us())
    finally:
        control.close()


def cancel_batch(path: Path, batch: Batch) -> bool:
    """Cancel all of a batch and let nothing be added to it. Runs in a worker thread."""
    from jobdash.control.batches import BatchControl

    control = BatchControl(path, deadline=DEADLINE)
    try:
        return control.cancel(batch.name, now_us())
    finally:
        control.close()


@contextmanager
def open_control(path: Path, deadline: float, *, remembers: bool = False) -> Iterator[Control]:
    """Open the file for an operation."""
    # Imported at the first act: the ledger's writing half would cost every start 30 ms.
    from jobdash.control import Control

    control = Control(path, deadline=deadline, remembers=remembers)
    try:
        yield control
    finally:
        control.close()
