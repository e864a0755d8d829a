"""How every rule stands at this moment, for who looks once: with or without a pool that watches."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jobdash.alert import Alert, Level
from jobdash.alerts.rules import BREAKER, Rule, broken_rule
from jobdash.alerts.values import value_of
from jobdash.report import Report


class Finding(NamedTuple):
    """A rule of a queue, what was seen, and how bad it is."""

    queue: str
    rule: Rule
    value: float | None
    level: Level
    what: str


def check(rules: Sequence[Rule], report: Report, now: int) -> list[Finding]:
    """Evaluate rules in every queue, the worst first. Raises `DatabaseError`.

    Where a pool watches a rule, its level is what the pool has found: with the time that it has to
    last, and the time until it is over. Else it is that of the values as they are.
    """
    served = {worker.queue for worker in report.workers() if worker.kind == "pool"}
    kept = {(alert.queue, alert.name): alert for alert in report.kept_alerts()}
    known = {key: alert for key, alert in kept.items() if alert.queue in served}
    found = [_find(rule, report, queue, now, known) for queue, rule in _pairs(rules, report)]
    return sorted(found, key=lambda one: -one.level)


def _pairs(rules: Sequence[Rule], report: Report) -> Iterator[tuple[str, Rule]]:
    for queue in report.queues():
        yield from ((queue, rule) for rule in rules if rule.queue in (None, queue))
    yield from ((one.queue, broken_rule(one.queue, one.task)) for one in report.broken())


def _find(
    rule: Rule, report: Report, queue: str, now: int, known: dict[tuple[str, str], Alert]
) -> Finding:
    value = value_of(rule, report, queue, now)
    alert = known.get((queue, rule.name))
    seen = rule.level(value.number)
    level = seen if alert is None or rule.kind == BREAKER else alert.level
    return Finding(queue, rule, value.number, level, value.what)
