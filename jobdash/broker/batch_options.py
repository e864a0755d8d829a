"""What may be said of a batch that is to be made, checked."""

import math
import re
from collections.abc import Sequence
from typing import Any

from jobdash.errors import UsageError
from jobdash.ledger.batches import NewBatch
from jobdash.policy import Stop, parse_rate, parse_stop

LONGEST_NAME = 200


def new_batch(
    name: str | None = None,
    *,
    task: str = "",
    tags: Sequence[str] = (),
    source: str = "{}",
    total: int | None = None,
    is_whole: bool = True,
    concurrency: int | None = None,
    priority: float | None = None,
    rate: str | float | None = None,
    stop_on_failures: str | int | Stop | None = None,
    paused: bool = False,
    after: int | None = None,
) -> NewBatch:
    """Return a batch to be made. Raises `UsageError` for what makes no sense."""
    return NewBatch(
        name=check_name(name or "batch"),
        task=task,
        tags=tuple(check_name(tag, "a tag") for tag in tags),
        source=source,
        total=total,
        is_whole=is_whole,
        is_paused=paused,
        priority=_check_priority(priority),
        concurrency=None if concurrency is None else check_count("concurrency", concurrency),
        rate=None if rate is None else parse_rate(rate),
        stop=_stop(stop_on_failures),
        after=None if after is None else check_count("after", after),
    )


def check_name(name: str, what: str = "a batch's name") -> str:
    """Return a name. Raises `UsageError` for one that nobody could type or tell from an id."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise UsageError(f"{what} is a text without line breaks, not {name!r}")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"{what} has at most {LONGEST_NAME} characters, not {len(name):,}")
    if re.fullmatch(r"#?\d+", name):
        raise UsageError(f"{what} must not look like a number: {name}")
    return name


def check_count(name: str, count: Any) -> int:
    """Return a count. Raises `UsageError` unless it is a whole number from 1."""
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise UsageError(f"{name} must be a whole number from 1, not {count!r}")
    return count


def _check_priority(priority: float | None) -> float | None:
    if priority is not None and not math.isfinite(priority):
        raise UsageError(f"a priority is a number, not {priority!r}")
    return priority


def _stop(written: str | int | Stop | None) -> Stop | None:
    if written is None or isinstance(written, Stop):
        return written
    return parse_stop(written)
