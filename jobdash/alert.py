"""When an alert begins and ends: a pure function of what was seen, and when.

Times are microseconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

# How the names of alerts begin that are about a task which its breaker has paused.
BREAKER = "breaker:"


class Level(IntEnum):
    """How bad it is; the numbers are the exit codes of monitoring plugins."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands: its level, and `since` when it has that.

    `rising_at` is since when something worse has been seen, `falling_at` since when something
    better; None if that is not so.
    """

    level: Level = Level.OK
    since: int | None = None
    rising_at: int | None = None
    falling_at: int | None = None


def step(before: Standing, seen: Level, now: int, hold: int, clear: int) -> Standing:
    """Return where an alert stands after one more look.

    What is worse must have been so for `hold` microseconds to count, what is better for `clear`:
    a value that goes to and fro around its limit is one alert, not many. A clock that was set back
    lets both begin anew.
    """
    if seen == before.level:
        return replace(before, rising_at=None, falling_at=None)
    if seen > before.level:
        since = _not_after(now, before.rising_at)
        if now - since >= hold:
            return Standing(seen, now)
        return replace(before, rising_at=since, falling_at=None)
    since = _not_after(now, before.falling_at)
    if now - since >= clear:
        return Standing(seen, now)
    return replace(before, rising_at=None, falling_at=since)


def _not_after(now: int, at: int | None) -> int:
    return now if at is None or at > now else at


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule of a queue and where it stands, with what was seen in words."""

    queue: str
    name: str
    standing: Standing = Standing()
    what: str = ""

    @property
    def broken_task(self) -> str:
        """The task that its breaker has paused, if the alert is about one."""
        return self.name.removeprefix(BREAKER) if self.name.startswith(BREAKER) else ""

    @property
    def level(self) -> Level:
        """How bad it is."""
        return self.standing.level
