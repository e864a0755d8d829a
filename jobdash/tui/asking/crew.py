"""What the place of the workers asks: who works, who has ended lately, and what each takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobdash.job import MICROSECONDS, Worker
from jobdash.report import Report
from jobdash.tui.asking.worker_names import by_pool_and_name
from jobdash.usage import Meter, Usage

# How long, and how many of them, those that have ended are still to be seen.
RECENT = 10 * 60 * MICROSECONDS
MOST_ENDED = 12
_MB = 1024 * 1024
# Nothing went wrong, and nobody asked for it: a worker that was renewed, a pool that was stopped.
_ORDINARY = frozenset({"exit code 0", "stopped"})


@dataclass(frozen=True, slots=True)
class Member:
    """A worker, and what its process takes if it lives on this machine."""

    worker: Worker
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """The living, each pool before its own by name; those that have ended, the last one first.

    Nobody works on a copy, but it tells who did.
    """

    living: tuple[Member, ...]
    ended: tuple[Member, ...]
    is_of_copy: bool = False

    @property
    def members(self) -> tuple[Member, ...]:
        """All of them."""
        return self.living + self.ended

    @property
    def runners(self) -> tuple[Worker, ...]:
        """The living that run jobs."""
        return tuple(one.worker for one in self.living if one.worker.kind != "pool")


@dataclass(frozen=True, slots=True)
class CrewQuestion:
    """Asked once a second, only while the workers are shown: looking at processes is not free."""

    queue: str | None
    meter: Meter = field(default_factory=Meter, compare=False)

    def answer(self, report: Report, now: int) -> Crew:
        """Read who is there, and measure."""
        everyone = [
            worker
            for worker in report.recent_workers(now - RECENT)
            if self.queue in (None, worker.queue)
        ]
        living = sorted((worker for worker in everyone if worker.alive), key=by_pool_and_name)
        usages = self._measured(living)
        ended = [worker for worker in everyone if _is_told_of(worker)]
        ended.sort(key=lambda worker: (worker.ended_at or now, worker.id), reverse=True)
        return Crew(
            tuple(Member(worker, usages.get(worker.pid)) for worker in living),
            tuple(map(Member, ended[:MOST_ENDED])),
            report.snapshot() is not None,
        )

    def _measured(self, living: list[Worker]) -> Mapping[int, Usage]:
        found = self.meter.read([worker.pid for worker in living if worker.is_here])
        return {pid: _rounded(usage) for pid, usage in found.items()}


def _is_told_of(worker: Worker) -> bool:
    return not worker.alive and worker.ended_how not in _ORDINARY


def _rounded(usage: Usage) -> Usage:
    """Return what is shown of it, so that what looks the same need not be drawn again."""
    cpu = None if usage.cpu is None else float(round(usage.cpu))
    return Usage(cpu, round(usage.memory / _MB) * _MB)
