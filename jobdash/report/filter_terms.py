"""What a filter says: terms, all of which have to be true of a job. Pure data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType


class Kind(Enum):
    """What the values of a field are."""

    STATE = auto()
    NAME = auto()  # the whole of it, or its beginning
    TEXT = auto()  # somewhere in it
    DURATION = auto()
    NUMBER = auto()
    JOB = auto()  # the number of a job
    MARK = auto()  # a word for what is odd about a job


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be asked about; `meaning` and `example` are for people."""

    name: str
    kind: Kind
    meaning: str
    example: str

    @property
    def is_limit(self) -> bool:
        """Whether its values are compared by size."""
        return self.kind in (Kind.DURATION, Kind.NUMBER)


# What one looks for most comes first: it is offered in this order.
_ALL = (
    Field("state", Kind.STATE, "in this state", "state:failed,retrying"),
    Field("task", Kind.NAME, "of this task; a part of its name between dots does", "task:mail.*"),
    Field("error", Kind.TEXT, "with this in the error's type or message", 'error:"no such file"'),
    Field("age", Kind.DURATION, "enqueued so long ago", "age<1h"),
    Field("took", Kind.DURATION, "its newest run took so long", "took>30s"),
    Field("args", Kind.TEXT, "with this in its arguments", "args:ada@"),
    Field("arg", Kind.NAME, "called with this argument, by its name", "arg.order:4711"),
    Field("id", Kind.NAME, "with this number, or an id that begins so", "id:#12"),
    Field("key", Kind.NAME, "with this idempotency key", "key:order:7"),
    Field("batch", Kind.NAME, "of this batch", "batch:night"),
    Field("worker", Kind.NAME, "run by this worker: its name, process id or number", "worker:w2"),
    Field("try", Kind.NUMBER, "runs that it has had", "try>2"),
    Field("prio", Kind.NUMBER, "its priority", "prio>=5"),
    Field("queue", Kind.NAME, "of this queue", "queue:shop"),
    Field("is", Kind.MARK, "running, but silent for longer than it ever takes", "is:stalled"),
    Field("parent", Kind.JOB, "enqueued by this job while it ran", "parent:#12"),
    Field("with", Kind.JOB, "enqueued in one group with this job", "with:#12"),
    Field("group", Kind.NAME, "of this group of dead letters; its beginning does", "group:1f09"),
)
FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _ALL})
# What a job can be besides its state.
MARKS = ("stalled",)
# The field of a word without one.
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text to compare with; `is_prefix` if only the beginning has to be like it."""

    text: str
    is_prefix: bool = False

    def fits(self, value: str) -> bool:
        """Whether the pattern is this value, or its beginning."""
        return value.startswith(self.text) if self.is_prefix else value == self.text


@dataclass(frozen=True, slots=True)
class Match:
    """One of the patterns fits the field; `path` leads to an argument."""

    field: str
    patterns: tuple[Pattern, ...]
    negated: bool = False
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """The field is `<`, `>`, `<=`, `>=` or `=` an amount; durations are in microseconds."""

    field: str
    relation: str
    amount: float
    negated: bool = False


Term = Match | Limit

# What the tally tells without a look at a job.
TALLIED = frozenset({"state", "task", "queue"})
# What an index leads to, if it is not negated.
_LED_TO = frozenset({"id", "group", "is", "parent", "with"})
_LED_TO_EXACTLY = frozenset({"batch", "key"})


def is_looked_up(term: Term) -> bool:
    """Whether only a look at each job tells if it matches."""
    if term.field in TALLIED:
        return False
    return isinstance(term, Limit) or term.negated or not leads(term)


def leads(term: Term) -> bool:
    """Whether an index can lead to the jobs of this term."""
    if isinstance(term, Limit) or term.negated:
        return False
    is_exact = not any(pattern.is_prefix for pattern in term.patterns)
    return term.field in _LED_TO or (term.field in _LED_TO_EXACTLY and is_exact)


def chooses_states(terms: Iterable[Term]) -> bool:
    """Whether only jobs in some named states are meant."""
    return any(term.field == "state" and not term.negated for term in terms)
