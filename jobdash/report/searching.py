"""How a filter is looked for: by which index, with which checks, and in which stretches."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jobdash.job import State
from jobdash.report import plan
from jobdash.report.directory import ALL, Directory, Numbers
from jobdash.report.filter import JobFilter
from jobdash.report.filter_conditions import condition
from jobdash.report.filter_terms import TALLIED, Term
from jobdash.report.names import NameReads
from jobdash.report.reads import SQL
from jobdash.report.silence import SilenceReads

# A walk by state beats one by number below this, even if none of these jobs is of the task.
FEW_JOBS = 20_000
NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Search:
    """A plan and where to look, with the directory of exactly the matching jobs if it is known."""

    plan: plan.Plan
    places: tuple[Numbers, ...]
    directory: Directory | None


class SearchReads(SilenceReads, NameReads):
    """Makes plans of filters and carries them out."""

    def _search(self, wanted: JobFilter, *, exactly: bool = False) -> Search:
        found = self._plan(wanted)
        is_of_use = (exactly and wanted.is_tallied) or wanted.is_about_tallied
        if not found.is_by_number or not is_of_use:
            return Search(found, ALL, None)
        directory = self._directory(wanted)
        return Search(found, directory.stretches(), directory if wanted.is_tallied else None)

    def _plan(self, wanted: JobFilter) -> plan.Plan:
        states = wanted.chosen_states
        checks = self._checks(wanted)
        lead = self._lead(wanted, checks)
        checked = [check for check in checks if check != lead]
        by_state = None if states is None else plan.states(states)
        if by_state is not None and by_state != lead:
            checked.append(by_state)
        return plan.Plan(lead, checked, self._moment(wanted))

    def _moment(self, wanted: JobFilter) -> int:
        return time.time_ns() // 1000 if wanted.now is None else wanted.now

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
        return checked + self._term_checks(wanted, lambda term: term.field != "state")

    def _term_checks(
        self, wanted: JobFilter, is_meant: Callable[[Term], bool]
    ) -> list[plan.Condition]:
        return [
            condition(term, f"t{index}_", self, self._moment(wanted))
            for index, term in enumerate(wanted.terms)
            if is_meant(term)
        ]

    def _lead(self, wanted: JobFilter, checks: Iterable[plan.Condition]) -> plan.Condition | None:
        """Return the condition whose index is walked: few jobs first, then states."""
        led = next((check for check in checks if check.walks), None)
        states = wanted.chosen_states
        if led is not None or states is None:
            return led
        if not plan.is_indexed(states):
            return None
        of_task = wanted.task or any(term.field == "task" for term in wanted.terms)
        if of_task and self._in_states(states) > FEW_JOBS:
            return None
        return plan.states(states)

    def _in_states(self, states: Sequence[State]) -> int:
        return sum(n for (_, state), n in self._tally().items() if state in states)

    def _has_others(self, wanted: str) -> bool:
        return any(n and queue != wanted for (queue, _), n in self._tally().items())

    def _directory(self, wanted: JobFilter) -> Directory:
        states = wanted.chosen_states
        if states == ():
            return Directory(())
        first, last = plan.task_borders(wanted.task)
        parts = plan.Plan(None, self._term_checks(wanted, _is_tallied_name))
        parameters = {
            **parts.parameters,
            "states": " ".join(states or ()),
            "queue": wanted.queue,
            "start": first,
            "end": last,
        }
        rows = self._reader.rows(SQL["directory"].format(more=parts.conditions()), parameters)
        return Directory([(chunk, size) for chunk, size in rows])

    # -- carrying out ----------------------------------------------------------------------------

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


def _borders(place: Numbers) -> dict[str, int]:
    return {"low": place.low, "high": place.high}


def _is_tallied_name(term: Term) -> bool:
    return term.field in TALLIED and term.field != "state"
