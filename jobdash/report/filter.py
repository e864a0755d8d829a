"""Which jobs a list shows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jobdash.job import State
from jobdash.report.filter_terms import TALLIED, Limit, Term, is_looked_up

_BY_THE_CLOCK = frozenset({"age", "took", "is"})


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a list shows; the fields are combined with AND, an empty one allows everything.

    `task` is a name, or the beginning of names with `*` at its end. `text` is looked for in task,
    id, arguments and error, upper or lower case of ASCII letters alike. `signature` is a group of
    dead letters: it leaves only failed jobs. `terms` are what `parse_filter` made of a text; their
    ages count back from `now`, microseconds since the epoch, else from whenever jobs are read.
    """

    states: tuple[State, ...] = ()
    task: str = ""
    text: str = ""
    queue: str = ""
    batch: str = ""
    error_type: str = ""
    signature: str = ""
    terms: tuple[Term, ...] = ()
    now: int | None = None

    def at(self, now: int) -> "JobFilter":
        """Return the filter as it is at a moment: it means the same jobs from then on."""
        timed = not _BY_THE_CLOCK.isdisjoint(_fields(self.terms))
        return replace(self, now=now) if timed and self.now is None else self

    @property
    def chosen_states(self) -> tuple[State, ...] | None:
        """The states to choose, each once; None if there is no choice to make."""
        chosen = [s for s in State if (not self.states or s in self.states) and self._allows(s)]
        if len(chosen) == len(State):
            return None
        return tuple(chosen)

    def _allows(self, state: State) -> bool:
        return all(
            any(pattern.text == state for pattern in term.patterns) != term.negated
            for term in self.terms
            if not isinstance(term, Limit) and term.field == "state"
        )

    @property
    def is_tallied(self) -> bool:
        """True if the tally alone tells how many jobs match."""
        is_plain = not (self.text or self.error_type or self.batch or self.signature)
        return is_plain and _fields(self.terms) <= TALLIED

    @property
    def is_about_tallied(self) -> bool:
        """True if the tally tells where matching jobs can lie, and where they cannot."""
        fields = bool(self.states or self.task or self.queue)
        return fields or not TALLIED.isdisjoint(_fields(self.terms))

    @property
    def is_search(self) -> bool:
        """True if only a look at each job tells whether it matches."""
        return bool(self.text or self.error_type) or any(map(is_looked_up, self.terms))


def _fields(terms: Iterable[Term]) -> set[str]:
    return {term.field for term in terms}
