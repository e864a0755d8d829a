"""The metrics of a file for Prometheus, by the library of nobody: the text format is simple."""

from jobdash.metrics.exposition import CONTENT_TYPE, write
from jobdash.metrics.families import families
from jobdash.report import Report

__all__ = ["CONTENT_TYPE", "exposition"]


def exposition(report: Report, now: int) -> str:
    """Return what `/metrics` answers, to be sent as `CONTENT_TYPE`.

    `now` is in microseconds since the epoch. Raises `DatabaseError`.
    """
    return write(families(report, now))
