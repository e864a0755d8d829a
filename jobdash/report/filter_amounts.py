"""Durations and numbers in a filter."""

import re
from collections.abc import Callable

from jobdash.report.filter_terms import Kind
from jobdash.text import clean, parse_duration, shorten

_MICROSECONDS = 1_000_000
_LARGEST = 2**63 - 1
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


def read_amount(kind: Kind, text: str, error: Callable[[str], Exception]) -> float:
    """Return microseconds for a duration, else the number. Raises what `error` makes of a text."""
    if kind is Kind.DURATION:
        try:
            return round(parse_duration(text) * _MICROSECONDS)
        except ValueError as wrong:
            raise error(str(wrong)) from None
    if not _NUMBER.fullmatch(text):
        raise error(f"'{shorten(clean(text[:200]), 40)}' is no number")
    number = int(text) if _WHOLE.fullmatch(text) else float(text)
    if abs(number) > _LARGEST:
        raise error(f"a number is at most {_LARGEST:,}")
    return number
