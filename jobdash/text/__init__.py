"""Text for people: made harmless, cut to fit, and the writing and reading of durations and times.

Everything here is pure. A moment is a whole number of microseconds since the epoch, UTC.
"""

from jobdash.text.amounts import (
    compact_count,
    format_count,
    format_memory,
    format_size,
    how_often,
)
from jobdash.text.durations import format_age, format_duration, parse_duration
from jobdash.text.harmless import (
    clean,
    clean_lines,
    sentence,
    storable,
    substitute,
    unsafe_characters,
)
from jobdash.text.moments import clock, iso, local_time, parse_time
from jobdash.text.width import cell_len, shorten

__all__ = [
    "cell_len",
    "clean",
    "clean_lines",
    "clock",
    "compact_count",
    "format_age",
    "format_count",
    "format_duration",
    "format_memory",
    "format_size",
    "how_often",
    "iso",
    "local_time",
    "parse_duration",
    "parse_time",
    "sentence",
    "shorten",
    "storable",
    "substitute",
    "unsafe_characters",
]
