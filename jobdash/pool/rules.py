"""When the app's periodic tasks run, found out for those who do not import the app."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from inspect import getclosurevars
from typing import Any

from huey.api import crontab

from jobdash.broker.log import logger
from jobdash.broker.times import now
from jobdash.rule import Crontab, OwnRule, Rule, look_ahead, read, written

# How far ahead a rule of the app's own is asked, and for how long at a time.
HORIZON = 366 * 86_400_000_000
_PATIENCE_SECONDS = 0.1


def rule_of(task_class: Any, utc: bool) -> Rule:
    """Return the rule of a periodic task: a crontab's fields, or one that nobody has asked yet."""
    function = _validator(task_class)
    if getattr(function, "__code__", None) is not _CRONTAB_CODE:
        return OwnRule()
    months, days, weekdays, hours, minutes = map(tuple, _fields(function))
    # To huey's crontab Sunday is 0 and 7.
    weekdays = tuple(sorted({day % 7 for day in weekdays}))
    return Crontab(minutes, hours, days, months, weekdays, utc)


def look_ahead_all(huey: Any) -> None:
    """Ask the app's own rules about the minutes to come, and write down what they say.

    A rule that raises is asked no further until the next minute.
    """
    for name, kept in huey.ledger.crew.rules():
        known = read(kept)
        task_class = huey._registry._registry.get(name)
        if isinstance(known, OwnRule) and task_class is not None:
            found = _asked(huey, name, task_class(), known)
            if found != known:
                huey.ledger.crew.keep_rule(name, written(found))


def as_huey_reads(minute: int, utc: bool) -> datetime:
    """Return a minute since the epoch as huey's rules are given it."""
    moment = datetime.fromtimestamp(minute * 60, UTC)
    return (moment if utc else moment.astimezone()).replace(tzinfo=None)


def _asked(huey: Any, name: str, task: Any, known: OwnRule) -> OwnRule:
    deadline = time.monotonic() + _PATIENCE_SECONDS

    def asks(minute: int) -> bool:
        return bool(task.validate_datetime(as_huey_reads(minute, huey.utc)))

    try:
        return look_ahead(known, asks, now(), HORIZON, lambda: time.monotonic() > deadline)
    except Exception as error:  # noqa: BLE001 - the app's code may raise anything
        logger.warning("The rule of %s cannot be asked about what is to come: %r", name, error)
        return known


def _validator(task_class: Any) -> Any:
    """Return the function that the app gave to `periodic_task`, which huey keeps in a closure."""
    return getclosurevars(task_class.validate_datetime).nonlocals.get("validate_datetime")


def _fields(function: Callable[..., Any]) -> list[list[int]]:
    fields: list[list[int]] = getclosurevars(function).nonlocals["cron_settings"]
    return fields


_CRONTAB_CODE = crontab().__code__
