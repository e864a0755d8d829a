"""Small words that every part of the screen uses: names, ages and moments, as seen now."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime

from jobdash.job import MICROSECONDS, Job, State
from jobdash.text import clean, clock, format_age

_LONGEST = 400
_HALF_DAY = 12 * 3600 * MICROSECONDS
# Terminals disagree about how wide these make the character before them: columns would not align.
_UNSTEADY = dict.fromkeys([0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])


@dataclass(frozen=True, slots=True)
class Present:
    """The moment a list is drawn in: the time, the workers' names in the file, who is stalled.

    `replayed` are the dead letters that a replay made good, each with the number of the replay;
    `paused` are queue and task of what is paused, '' for all of a queue.
    """

    now: int = 0
    workers: Mapping[int, str] = field(default_factory=dict)
    stalled: frozenset[int] = frozenset()
    replayed: Mapping[int, int] = field(default_factory=dict)
    paused: Set[tuple[str, str]] = frozenset()

    def holds(self, job: Job) -> bool:
        """Whether a job is not begun because somebody has paused its task, or everything."""
        is_next = job.state is State.PENDING and bool(self.paused)
        return is_next and not self.paused.isdisjoint([(job.queue, job.task), (job.queue, "")])


def words(text: str) -> str:
    """Return text from outside as one harmless line, cut where no line would show more."""
    return steady(clean(text[:_LONGEST]))


def steady(line: str) -> str:
    """Return a harmless line without what makes characters wider here and there."""
    return line if line.isascii() else line.translate(_UNSTEADY)


def short_task(name: str) -> str:
    """Return the end of a task's name, which tells it from others: module and function."""
    return words(".".join(name.rsplit(".", 2)[-2:])) or "(unknown)"


def day_or_clock(us: int, now: int) -> str:
    """Write a moment in at most eight cells: `04:10:09` if it is recent, else `21 Nov`."""
    return clock(us) if abs(now - us) < _HALF_DAY else _day(us)


def day_and_clock(us: int, now: int) -> str:
    """Write a moment with its day, unless it is recent."""
    return clock(us) if abs(now - us) < _HALF_DAY else f"{_day(us)} {clock(us)}"


def zone_name(us: int) -> str:
    """Return the name of the zone that times are told in: `CET` in winter, `CEST` in summer."""
    return words(f"{datetime.fromtimestamp(us / MICROSECONDS).astimezone():%Z}")


def _day(us: int) -> str:
    return f"{datetime.fromtimestamp(us / MICROSECONDS).astimezone():%d %b}"


def rough_age(now: int, then: int) -> str:
    """Return an age in at most four cells: `9s`, `28m`, `3h`, `99d`."""
    return format_age(now, then).partition(" ")[0]
