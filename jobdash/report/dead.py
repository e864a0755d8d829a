"""The dead-letter queue in groups of what failed alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jobdash.errors import NotFound
from jobdash.job import Job, State
from jobdash.report import plan
from jobdash.report.filter import JobFilter
from jobdash.report.lists import ANY_JOB, ListReads
from jobdash.report.reads import SQL
from jobdash.text import clean, shorten


@dataclass(frozen=True, slots=True)
class DeadGroup:
    """Failed jobs that died of the same: one type, message and place in the code.

    Times are when a job of the group failed for good: first and last. `tasks` has the most
    frequent first; `newest` is the job that failed last, and shows what all have in common.
    """

    signature: str
    jobs: int
    tasks: tuple[str, ...]
    first_at: int
    last_at: int
    newest: Job

    @property
    def filter(self) -> JobFilter:
        """What finds exactly the jobs of the group."""
        return JobFilter(signature=self.signature)


class _Part(NamedTuple):
    """The jobs of one group that are of one queue and task."""

    signature: str | None
    task: str
    jobs: int
    first_at: int
    last_at: int
    newest: int


class DeadReads(ListReads):
    """Reads of the failed jobs as groups."""

    def dead_groups(
        self, wanted: JobFilter = ANY_JOB, limit: int = 1000
    ) -> tuple[list[DeadGroup], int]:
        """Return the `limit` largest groups of the failed jobs that match, and how many there are.

        The filter's `states` do not count: dead letters are the failed jobs.
        """
        parts: dict[str | None, list[_Part]] = defaultdict(list)
        for part in self._parts(wanted):
            parts[part.signature].append(part)
        largest = sorted(parts.values(), key=_rank)[:limit]
        newest = {job.seq: job for job in self._numbered([_last(one).newest for one in largest])}
        groups = [_group(group, newest) for group in largest]
        return [group for group in groups if group is not None], len(parts)

    def dead_group(self, ref: str, wanted: JobFilter = ANY_JOB) -> str:
        """Return the signature that begins with `ref`. Raises `NotFound` unless it is just one."""
        known = {part.signature or plan.UNSIGNED for part in self._parts(wanted)}
        found = [ref] if ref in known else sorted(name for name in known if name.startswith(ref))
        if ref and len(found) == 1:
            return found[0]
        shown = f"'{shorten(clean(ref), 40)}'"
        if ref and found:
            raise NotFound(f"{shown} fits {len(found):,} groups: {', '.join(found[:3])}")
        raise NotFound(f"there is no group {shown} of dead letters: `jobdash dead` lists them")

    def _parts(self, wanted: JobFilter) -> Iterable[_Part]:
        if not replace(wanted, states=(State.FAILED,)).chosen_states:
            return ()
        found = plan.Plan(None, self._checks(wanted), self._moment(wanted))
        walk = plan.dead_letters(wanted.is_search) + found.conditions()
        rows = self._reader.rows(SQL["dead_groups"].format(walk=walk), found.parameters)
        return (_Part(*row) for row in rows)


def _rank(parts: Sequence[_Part]) -> tuple[int, int]:
    return -sum(part.jobs for part in parts), -_last(parts).last_at


def _last(parts: Sequence[_Part]) -> _Part:
    return max(parts, key=lambda part: part.last_at)


def _group(parts: Sequence[_Part], jobs: dict[int, Job]) -> DeadGroup | None:
    newest = jobs.get(_last(parts).newest)
    if newest is None:
        # Retried or discarded and gone between two statements.
        return None
    tasks = sorted(parts, key=lambda part: -part.jobs)
    return DeadGroup(
        parts[0].signature or plan.UNSIGNED,
        sum(part.jobs for part in parts),
        tuple(dict.fromkeys(part.task for part in tasks)),
        min(part.first_at for part in parts),
        _last(parts).last_at,
        newest,
    )
