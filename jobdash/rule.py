"""When a periodic task runs: its rule as its pool wrote it down, and the moments that follow.

A crontab is five sets of numbers, and whoever has them can tell every moment to come. Any other
rule is a function of the app that only the pool can ask; it writes down what the answers were.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

MINUTE = 60_000_000
COUNT = 5
# No zone differs from another by anything but quarters of an hour, and clocks are set forward and
# back by such: within a quarter the hour and the day stay the same.
_QUARTER = 15
_QUARTERS_A_DAY = 96
# How far clocks may be set back or forward while one skips to the next day.
_SHIFT = 8
_SHORTEST_MONTH = 28
# Beyond the 29th of February that comes after a year without one.
_YEARS_AHEAD = 9
_LAST = _YEARS_AHEAD * 366 * _QUARTERS_A_DAY


@dataclass(frozen=True, slots=True)
class Crontab:
    """The minutes, hours, days, months and weekdays (0 is Sunday) in which a task runs.

    All five must hold. `utc` is whether they are meant in UTC, or else in local time.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    utc: bool

    def after(self, now: int) -> Iterator[int]:
        """Yield the moments after `now`, in microseconds since the epoch, for some years ahead."""
        wall = time.gmtime if self.utc else time.localtime
        start = now // MINUTE + 1
        quarter, last = start // _QUARTER, start // _QUARTER + _LAST
        while quarter < last:
            there = wall(quarter * _QUARTER * 60)
            if not self._has_day(there):
                quarter += self._quarters_to_skip(there)
                continue
            if there.tm_hour in self.hours:
                yield from (at * MINUTE for at in self._in(quarter, there) if at >= start)
            quarter += 1

    def _has_day(self, there: time.struct_time) -> bool:
        # Python's week begins on Monday.
        return (
            there.tm_mon in self.months
            and there.tm_mday in self.days
            and (there.tm_wday + 1) % 7 in self.weekdays
        )

    def _quarters_to_skip(self, there: time.struct_time) -> int:
        """Return how many quarters of an hour can be skipped without missing a day's first."""
        passed = there.tm_hour * 4 + there.tm_min // _QUARTER
        days = 1 if there.tm_mon in self.months else max(1, _SHORTEST_MONTH - there.tm_mday)
        return max(1, days * _QUARTERS_A_DAY - passed - _SHIFT)

    def _in(self, quarter: int, there: time.struct_time) -> Iterator[int]:
        first = quarter * _QUARTER
        for minute in range(_QUARTER):
            if there.tm_min + minute in self.minutes:
                yield first + minute


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A function of the app: the next moments at which it said yes, when it was asked last.

    It has been asked about every minute before `asked_until`; 0 if nobody has asked it yet.
    """

    moments: tuple[int, ...] = ()
    asked_until: int = 0

    def after(self, now: int) -> Iterator[int]:
        """Yield those of the known moments that are after `now`."""
        return (moment for moment in self.moments if moment > now)


Rule = Crontab | OwnRule


def next_moments(rule: Rule, now: int, count: int = COUNT) -> tuple[int, ...]:
    """Return the next moments at which the task runs, fewer if fewer are known."""
    # The same until the minute is over; a rule that never comes true takes a while to be sure of.
    return _next_moments(rule, now // MINUTE, count)


@lru_cache(maxsize=512)
def _next_moments(rule: Rule, minute: int, count: int) -> tuple[int, ...]:
    return tuple(islice(rule.after(minute * MINUTE), count))


def look_ahead(
    rule: OwnRule, asks: Callable[[int], bool], now: int, horizon: int, is_late: Callable[[], bool]
) -> OwnRule:
    """Ask a rule about one minute after the other until five moments are known.

    Goes on where it was left, up to `horizon` ahead of `now`, or until `is_late()`.
    """
    known = [moment for moment in rule.moments if moment > now]
    at = max(rule.asked_until, (now // MINUTE + 1) * MINUTE)
    end = now + horizon
    while len(known) < COUNT and at < end and not is_late():
        if asks(at // MINUTE):
            known.append(at)
        at += MINUTE
    return OwnRule(tuple(known), at)


def written(rule: Rule) -> str:
    """Return the rule as JSON, to be kept."""
    return json.dumps(asdict(rule))


def read(text: str) -> Rule:
    """Return the rule that was kept. What cannot be read is a rule that nobody has asked yet."""
    try:
        found: dict[str, Any] = json.loads(text)
        fields: dict[str, Any] = {name: _read_field(value) for name, value in found.items()}
        return Crontab(**fields) if "minutes" in fields else OwnRule(**fields)
    except (ValueError, TypeError, AttributeError):
        return OwnRule()


def _read_field(value: Any) -> tuple[int, ...] | int:
    if isinstance(value, list):
        return tuple(map(int, value))
    return value if isinstance(value, bool) else int(value)
