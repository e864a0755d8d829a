"""Durations written and read."""

from __future__ import annotations

import math
import re

from jobdash.text.width import quoted

_SECOND = 1_000_000
_TEN_YEARS = 3653 * 86_400.0
_WIDEST = 999_999 * 86_400.0

_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"\s*".join(f"(?:{_NUMBER}\\s*{unit})?" for unit in _UNITS))
_BARE_SECONDS = re.compile(_NUMBER)


def parse_duration(text: str) -> float:
    """Read `90s`, `250ms`, `1h30m`, `1d` or a bare number of seconds; return seconds.

    Raises ValueError, with a sentence for the user, for anything else and above ten years.
    """
    seconds = _seconds_in(text.strip().lower())
    if seconds is None:
        raise ValueError(
            f"'{quoted(text)}' is not a duration: write a number with a unit, such as 250ms, "
            "90s, 10m, 2h, 1d or 1h30m; a number alone means seconds"
        )
    if seconds > _TEN_YEARS:
        raise ValueError(f"'{quoted(text)}' is too long: a duration is at most ten years")
    return seconds


def _seconds_in(text: str) -> float | None:
    if _BARE_SECONDS.fullmatch(text):
        return float(text)
    match = _DURATION.fullmatch(text)
    if not match or not text:
        return None
    return math.fsum(
        float(number) * size
        for number, size in zip(match.groups(), _UNITS.values(), strict=True)
        if number
    )


def format_duration(seconds: float) -> str:
    """Write seconds in at most seven cells: `850ms`, `9.8s`, `1m 05s`, `3h 04m`, `5d 02h`.

    Rounds down. Negative time, which only a clock that was set back makes, counts as none.
    """
    if not math.isfinite(seconds):
        return "?"
    micros = round(min(max(seconds, 0.0), _WIDEST) * _SECOND)
    if micros < 60 * _SECOND:
        return _short_duration(micros)
    return _long_duration(micros // _SECOND)


def _short_duration(micros: int) -> str:
    if micros < 100:
        return "0ms"
    if micros < 10_000:
        return f"{micros // 100 / 10:.1f}ms"
    if micros < _SECOND:
        return f"{micros // 1_000}ms"
    return f"{micros // 100_000 / 10:.1f}s"


def _long_duration(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if not hours:
        return f"{minutes}m {seconds % 60:02}s"
    if not days:
        return f"{hours}h {minutes % 60:02}m"
    if days < 100:
        return f"{days}d {hours % 24:02}h"
    return f"{days}d"


def format_age(now_us: int, then_us: int) -> str:
    """How long ago `then_us` was, in whole seconds and larger; never negative."""
    seconds = max(0, now_us - then_us) // _SECOND
    return f"{seconds}s" if seconds < 60 else format_duration(seconds)
