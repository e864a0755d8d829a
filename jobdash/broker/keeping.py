"""For how long an app wants ended jobs to be kept, as its author writes it."""

from datetime import timedelta

from huey.exceptions import ConfigurationError

from jobdash.job import MICROSECONDS
from jobdash.ledger.pruning import Retention
from jobdash.text import parse_duration

# "7d", a number of seconds, or None for ever.
Keep = str | float | timedelta | None


def retention(keep: Keep, keep_failed: Keep) -> Retention:
    """Return what `keep` and `keep_failed` mean. Raises huey's `ConfigurationError`."""
    return Retention(_micros("keep", keep), _micros("keep_failed", keep_failed))


def _micros(name: str, keep: Keep) -> int | None:
    if keep is None:
        return None
    try:
        seconds = _seconds(keep)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{name}={keep!r}: {error}") from error
    return int(seconds * MICROSECONDS)


def _seconds(keep: str | float | timedelta) -> float:
    if isinstance(keep, str):
        return parse_duration(keep)
    if isinstance(keep, bool) or not isinstance(keep, int | float | timedelta):
        raise TypeError("write '7d', a number of seconds, or None for ever")
    seconds = keep.total_seconds() if isinstance(keep, timedelta) else keep
    if not 0 <= seconds < float("inf"):
        raise ValueError("it must not be negative, and None means for ever")
    return seconds
