"""What is to be watched: rules with limits, breakers, and who is to be told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from jobdash import alert
from jobdash.alert import Level
from jobdash.job import MICROSECONDS

MINUTE = 60 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rule can look at: the unit of its limits, what else it takes, and what it means."""

    name: str
    unit: str
    meaning: str
    takes_task: bool = False
    takes_over: bool = False
    warning: float | None = None
    critical: float | None = None
    hold: int = 0


# In the order in which they are told. The limits are those of a rule that names none.
KINDS = {
    kind.name: kind
    for kind in (
        Kind("no-worker", "", "no living worker", critical=1, hold=MINUTE // 2),
        Kind("dead", "jobs", "dead letters", takes_task=True, warning=1),
        Kind("failures", "%", "share of jobs that failed", takes_over=True, warning=10),
        Kind("stalled", "jobs", "running jobs that are silent for longer than usual", warning=1),
        Kind("oldest", "s", "how long the oldest pending job has waited", warning=120),
        Kind("depth", "jobs", "jobs that are ready", takes_task=True, warning=1000),
        Kind("p95", "s", "how long the slowest of twenty runs takes", takes_task=True,
             takes_over=True),
    )
}  # fmt: skip
# Below so many ended jobs a share of failures says little.
ENOUGH_ENDED = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to watch. A value of a limit or more is a warning, or critical.

    Limits are in the unit of the kind. `hold` is for how many microseconds it must have been so,
    `clear` for how many it must be better until it is over; `over` is of how long a time the
    failures and runs are.
    """

    name: str
    kind: str
    queue: str | None = None
    task: str = ""
    warning: float | None = None
    critical: float | None = None
    hold: int = 0
    clear: int = MINUTE
    over: int = 60 * MINUTE
    enough: int = ENOUGH_ENDED

    def level(self, value: float | None) -> Level:
        """Return how bad a value is; None is one that nobody knows."""
        if value is None:
            return Level.OK
        if self.critical is not None and value >= self.critical:
            return Level.CRITICAL
        if self.warning is not None and value >= self.warning:
            return Level.WARNING
        return Level.OK


@dataclass(frozen=True, slots=True)
class Breaker:
    """Pauses a task that keeps failing.

    After `in_a_row` failures of one signature with no success between, or once `percent` of at
    least `enough` runs have failed within `over` microseconds. `task` is a name, `*` stands for
    anything.
    """

    task: str = "*"
    in_a_row: int | None = None
    percent: float | None = None
    enough: int = ENOUGH_ENDED
    over: int = 5 * MINUTE


BREAKER = "breaker"


def broken_rule(queue: str, task: str) -> Rule:
    """Return the rule that a task which its breaker has paused is to go on some day."""
    return Rule(f"{alert.BREAKER}{task}", BREAKER, queue, task, warning=1, clear=0)


def unit_of(rule: Rule) -> str:
    """Return the unit of a rule's values: s, %, or what they count."""
    return KINDS[rule.kind].unit if rule.kind in KINDS else ""


class Beginning(NamedTuple):
    """From when on breakers count, and how many jobs of each task had succeeded by then."""

    at: int
    succeeded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Watching:
    """All that is to be watched, and who is told: a command for the shell, a URL."""

    rules: tuple[Rule, ...] = ()
    breakers: tuple[Breaker, ...] = ()
    notify: str = ""
    webhook: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to watch."""
        return not self.rules and not self.breakers


def rule_of(kind: Kind, **given: object) -> Rule:
    """Return a rule of a kind with its usual limits."""
    usual = {"name": kind.name, "kind": kind.name, "hold": kind.hold}
    if "warning" not in given and "critical" not in given:
        usual |= {"warning": kind.warning, "critical": kind.critical}
    return Rule(**{**usual, **given})  # type: ignore[arg-type]


# What `jobdash check` looks at where nothing is configured.
USUAL = tuple(rule_of(KINDS[name]) for name in ("no-worker", "failures", "stalled", "oldest"))
