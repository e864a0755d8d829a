"""How a filtered list is read: which indexes are walked newest first, and what is checked then.

Each index that leads is walked in the order of `seq`, and SQLite merges the walks as far as the
page needs: several states or tasks cost little more than one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.text import storable

LONGEST_TEXT = 10_000
_SEARCHED = ("task", "id", "args", "kwargs", "error_type", "error_message")


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of a filter: `walks` can lead through an index, `check` tests any row.

    A check names its column with a unary plus, so that the planner cannot choose its index.
    """

    check: str
    walks: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


def states(wanted: Sequence[State]) -> Condition:
    """One of several states."""
    chosen = _one_of("state", wanted)
    walks = tuple(_walk(state, walk) for state, walk in zip(wanted, chosen.walks, strict=False))
    return replace(chosen, walks=walks or chosen.walks)


def _walk(state: State, walk: str) -> str:
    # The index on states leaves running out, and its condition has to be repeated to be used.
    return "state = 'running'" if state is State.RUNNING else f"{walk} AND state <> 'running'"


def tasks(names: Sequence[str]) -> Condition:
    """One of several task names."""
    return _one_of("task", names)


def task_range(borders: Mapping[str, str]) -> Condition:
    """A task whose name lies between `start` and `end`, when there are too many to walk each."""
    return Condition("+task >= :start AND +task < :end", parameters=borders)


def batch(name: str) -> Condition:
    """Of one batch."""
    return Condition("+batch = :batch", ("batch = :batch",), {"batch": storable(name)})


def queue(name: str) -> Condition:
    """Of one queue, where the file has several."""
    return Condition("+queue = :queue", parameters={"queue": storable(name)})


def text(wanted: str) -> Condition:
    """With this somewhere in what a person sees of the job."""
    if len(wanted) > LONGEST_TEXT:
        raise UsageError(f"the text to search for is longer than {LONGEST_TEXT:,} characters")
    pattern = storable(wanted)
    # Escaping makes LIKE a third slower over a million rows: only where it is needed.
    escape = r" ESCAPE '\'" if any(sign in pattern for sign in r"%_") else ""
    if escape:
        pattern = pattern.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    checks = " OR ".join(f"{column} LIKE :text{escape}" for column in _SEARCHED)
    return Condition(f"({checks})", parameters={"text": f"%{pattern}%"})


def prefix_range(prefix: str) -> dict[str, str]:
    """Return the borders between which everything that begins with `prefix` sorts."""
    start = storable(prefix)
    return {"start": start, "end": start + "\U0010ffff"}


def _one_of(column: str, values: Sequence[str]) -> Condition:
    if not values:
        return Condition("0", ("0",))
    parameters = {f"{column}{index}": storable(value) for index, value in enumerate(values)}
    return Condition(
        f"+{column} IN ({', '.join(f':{name}' for name in parameters)})",
        tuple(f"{column} = :{name}" for name in parameters),
        parameters,
    )


class Plan:
    """SQL for the matching jobs' numbers. The first condition leads if it can walk an index."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        lead = conditions[0].walks if conditions else ()
        checked = conditions[1:] if lead else conditions
        self.is_everything = not conditions
        self._walks = lead or ("seq > 0",)
        self._checks = [condition.check for condition in checked]
        self._all_checks = [condition.check for condition in conditions]
        self.parameters = {
            name: value for part in conditions for name, value in part.parameters.items()
        }

    def page(self, bound: str = "", order: str = "DESC") -> str:
        """Return SQL for one page of numbers; needs `:limit` and `:offset`."""
        return f"{self._seqs(bound)} ORDER BY seq {order} LIMIT :limit OFFSET :offset"

    def count(self) -> str:
        """Return SQL that counts the matching jobs and stops at `:most` (-1: never)."""
        return f"SELECT count(*) FROM ({self._seqs()} LIMIT :most)"

    def position(self) -> str:
        """Return SQL for the number of matches newer than `:seq`; no row if it is none itself."""
        itself = " AND ".join(["seq = :seq", *self._all_checks])
        return (
            f"SELECT (SELECT count(*) FROM ({self._seqs('seq > :seq')}))"
            f" WHERE EXISTS (SELECT 1 FROM job WHERE {itself})"
        )

    def _seqs(self, bound: str = "") -> str:
        checks = [check for check in (bound, *self._checks) if check]
        return " UNION ALL ".join(
            f"SELECT seq FROM job WHERE {' AND '.join([walk, *checks])}" for walk in self._walks
        )
