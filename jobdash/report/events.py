"""The transition log of the whole file, derived when somebody asks for it.

There is no index by the time of a start or an end, for every job would pay for it. Jobs are found
by number instead: in the newest numbers, and around those that work goes on at. Who follows the log
is told by the counts which chunks of jobs have changed, and looks through just those.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobdash.job import CHUNK
from jobdash.report.reads import SQL, Reads
from jobdash.transition import Line, Past, Run, Step, Transition, stored, transitions_of

MOST_JOBS = 2_000
# How many of the newest numbers are looked through, and how many around each job that runs.
_NEWEST = 20_000
_AROUND = 2_000
_MOST_EVENTS = 2_000
_MOST_RUNNING = 64

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recent:
    """Transitions in order. After `complete_from` none is missing of the jobs looked through."""

    transitions: tuple[Transition, ...]
    complete_from: int


class EventReads(Reads):
    """Reads of what has happened."""

    def transitions(self, now: int, *, jobs: int = MOST_JOBS) -> Recent:
        """Return the latest transitions: those of the `jobs` jobs that were active last.

        Looked through are the 20,000 newest jobs, or as many as `jobs` if that is more, and 2,000
        to either side of each job that runs or is next.
        """
        return self._recent(self._likely_ranges(max(jobs, _NEWEST)), 0, now, jobs)

    def transitions_since(self, since: int, now: int, *, jobs: int = 100_000) -> Recent:
        """Return all transitions after a time, of at most so many jobs. Looks through all jobs."""
        ((newest,),) = self._reader.rows(SQL["newest_seq"])
        ranges = [(low, low + CHUNK - 1) for low in range(0, newest + 1, CHUNK)]
        return self._recent(ranges, since, now, jobs)

    def transitions_of(self, seqs: Iterable[int], ids: Iterable[int] = ()) -> list[Transition]:
        """Return all transitions of these jobs, and stored lines about no job, in order."""
        numbers = json.dumps(list(seqs))
        parameters = {"seqs": numbers, "ids": json.dumps(list(ids))}
        pasts = [Past(*row) for row in self._reader.rows(SQL["pasts"], {"seqs": numbers})]
        runs, log = defaultdict[int, list[Run]](list), defaultdict[int, list[Line]](list)
        for run in (Run(*row) for row in self._reader.rows(SQL["attempts_of"], {"seqs": numbers})):
            runs[run.seq].append(run)
        for line in sorted(Line(*row) for row in self._reader.rows(SQL["log_of_jobs"], parameters)):
            log[line.seq or 0].append(line)
        names = self._names(pasts, runs)
        found = [stored(line, None) for line in log.pop(0, [])]
        for past in pasts:
            found += transitions_of(past, runs[past.seq], log[past.seq], names)
        return sorted(found, key=_in_order)

    def chunk_marks(self) -> dict[int, str]:
        """Return for each chunk of jobs what is different as soon as one has changed its state."""
        return dict(self._reader.rows(SQL["chunk_marks"]))

    def running_claims(self) -> dict[int, int]:
        """Return the claim under which each running job runs."""
        return dict(self._reader.rows(SQL["running_now"]))

    def active_in(self, chunks: Iterable[int], since: int, now: int) -> list[tuple[int, int]]:
        """Return (at, seq) of the jobs in these chunks that something happened to since then.

        `at` is when it happened last, and another one if more happens.
        """
        ranges = [(chunk * CHUNK, chunk * CHUNK + CHUNK - 1) for chunk in chunks]
        return self._active(ranges, since, now, -1)

    def new_events(self, after: int, most: int = _MOST_EVENTS) -> list[tuple[int, int, int | None]]:
        """Return (id, at, seq) of the stored lines behind the one with this id, newest first."""
        return self._reader.rows(SQL["newest_events"], {"after": after, "most": most})

    def _recent(self, ranges: Sequence[Range], since: int, now: int, most: int) -> Recent:
        active = self._active(ranges, since, now, most)[:most]
        bound = active[-1][0] if len(active) == most else since
        events = [event for event in self.new_events(0) if event[1] > bound]
        if len(events) == _MOST_EVENTS:
            bound = max(bound, events[-1][1])
        seqs = {seq for _, seq in active} | {seq for _, _, seq in events if seq is not None}
        ids = [id_ for id_, _, seq in events if seq is None]
        found = self.transitions_of(seqs, ids)
        return Recent(tuple(one for one in found if since < one.at >= bound), bound)

    def _active(
        self, ranges: Sequence[Range], since: int, now: int, most: int
    ) -> list[tuple[int, int]]:
        """Return (at, seq) of the jobs in these ranges that were active last, the last first."""
        found: list[tuple[int, int]] = []
        for low, high in ranges:
            parameters = {"low": low, "high": high, "since": since, "now": now, "most": most}
            rows = self._reader.rows(SQL["active_since"], parameters)
            found += [(at, seq) for seq, at in rows]
        return sorted(found, reverse=True)

    def _likely_ranges(self, newest: int) -> list[Range]:
        ((last,),) = self._reader.rows(SQL["newest_seq"])
        rows = self._reader.rows(SQL["frontier"])
        at_work = [seq for (seq,) in rows if seq is not None][:_MOST_RUNNING]
        around = [(max(0, seq - _AROUND), seq + _AROUND) for seq in at_work]
        return _merged([*around, (max(0, last - newest + 1), last)])

    def _names(self, pasts: Sequence[Past], runs: dict[int, list[Run]]) -> dict[int, str]:
        workers = {past.ran_by for past in pasts}
        workers |= {run.worker for several in runs.values() for run in several}
        ids = json.dumps([worker for worker in workers if worker is not None])
        return dict(self._reader.rows(SQL["names_of_workers"], {"ids": ids}))


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """Return ranges that hold the same numbers and do not overlap."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _in_order(one: Transition) -> Step:
    return one.step
