"""What a file knows by name, for those who look for jobs by such names."""

import json
from collections.abc import Iterator, Sequence

from jobdash.report.reads import SQL, Reads
from jobdash.text import storable

MOST_FOUND = 1_000
MOST_GROUPS = 100
_BY_PLACE = frozenset({"positional_only", "positional_or_keyword"})


class NameReads(Reads):
    """Reads of names: each as quick with a million jobs as with a few."""

    def task_names(self) -> list[str]:
        """Return the tasks that there are or were jobs of."""
        return [task for (task,) in self._reader.rows(SQL["tallied_tasks"])]

    def queue_names(self) -> list[str]:
        """Return the queues that there are jobs of."""
        return sorted({queue for queue, _ in self._tally()})

    def worker_names(self) -> list[tuple[int, str, int]]:
        """Return id, name and process id of all workers that ever were."""
        return [
            (number, name, pid) for number, name, pid in self._reader.rows(SQL["known_workers"])
        ]

    def batch_names(self, limit: int) -> list[str]:
        """Return the first `limit` batches by name."""
        return [batch for (batch,) in self._reader.rows(SQL["batches"], {"most": limit})]

    def signatures(self, beginning: str) -> Sequence[str] | None:
        """Return the groups of dead letters that begin so, None if there are many."""
        parameters = {"start": storable(beginning), "most": MOST_GROUPS + 2}
        found = [one for (one,) in self._reader.rows(SQL["signatures"], parameters)]
        return found if len(found) <= MOST_GROUPS else None

    def seqs_of_ids(self, beginning: str) -> Sequence[int] | None:
        """Return the numbers of the jobs whose id begins so, None if there are many."""
        parameters = {"id": storable(beginning), "most": MOST_FOUND + 1}
        found = [seq for (seq,) in self._reader.rows(SQL["seqs_of_id"], parameters)]
        return found if len(found) <= MOST_FOUND else None

    def group_of(self, seq: int) -> int:
        """Return the number of the group that a job is in, which is that of its first job."""
        return int(self._reader.rows(SQL["group_of"], {"seq": seq})[0][0])

    def places_of(self, parameter: str) -> list[tuple[str, int]]:
        """Return the tasks with a parameter of this name, and at which place it stands."""
        rows = self._reader.rows(SQL["parameters"])
        return sorted({(name, at) for name, text in rows for at in _places(text, parameter)})


def _places(text: str, name: str) -> Iterator[int]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return
    for place, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, dict) and one.get("name") == name and one.get("kind") in _BY_PLACE:
            yield place
