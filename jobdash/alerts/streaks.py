"""When a task has failed so often that it is better paused. Pure: time comes with what is told."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from jobdash.alerts.rules import Breaker
from jobdash.report.watched import Failure
from jobdash.signature import signature
from jobdash.text import clean, format_duration, shorten

_LONGEST = 80


class Trip(NamedTuple):
    """A task that is to be paused, and why."""

    task: str
    why: str


@dataclass(slots=True)
class _Task:
    """What is known of one task. `looks` are (time, runs, failures) of each look."""

    signature: str = ""
    in_a_row: int = 0
    looks: deque[tuple[int, int, int]] = field(default_factory=deque)


class Streaks:
    """Follows the failures and successes of the tasks of one queue."""

    def __init__(self, breakers: Sequence[Breaker], succeeded: Mapping[str, int]) -> None:
        self._breakers = breakers
        self._longest = max((one.over for one in breakers), default=0)
        self._tasks: dict[str, _Task] = defaultdict(_Task)
        self._succeeded = succeeded

    def look(
        self, failures: Iterable[Failure], succeeded: Mapping[str, int], now: int
    ) -> list[Trip]:
        """Take in what has failed since the last look and how many have succeeded by now.

        Returns the tasks that are to be paused; each of them begins anew then.
        """
        by_task: dict[str, list[Failure]] = defaultdict(list)
        for failure in failures:
            by_task[failure.task].append(failure)
        better = self._better(succeeded)
        trips = []
        for task in by_task.keys() | better.keys():
            self._note(self._tasks[task], by_task[task], better.get(task, 0), now)
            trip = self._trip(task, by_task[task], now) if by_task[task] else None
            if trip is not None:
                del self._tasks[task]
                trips.append(trip)
        return trips

    def _better(self, succeeded: Mapping[str, int]) -> Counter[str]:
        """Return by how much each number of successes has changed; pruning makes it fall."""
        before, self._succeeded = self._succeeded, succeeded
        tasks = before.keys() | succeeded.keys()
        changed = {task: succeeded.get(task, 0) - before.get(task, 0) for task in tasks}
        return Counter({task: change for task, change in changed.items() if change})

    def _note(self, known: _Task, failures: Sequence[Failure], better: int, now: int) -> None:
        for failure in failures:
            kind = signature(failure.error_type, failure.error_message, failure.task)
            known.in_a_row = known.in_a_row + 1 if kind == known.signature else 1
            known.signature = kind
        if better:
            # Which came first nobody knows: what went well is between any two of them.
            known.in_a_row = min(1, len(failures))
        known.looks.append((now, len(failures) + max(0, better), len(failures)))
        while known.looks[0][0] < now - self._longest:
            known.looks.popleft()

    def _trip(self, task: str, failures: Sequence[Failure], now: int) -> Trip | None:
        known, last = self._tasks[task], failures[-1]
        for breaker in self._breakers:
            if not fnmatchcase(task, breaker.task):
                continue
            if breaker.in_a_row is not None and known.in_a_row >= breaker.in_a_row:
                return Trip(task, f"{known.in_a_row} failures in a row: {_words(last)}")
            share = _share(known, breaker, now)
            if breaker.percent is not None and share is not None and share >= breaker.percent:
                over = format_duration(breaker.over / 1_000_000)
                return Trip(task, f"{share:.0f}% of its runs failed in {over}: {_words(last)}")
        return None


def _share(known: _Task, breaker: Breaker, now: int) -> float | None:
    looks = [look for look in known.looks if 0 <= now - look[0] <= breaker.over]
    runs, failed = sum(look[1] for look in looks), sum(look[2] for look in looks)
    return 100 * failed / runs if runs >= breaker.enough else None


def _words(failure: Failure) -> str:
    told = f"{failure.error_type or 'error'}: {failure.error_message or ''}".rstrip(": ")
    return shorten(clean(told), _LONGEST)
