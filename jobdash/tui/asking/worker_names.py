"""What the workers are called, those too that have ended: a job names the one that ran it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from jobdash.job import Worker
from jobdash.report import Report


class WorkerNames:
    """The names of all workers that ever were, by id. Read again when another one has come."""

    def __init__(self) -> None:
        self._read_from: Report | None = None
        self._names: Mapping[int, str] = {}

    def read(self, report: Report, living: Iterable[Worker]) -> Mapping[int, str]:
        """Return them; `living` are the workers of now. Raises `DatabaseError`."""
        # The file may have been replaced: its numbers then mean other workers.
        is_known = self._read_from is report
        if not (is_known and all(worker.id in self._names for worker in living)):
            named = {number: name for number, name, _ in report.worker_names()}
            self._read_from, self._names = report, MappingProxyType(named)
        return self._names


def by_pool_and_name(worker: Worker) -> tuple[int, bool, int, str, int]:
    """Order pools as they came, each with its workers behind it: w2 before w10."""
    is_pool = worker.kind == "pool"
    leader = worker.id if is_pool else worker.pool or worker.id
    return leader, not is_pool, len(worker.name), worker.name, worker.id
