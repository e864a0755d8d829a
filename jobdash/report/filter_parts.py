"""What the conditions of a filter are made of: parameters, and what a file knows by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jobdash.report.filter_terms import Pattern
from jobdash.text import storable


class Known(Protocol):
    """What a file knows by name."""

    def task_names(self) -> Iterable[str]:
        """Return the tasks that there are jobs of."""

    def queue_names(self) -> Iterable[str]:
        """Return the queues that there are jobs of."""

    def worker_names(self) -> Iterable[tuple[int, str, int]]:
        """Return id, name and process id of the workers."""

    def signatures(self, beginning: str) -> Sequence[str] | None:
        """Return the groups of dead letters that begin so, None if there are many."""

    def seqs_of_ids(self, beginning: str) -> Sequence[int] | None:
        """Return the numbers of the jobs whose id begins so, None if there are many."""

    def group_of(self, seq: int) -> int:
        """Return the number of the group that a job is in."""

    def stalled(self, now: int) -> Iterable[int]:
        """Return the running jobs that are silent for longer than is usual."""

    def places_of(self, parameter: str) -> Iterable[tuple[str, int]]:
        """Return the tasks with a parameter of this name, and at which place it stands."""


@dataclass(slots=True)
class Names:
    """Makes parameters of one term: each value gets a name, the same one each time."""

    prefix: str
    values: dict[str, str | int | float] = field(default_factory=dict)
    _named: dict[str | int | float, str] = field(default_factory=dict)

    def give(self, value: str | float) -> str:
        """Return the name under which the statement gets a value."""
        name = self._named.setdefault(value, f"{self.prefix}{len(self._named)}")
        self.values[name] = storable(value) if isinstance(value, str) else value
        return f":{name}"

    def give_all(self, values: Iterable[str | int]) -> str:
        """Return a list of names, of nothing that any value is like if there are none."""
        # An empty list is a constant to SQLite, which then finds no use for an index it is told of.
        return ", ".join(map(self.give, values)) or "NULL"


def has_prefix(patterns: Iterable[Pattern]) -> bool:
    """Whether one of them means only the beginning of a value."""
    return any(pattern.is_prefix for pattern in patterns)


def equal_or_begins(column: str, patterns: Iterable[Pattern], names: Names) -> str:
    """Return SQL for a column that is one of these, or begins so."""
    checks = (
        begins(f"+{column}", pattern.text, names)
        if pattern.is_prefix
        else f"+{column} = {names.give(pattern.text)}"
        for pattern in patterns
    )
    return f"({' OR '.join(checks)})"


def begins(value: str, beginning: str, names: Names) -> str:
    """Return SQL for a value that begins so."""
    name = names.give(beginning)
    return f"substr({value}, 1, length({name})) = {name}"
