"""Lists of jobs, newest first."""

from jobdash.job import Job
from jobdash.report import plan
from jobdash.report.filter import JobFilter
from jobdash.report.reads import SQL, Reads

ANY_JOB = JobFilter()
# A walk by state beats one by task below this, even if no job matches both.
FEW_JOBS = 20_000
MOST_NAMES = 50
NO_LIMIT = -1


class ListReads(Reads):
    """Reads that find jobs by a filter."""

    def jobs(self, wanted: JobFilter = ANY_JOB, limit: int = 50, offset: int = 0) -> list[Job]:
        """Return the matching jobs, newest first."""
        found = self._plan(wanted)
        page = {**found.parameters, "limit": limit, "offset": offset}
        if offset and found.is_everything and (span := self._span()).is_dense:
            border = {"border": span.newest - offset, "offset": 0}
            return self._jobs(found.page("seq <= :border"), {**page, **border})
        return self._jobs(found.page(), page)

    def older(self, wanted: JobFilter, seq: int, limit: int = 50) -> list[Job]:
        """Return the matching jobs next below `seq` in the list: as quick at any depth."""
        found = self._plan(wanted)
        page = {**found.parameters, "border": seq, "limit": limit, "offset": 0}
        return self._jobs(found.page("seq < :border"), page)

    def newer(self, wanted: JobFilter, seq: int, limit: int = 50) -> list[Job]:
        """Return the matching jobs next above `seq` in the list, newest first all the same."""
        found = self._plan(wanted)
        page = {**found.parameters, "border": seq, "limit": limit, "offset": 0}
        return self._jobs(found.page("seq > :border", "ASC"), page)

    def count(self, wanted: JobFilter = ANY_JOB, at_most: int | None = None) -> int:
        """Return how many jobs match; `at_most` stops the count there."""
        if wanted.is_tallied:
            total = self._tallied(wanted)
            return total if at_most is None else min(total, at_most)
        found = self._plan(wanted)
        most = NO_LIMIT if at_most is None else at_most
        ((counted,),) = self._reader.rows(found.count(), {**found.parameters, "most": most})
        return int(counted)

    def position(self, wanted: JobFilter, seq: int) -> int | None:
        """Return how many matching jobs are newer, or None if the job does not match itself."""
        found = self._plan(wanted)
        if found.is_everything and (span := self._span()).is_dense:
            return span.newest - seq if span.oldest <= seq <= span.newest else None
        row = self._reader.one(found.position(), {**found.parameters, "seq": seq})
        return int(row[0]) if row else None

    def _tallied(self, wanted: JobFilter) -> int:
        states = wanted.states or None
        return sum(
            value
            for (queue, state), value in self._tally().items()
            if (not wanted.queue or queue == wanted.queue) and (not states or state in states)
        )

    def _plan(self, wanted: JobFilter) -> plan.Plan:
        tally = self._tally()
        states = wanted.chosen_states
        by_state = [plan.states(states)] if states else []
        by_task = [self._task(wanted.task)] if wanted.task.removesuffix("*") else []
        few = sum(n for (_, state), n in tally.items() if state in states) <= FEW_JOBS
        parts = by_state + by_task if few else by_task + by_state
        if wanted.batch:
            parts.insert(0, plan.batch(wanted.batch))
        if wanted.queue and any(n and queue != wanted.queue for (queue, _), n in tally.items()):
            parts.append(plan.queue(wanted.queue))
        if wanted.text:
            parts.append(plan.text(wanted.text))
        return plan.Plan(parts)

    def _task(self, wanted: str) -> plan.Condition:
        if not wanted.endswith("*"):
            return plan.tasks((wanted,))
        borders = plan.prefix_range(wanted.removesuffix("*"))
        rows = self._reader.rows(SQL["task_names"], {**borders, "most": MOST_NAMES + 1})
        names = [name for (name,) in rows]
        return plan.tasks(names) if len(names) <= MOST_NAMES else plan.task_range(borders)
