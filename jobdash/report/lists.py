"""Lists of jobs, newest first."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobdash.job import Job, State
from jobdash.report import plan
from jobdash.report.directory import ALL, Directory, Numbers, rest_of_chunk
from jobdash.report.filter import JobFilter
from jobdash.report.reads import SQL, Reads

ANY_JOB = JobFilter()
# A walk by state beats one by number below this, even if none of these jobs is of the task.
FEW_JOBS = 20_000
NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Search:
    """A plan and where to look, with the directory of exactly the matching jobs if it is known."""

    plan: plan.Plan
    places: tuple[Numbers, ...]
    directory: Directory | None


class ListReads(Reads):
    """Reads that find jobs by a filter."""

    def jobs(self, wanted: JobFilter = ANY_JOB, limit: int = 50, offset: int = 0) -> list[Job]:
        """Return the matching jobs, newest first."""
        search = self._search(wanted, exactly=offset > 0)
        places = search.places
        if offset and search.directory is not None:
            rest, offset = search.directory.skip(offset)
            places = rest.stretches()
        return self._numbered(self._seqs(search.plan, places, limit, offset))

    def older(self, wanted: JobFilter, seq: int, limit: int = 50) -> list[Job]:
        """Return the matching jobs next below `seq` in the list: as quick at any depth."""
        search = self._search(wanted)
        places = (place.below(seq) for place in search.places)
        return self._numbered(self._seqs(search.plan, places, limit))

    def newer(self, wanted: JobFilter, seq: int, limit: int = 50) -> list[Job]:
        """Return the matching jobs next above `seq` in the list, newest first all the same."""
        search = self._search(wanted)
        places = (place.above(seq) for place in reversed(search.places))
        return self._numbered(self._seqs(search.plan, places, limit, order="ASC"))

    def seqs(self, wanted: JobFilter = ANY_JOB) -> list[int]:
        """Return the numbers of all matching jobs, newest first."""
        search = self._search(wanted)
        return self._seqs(search.plan, search.places, NO_LIMIT)

    def standings(self, seqs: Iterable[int]) -> dict[int, State]:
        """Return the state of each of these jobs that is there."""
        found = self._reader.rows(SQL["standings"], {"seqs": json.dumps(list(seqs))})
        return {seq: State(state) for seq, state in found}

    def tasks_of(self, seqs: Iterable[int]) -> list[str]:
        """Return the names of the tasks of these jobs, each once."""
        found = self._reader.rows(SQL["tasks_of"], {"seqs": json.dumps(list(seqs))})
        return [task for (task,) in found]

    def count(self, wanted: JobFilter = ANY_JOB, at_most: int | None = None) -> int:
        """Return how many jobs match; `at_most` stops the count there."""
        if wanted.is_tallied:
            total = self._directory(wanted).jobs
            return total if at_most is None else min(total, at_most)
        search = self._search(wanted)
        return self._count(search.plan, search.places, at_most)

    def position(self, wanted: JobFilter, seq: int) -> int | None:
        """Return how many matching jobs are newer, or None if the job does not match itself."""
        search = self._search(wanted, exactly=True)
        if not self._seqs(search.plan, [Numbers(seq, seq)], 1):
            return None
        if search.directory is None:
            return self._count(search.plan, [place.above(seq) for place in search.places])
        nearby = self._count(search.plan, [rest_of_chunk(seq)])
        return search.directory.newer_than_chunk_of(seq) + nearby

    def _oldest(self, wanted: JobFilter, limit: int) -> list[int]:
        """Return the numbers of the oldest matching jobs."""
        search = self._search(wanted)
        return self._seqs(search.plan, reversed(search.places), limit, order="ASC")

    def _seqs(
        self,
        found: plan.Plan,
        places: Iterable[Numbers],
        limit: int,
        offset: int = 0,
        order: str = "DESC",
    ) -> list[int]:
        """Gather the numbers of one page, place by place until it is full."""
        seqs: list[int] = []
        for place in places:
            missing = NO_LIMIT if limit == NO_LIMIT else offset + limit - len(seqs)
            if not missing:
                break
            if not place.is_empty:
                rows = self._reader.rows(
                    found.page(order), {**found.parameters, **_borders(place), "most": missing}
                )
                seqs += [seq for (seq,) in rows]
        return seqs[offset:]

    def _count(
        self, found: plan.Plan, places: Iterable[Numbers], at_most: int | None = None
    ) -> int:
        counted = 0
        for place in places:
            most = NO_LIMIT if at_most is None else at_most - counted
            if most and not place.is_empty:
                ((more,),) = self._reader.rows(
                    found.count(), {**found.parameters, **_borders(place), "most": most}
                )
                counted += more
        return counted

    def _search(self, wanted: JobFilter, *, exactly: bool = False) -> Search:
        found = self._plan(wanted)
        is_of_use = (exactly and wanted.is_tallied) or wanted.is_about_tallied
        if not found.is_by_number or not is_of_use:
            return Search(found, ALL, None)
        directory = self._directory(wanted)
        return Search(found, directory.stretches(), directory if wanted.is_tallied else None)

    def _plan(self, wanted: JobFilter) -> plan.Plan:
        states = wanted.chosen_states
        lead = self._lead(wanted)
        checked = [check for check in self._checks(wanted) if check != lead]
        if states and (lead is None or wanted.batch or wanted.signature):
            checked.append(plan.states(states))
        return plan.Plan(lead, checked)

    def _checks(self, wanted: JobFilter) -> list[plan.Condition]:
        """Return all conditions but those on states."""
        checked = []
        if wanted.signature:
            checked.append(plan.signature(wanted.signature))
        if wanted.batch:
            checked.append(plan.batch(wanted.batch))
        if wanted.task.removesuffix("*"):
            checked.append(plan.task(*plan.task_borders(wanted.task)))
        if wanted.queue and self._has_others(wanted.queue):
            checked.append(plan.queue(wanted.queue))
        if wanted.error_type:
            checked.append(plan.error_type(wanted.error_type))
        if wanted.text:
            checked.append(plan.text(wanted.text))
        return checked

    def _lead(self, wanted: JobFilter) -> plan.Condition | None:
        states = wanted.chosen_states
        if wanted.signature:
            return plan.signature(wanted.signature)
        if wanted.batch:
            return plan.batch(wanted.batch)
        if not states or not plan.is_indexed(states):
            return None
        if wanted.task and self._in_states(states) > FEW_JOBS:
            return None
        return plan.states(states)

    def _in_states(self, states: Sequence[State]) -> int:
        return sum(n for (_, state), n in self._tally().items() if state in states)

    def _has_others(self, wanted: str) -> bool:
        return any(n and queue != wanted for (queue, _), n in self._tally().items())

    def _directory(self, wanted: JobFilter) -> Directory:
        first, last = plan.task_borders(wanted.task)
        parameters = {
            "states": " ".join(wanted.chosen_states),
            "queue": wanted.queue,
            "start": first,
            "end": last,
        }
        rows = self._reader.rows(SQL["directory"], parameters)
        return Directory([(chunk, size) for chunk, size in rows])


def _borders(place: Numbers) -> dict[str, int]:
    return {"low": place.low, "high": place.high}
