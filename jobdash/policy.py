"""What a batch is allowed, as people write it: how fast it may start jobs, when it gives up."""

import math
import re
from dataclasses import dataclass

from jobdash.errors import UsageError

_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:/|per)\s*([a-z]+)")


def parse_rate(written: str | float) -> float:
    """Return how many jobs a second `10/s`, `600/m` or a plain number of them means.

    Raises `UsageError`.
    """
    match = _RATE.fullmatch(written.strip().lower()) if isinstance(written, str) else None
    try:
        rate = float(match[1]) / _UNITS[match[2]] if match else float(written)
    except (ValueError, KeyError, TypeError):
        rate = math.nan
    if not 0 < rate < math.inf:
        raise UsageError(f"a rate is written 10/s, 600/m or 100/h, not {written!r}")
    return rate


@dataclass(frozen=True, slots=True)
class Stop:
    """When a batch is to give up: after so many failures, or so many per cent of its jobs.

    With `now` what runs is cancelled too.
    """

    failures: int | None = None
    percent: float | None = None
    now: bool = False


def parse_stop(written: str | int) -> Stop:
    """Return what `5`, `10%`, `now,5` or `soon,10%` means. Raises `UsageError`."""
    how, comma, amount = str(written).strip().lower().rpartition(",")
    amount = amount.strip()
    try:
        if comma and how not in ("now", "soon"):
            raise ValueError
        if amount.endswith("%"):
            stop = Stop(percent=float(amount[:-1]), now=how == "now")
        else:
            stop = Stop(failures=int(amount), now=how == "now")
        if not (stop.failures or stop.percent or 0) > 0 or not (stop.percent or 1) <= 100:
            raise ValueError
    except ValueError:
        raise UsageError(
            f"a batch stops after so many failures: 5, 10%, now,5 or now,10%, not {written!r}"
        ) from None
    return stop
