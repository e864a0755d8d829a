"""One look after another at a queue: which alerts begin or end, which tasks are to be paused."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobdash.alert import Alert, step
from jobdash.alerts.rules import Beginning, Breaker, Rule, Watching, broken_rule
from jobdash.alerts.streaks import Streaks
from jobdash.alerts.values import value_of
from jobdash.job import MICROSECONDS
from jobdash.ledger import Ledger
from jobdash.report import Report

# How often to look at what has not changed, or is much to read: the runs of all tasks.
_SLOW = 10 * MICROSECONDS
_MUCH_TO_READ = frozenset({"p95"})
# What is otherwise a second later though nobody has written anything.
_BY_TIME = frozenset({"no-worker", "oldest", "stalled"})
# Whoever ends a try names a time before it commits: that late may one come.
_LATE = 2 * MICROSECONDS


class Watch:
    """Evaluates the rules of one queue and trips its breakers. Knows no clock: time is told."""

    def __init__(
        self, watching: Watching, report: Report, ledger: Ledger, beginning: Beginning
    ) -> None:
        self._report = report
        self._ledger = ledger
        self._queue = ledger.queue
        mine = [one for one in watching.rules if one.queue in (None, self._queue)]
        self._rules = [_Watched(rule, Alert(self._queue, rule.name)) for rule in mine]
        self._breakers = _Breakers(watching.breakers, report, ledger, beginning)
        self._tells = bool(watching.notify or watching.webhook)

    def begin(self) -> None:
        """Go on where the last pool has stopped; forget rules that are there no more."""
        self._watch_broken()
        self._ledger.alerts.begin([one.rule.name for one in self._rules])
        kept = {alert.name: alert for alert in self._report.kept_alerts(self._queue)}
        for one in self._rules:
            one.is_kept = one.rule.name in kept
            one.alert = kept.get(one.rule.name, one.alert)

    def look(self, now: int, *, has_changed: bool) -> list[str]:
        """Look once; return what is to be said about it. Raises `DatabaseError`."""
        said: list[str] = []
        if has_changed:
            self._breakers.look(now)
            self._watch_broken()
        for one in self._rules:
            if one.is_due(now, has_changed=has_changed):
                said += self._evaluate(one, now)
        return said

    def _watch_broken(self) -> None:
        """Add a rule for each task that its breaker has paused."""
        known = {one.rule for one in self._rules}
        for one in self._report.broken():
            rule = broken_rule(one.queue, one.task)
            if one.queue == self._queue and rule not in known:
                self._rules.append(_Watched(rule, Alert(self._queue, rule.name)))

    def _evaluate(self, one: "_Watched", now: int) -> list[str]:
        rule, before = one.rule, one.alert
        value = value_of(rule, self._report, self._queue, now)
        standing = step(before.standing, rule.level(value.number), now, rule.hold, rule.clear)
        after = Alert(self._queue, rule.name, standing, value.what)
        is_new = standing.level is not before.level
        if standing != before.standing or not one.is_kept or one.is_stale(value.what, now):
            is_told = not (is_new and self._tells)
            self._ledger.alerts.keep(after, before.level, now, is_told=is_told)
            one.alert, one.is_kept, one.kept_at = after, True, now
        one.looked_at = now
        if not is_new:
            return []
        word = standing.level.name.lower() if standing.level else "over"
        return [f"alert {rule.name}: {word}: {value.what}"]


@dataclass(slots=True)
class _Watched:
    """A rule, and what was written of it last."""

    rule: Rule
    alert: Alert
    is_kept: bool = False
    kept_at: int = 0
    looked_at: int = 0

    def is_due(self, now: int, *, has_changed: bool) -> bool:
        standing, kind = self.alert.standing, self.rule.kind
        is_moving = standing.rising_at is not None or standing.falling_at is not None
        if not 0 <= now - self.looked_at < _SLOW:
            return True
        return kind not in _MUCH_TO_READ and (has_changed or is_moving or kind in _BY_TIME)

    def is_stale(self, what: str, now: int) -> bool:
        """Whether who reads of an alert that is on would be told of old values."""
        return bool(self.alert.level) and what != self.alert.what and now - self.kept_at >= _SLOW


class _Breakers:
    """Reads what has failed since the last look, and pauses."""

    def __init__(
        self, breakers: Sequence[Breaker], report: Report, ledger: Ledger, beginning: Beginning
    ) -> None:
        self._report = report
        self._ledger = ledger
        self._streaks = Streaks(breakers, beginning.succeeded) if breakers else None
        self._since = beginning.at
        self._seen: dict[tuple[int, int], int] = {}

    def look(self, now: int) -> None:
        if self._streaks is None:
            return
        queue = self._ledger.queue
        found = self._report.failures_after(self._since, queue)
        fresh = [one for one in found if (one.seq, one.number) not in self._seen]
        trips = self._streaks.look(fresh, self._report.succeeded(queue), now)
        self._remember([(one.seq, one.number, one.ended_at) for one in fresh], now)
        for trip in trips:
            self._ledger.decisions.pause(trip.task, now, trip.why)

    def _remember(self, fresh: list[tuple[int, int, int]], now: int) -> None:
        for seq, number, at in fresh:
            self._seen[seq, number] = at
        # One that comes late is not missed, and none is counted twice.
        newest = max(self._seen.values(), default=self._since)
        self._since = max(self._since, min(newest, now) - _LATE)
        self._seen = {key: at for key, at in self._seen.items() if at > self._since}
