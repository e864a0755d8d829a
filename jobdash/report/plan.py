"""How a filtered list is read: which index is walked newest first, if any, and what is checked.

An index that leads is walked in the order of `seq`, and SQLite merges the walks as far as the page
needs: several states cost little more than one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.report.sorting import RANKS, Order
from jobdash.text import storable

LONGEST_TEXT = 10_000
_BETWEEN = "seq BETWEEN :low AND :high"
# The index on states leaves these out, and its condition has to be repeated to be used.
_PASSED_THROUGH = (State.PENDING, State.RUNNING, State.SUCCEEDED)
_INDEXED = " AND ".join(f"state <> '{state}'" for state in _PASSED_THROUGH)
# Few, but by an index that is not in their order: left to itself SQLite looks at every job instead.
_RUNNING = "seq IN (SELECT seq FROM job INDEXED BY job_running WHERE state = 'running')"
# The group of failed jobs that no ledger has written.
UNSIGNED = "none"
UNSIGNED_WALK = "signature IS NULL AND state = 'failed'"
SEARCHED = ("task", "id", "args", "kwargs", "error_type", "error_message")


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of a filter: `walks` can lead through an index, `check` tests any row.

    A check names its column with a unary plus, so that the planner cannot choose its index.
    """

    check: str
    walks: tuple[str, ...] = ()
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)


def states(wanted: Sequence[State]) -> Condition:
    """One of several states, walked by their index where `is_indexed`."""
    chosen = _one_of("state", wanted)
    walks = tuple(_walk(state, walk) for state, walk in zip(wanted, chosen.walks, strict=False))
    return replace(chosen, walks=walks or chosen.walks)


def is_indexed(wanted: Sequence[State]) -> bool:
    """Return whether an index leads to all of these states."""
    return not {State.PENDING, State.SUCCEEDED} & set(wanted)


def _walk(state: State, walk: str) -> str:
    return _RUNNING if state is State.RUNNING else f"{walk} AND {_INDEXED}"


def task(first: str, last: str) -> Condition:
    """A task whose name sorts between these two, both included."""
    return Condition("+task BETWEEN :start AND :end", parameters={"start": first, "end": last})


def batch(name: str) -> Condition:
    """Of one batch."""
    return Condition("+batch = :batch", ("batch = :batch",), {"batch": storable(name)})


def signature(wanted: str) -> Condition:
    """Of one group of dead letters."""
    if wanted == UNSIGNED:
        return Condition("(+signature IS NULL AND +state = 'failed')", (UNSIGNED_WALK,))
    return Condition(
        "(+signature = :signature AND +state = 'failed')",
        ("signature = :signature AND state = 'failed'",),
        {"signature": storable(wanted)},
    )


def dead_letters(look_at_rows: bool) -> str:
    """Return SQL that walks the failed jobs: group by group, or as they lie if rows are needed."""
    if look_at_rows:
        return f"INDEXED BY job_state WHERE state = 'failed' AND {_INDEXED}"
    return "INDEXED BY job_signature WHERE state = 'failed'"


def error_type(name: str) -> Condition:
    """With this type of error."""
    return Condition("+error_type = :error_type", parameters={"error_type": storable(name)})


def queue(name: str) -> Condition:
    """Of one queue, where the file has several."""
    return Condition("+queue = :queue", parameters={"queue": storable(name)})


def text(wanted: str) -> Condition:
    """With this somewhere in what a person sees of the job."""
    if len(wanted) > LONGEST_TEXT:
        raise UsageError(f"the text to search for is longer than {LONGEST_TEXT:,} characters")
    pattern, escape = like(wanted)
    checks = " OR ".join(f"{column} LIKE :text{escape}" for column in SEARCHED)
    return Condition(f"({checks})", parameters={"text": pattern})


def like(wanted: str, *, is_prefix: bool = False) -> tuple[str, str]:
    """Return the pattern for LIKE that finds this text, and what has to follow it."""
    pattern = storable(wanted)
    # Escaping makes LIKE a third slower over a million rows: only where it is needed.
    escape = r" ESCAPE '\'" if any(sign in pattern for sign in r"%_") else ""
    if escape:
        pattern = pattern.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"{pattern}%" if is_prefix else f"%{pattern}%", escape


def task_borders(wanted: str) -> tuple[str, str]:
    """Return the first and the last name that `name` or `beginning*` allows; '' allows all."""
    first = storable(wanted.removesuffix("*"))
    is_exact = first and not wanted.endswith("*")
    return first, first if is_exact else first + "\U0010ffff"


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
    """SQL for the matching jobs' numbers: what `lead` walks, or all by number, then the checks.

    All statements look between `:low` and `:high`.
    """

    def __init__(self, lead: Condition | None, checked: Sequence[Condition], now: int = 0) -> None:
        self.is_by_number = lead is None
        self._walks = lead.walks if lead else ("",)
        self._checks = [condition.check for condition in checked]
        self.parameters: dict[str, str | int | float] = {"now": now}
        for part in (*checked, *([lead] if lead else ())):
            self.parameters |= part.parameters

    def page(self, order: str = "DESC") -> str:
        """Return SQL for the first `:most` numbers in this order."""
        return f"{self._seqs()} ORDER BY seq {order} LIMIT :most"

    def sorted(self, order: Order) -> str:
        """Return SQL for the first `:most` numbers in an order that is not theirs."""
        rank, direction = RANKS[order]
        found = self._selected(f"seq, {rank} AS rank")
        return f"SELECT seq FROM ({found}) ORDER BY rank{direction}, seq DESC LIMIT :most"

    def count(self) -> str:
        """Return SQL that counts the matching jobs and stops at `:most` (-1: never)."""
        return f"SELECT count(*) FROM ({self._seqs()} LIMIT :most)"

    def conditions(self) -> str:
        """Return SQL for the checks alone, to go on with after other conditions."""
        return "".join(f" AND {check}" for check in self._checks)

    def _seqs(self) -> str:
        return self._selected("seq")

    def _selected(self, columns: str) -> str:
        return " UNION ALL ".join(
            f"SELECT {columns} FROM job WHERE {' AND '.join(filter(None, parts))}"
            for parts in ((walk, _BETWEEN, *self._checks) for walk in self._walks)
        )
