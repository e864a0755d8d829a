"""Text for people: made harmless, cut to fit, and the writing and reading of durations and times.

Everything here is pure. A moment is a whole number of microseconds since the epoch, UTC.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TEN_YEARS = 3653 * 86_400.0
_WIDEST = 999_999 * 86_400.0
_ELLIPSIS = "…"
_FEW = 40

_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"\s*".join(f"(?:{_NUMBER}\\s*{unit})?" for unit in _UNITS))
_BARE_SECONDS = re.compile(_NUMBER)


# -- harmless text -------------------------------------------------------------------------------


def clean(text: str) -> str:
    r"""One harmless line of it: what text from outside must pass before it reaches a terminal.

    Control characters (newline and tab too) become control pictures, other characters that are
    invisible, reorder text or mean nothing become an escape such as `\u202e`. Idempotent.
    """
    return text if text.isprintable() else _pictured(text, keep="")


def clean_lines(text: str) -> str:
    """As `clean`, but lines stay lines and tabs become spaces."""
    return _pictured(text.replace("\r\n", "\n"), keep="\n\t").expandtabs()


def unsafe_characters(text: str) -> set[str]:
    """Return the characters of `text` that a terminal could act on or that nobody can see."""
    return {
        char for char in set(text) if not char.isprintable() and unicodedata.category(char) != "Zs"
    }


def storable(text: str) -> str:
    r"""Return it as text that UTF-8 and SQLite accept: lone surrogates become `\udc80`."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def substitute(text: str, pictures: dict[str, str]) -> str:
    """Replace each character that is a key of `pictures`; no picture may contain a key."""
    # A replace scans faster than translate, but a hostile text can hold thousands of characters.
    if len(pictures) > _FEW:
        return text.translate({ord(char): picture for char, picture in pictures.items()})
    for char, picture in pictures.items():
        text = text.replace(char, picture)
    return text


def _pictured(text: str, keep: str) -> str:
    return substitute(text, {c: _picture(c) for c in unsafe_characters(text).difference(keep)})


def _picture(char: str) -> str:
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == "\x7f":
        return "\u2421"
    return char.encode("unicode_escape").decode("ascii")


# -- width ---------------------------------------------------------------------------------------


def cell_len(text: str) -> int:
    """How many terminal cells cleaned text takes."""
    return len(text) if text.isascii() else sum(map(_char_cells, text))


def shorten(text: str, cells: int) -> str:
    """Return `text`, cut to at most `cells` terminal cells; a cut ends with an ellipsis."""
    if text.isascii() and len(text) <= cells:
        return text
    end = 0
    for index, width in enumerate(_running_cells(text)):
        if width > cells:
            return text[:end] + _ELLIPSIS if cells > 0 else ""
        if width < cells:
            end = index + 1
    return text


def _running_cells(text: str) -> Iterator[int]:
    width = 0
    for char in text:
        width += _char_cells(char)
        yield width


def _char_cells(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char).startswith("M") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


# -- durations and counts ------------------------------------------------------------------------


def parse_duration(text: str) -> float:
    """Read `90s`, `250ms`, `1h30m`, `1d` or a bare number of seconds; return seconds.

    Raises ValueError, with a sentence for the user, for anything else and above ten years.
    """
    seconds = _seconds_in(text.strip().lower())
    if seconds is None:
        raise ValueError(
            f"'{_quoted(text)}' is not a duration: write a number with a unit, such as 250ms, "
            "90s, 10m, 2h, 1d or 1h30m; a number alone means seconds"
        )
    if seconds > _TEN_YEARS:
        raise ValueError(f"'{_quoted(text)}' is too long: a duration is at most ten years")
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


def _quoted(text: str) -> str:
    return shorten(clean(text[:200]), 40)


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


def format_count(number: int) -> str:
    """Write every digit: `1,042,318`."""
    return f"{number:,}"


def compact_count(number: int) -> str:
    """Write three digits, rounded down: `999`, `12.0k`, `1.04M`."""
    if number < 0:
        return f"-{compact_count(-number)}"
    if number < 1_000:
        return str(number)
    power = min((len(str(number)) - 1) // 3, 4)
    whole, rest = divmod(number, 1_000**power)
    fraction = f"{rest * 100 // 1_000**power:02}"
    digits = f"{whole}.{fraction}"[:4].rstrip(".") if whole < 1_000 else format_count(whole)
    return digits + " kMGT"[power]


# -- moments -------------------------------------------------------------------------------------


def iso(us: int | None) -> str | None:
    """Write a moment as ISO 8601 in UTC, `2026-11-22T04:10:09.123456Z`; no moment is None."""
    if us is None:
        return None
    return _moment(us).isoformat(timespec="microseconds").replace("+00:00", "Z")


def clock(us: int) -> str:
    """Write a moment as the local time of day, `04:10:09`."""
    try:
        return f"{_moment(us).astimezone():%H:%M:%S}"
    except OverflowError:  # the last hours of the year 9999, east of Greenwich
        return "--:--:--"


def parse_time(text: str, now_us: int) -> int:
    """Read an ISO 8601 date and time; without a zone it is local, without a date it is today.

    Raises ValueError, with a sentence for the user, for anything else.
    """
    try:
        return _utc_micros(_read_moment(text.strip(), now_us))
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"'{_quoted(text)}' is not a time: write ISO 8601, such as 2026-11-22T14:30, "
            "2026-11-22T14:30:00Z or 14:30; a time without a zone is local"
        ) from None


def _read_moment(text: str, now_us: int) -> datetime:
    if re.match(r"[0-9]{1,2}:", text):
        today = _moment(now_us).astimezone().date()
        return datetime.combine(today, time.fromisoformat(text))
    return datetime.fromisoformat(text)


def _utc_micros(moment: datetime) -> int:
    if moment.tzinfo:
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
    # Not astimezone: in the hour that summer time skips it goes back, timestamp goes on.
    seconds = round(moment.replace(microsecond=0).timestamp())
    return _utc_micros(_moment(seconds * _SECOND + moment.microsecond))


def _moment(us: int) -> datetime:
    # Not fromtimestamp: a float of seconds loses microseconds, and some platforms refuse < 1970.
    return _EPOCH + us * _MICROSECOND
