"""Moments written and read: whole numbers of microseconds since the epoch, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from jobdash.text.width import quoted

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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


def local_time(us: int, now_us: int) -> str:
    """Write a moment of today as `08:00`, one of this week as `Mon 08:00`, else `01 Dec 08:00`."""
    try:
        there, here = _moment(us).astimezone(), _moment(now_us).astimezone()
    except OverflowError:
        return "--:--"
    days = (there.date() - here.date()).days
    if days == 0:
        return f"{there:%H:%M}"
    # In a week's time the same name of a day comes again.
    return f"{there:%a %H:%M}" if 0 < days < 7 else f"{there:%d %b %H:%M}"


def parse_time(text: str, now_us: int) -> int:
    """Read an ISO 8601 date and time; without a zone it is local, without a date it is today.

    Raises ValueError, with a sentence for the user, for anything else.
    """
    try:
        return _utc_micros(_read_moment(text.strip(), now_us))
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"'{quoted(text)}' is not a time: write ISO 8601, such as 2027-01-31T14:30, "
            "2027-01-31T14:30:00Z or 14:30; a time without a zone is local"
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
