"""The transition log as the dashboard reads it: the newest lines, and what comes after them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jobdash.job import FINAL, MICROSECONDS
from jobdash.report import Follower, Report
from jobdash.transition import By, Transition

# Of how many jobs, those that were active last, the log is read; more as one scrolls down.
DEPTHS = (500, 2_000, 8_000, 20_000)
_MOST_LINES = 2_000
# Who has not looked for so long has missed too much to read all of it.
_AWAY = 30 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class EventsShown:
    """Transitions, the newest first; older ones are in the file if `has_older`."""

    transitions: tuple[Transition, ...]
    has_older: bool


class EventLog:
    """What is known so far. Belongs to the reader's thread."""

    def __init__(self) -> None:
        self._follower = Follower()
        self._report: Report | None = None
        self._depth = 0
        self._read_at = 0
        self._shown = EventsShown((), has_older=False)

    def read(self, report: Report, now: int, depth: int) -> EventsShown:
        """Return what is known by now, of at least `depth` jobs."""
        # A file that was replaced is opened anew, and nothing that was known holds of it.
        is_new = report is not self._report
        was_away, self._read_at = now - self._read_at > _AWAY, now
        if is_new or was_away or depth > self._depth:
            self._begin(report, now, depth)
        elif new := self._follower.look(report, now):
            lines = [*reversed(new), *self._shown.transitions]
            # What was committed late belongs further down.
            lines.sort(key=lambda one: one.step, reverse=True)
            most = max(_MOST_LINES, 4 * self._depth)
            has_older = self._shown.has_older or len(lines) > most
            self._shown = EventsShown(tuple(lines[:most]), has_older)
        return self._shown

    def _begin(self, report: Report, now: int, depth: int) -> None:
        self._report, self._depth, self._follower = report, depth, Follower()
        self._follower.begin(report, now)
        known = report.transitions(now, jobs=depth)
        self._follower.know(known)
        self._shown = EventsShown(known.transitions[::-1], known.complete_from > 0)


@dataclass(frozen=True, slots=True)
class EventsQuestion:
    """The log as it is known, of so many jobs."""

    log: EventLog = field(compare=False)
    depth: int

    def answer(self, report: Report, now: int) -> EventsShown:
        """Read what is new."""
        return self.log.read(report, now, self.depth)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which transitions are shown: of one kind, and with all of these words somewhere."""

    kind: str = "all"
    words: tuple[str, ...] = ()

    def keeps(self, one: Transition) -> bool:
        """Whether it is shown."""
        return _KINDS[self.kind](one) and all(_has(one, word) for word in self.words)


_TROUBLES = frozenset({"failed", "retrying", "lost", "rescued", "returned", "expired", "retried"})
_KINDS: dict[str, Callable[[Transition], bool]] = {
    "all": lambda one: True,
    # For good: an attempt that is followed by another has ended nothing.
    "ended": lambda one: one.after in FINAL and one.before not in FINAL,
    "trouble": lambda one: one.kind in _TROUBLES,
    "by people": lambda one: one.by is By.PERSON,
}
KINDS: Sequence[str] = tuple(_KINDS)


def _has(one: Transition, word: str) -> bool:
    if word.startswith("#"):
        return word == f"#{one.seq}"
    said = (one.task, one.kind, one.before, one.after, one.by, one.who, one.why)
    return any(word in part.lower() for part in said)
