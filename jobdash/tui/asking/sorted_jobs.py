"""Lists of jobs in an order that is not that of their numbers: read whole, but not without end."""

from dataclasses import dataclass

from jobdash.report import JobFilter, Order, Report

# More than a person scrolls through, and little to remember.
MOST_SORTED = 10_000


@dataclass(slots=True)
class SortedJobs:
    """The numbers of the first jobs in an order, remembered as long as the file is the same.

    Only the reader thread uses it: to scroll need not mean to sort a million jobs again.
    """

    seqs: tuple[int, ...] = ()
    _found_for: tuple[JobFilter, Order, int, int] | None = None

    def read(self, report: Report, wanted: JobFilter, order: Order, now: int) -> tuple[int, ...]:
        """Return the numbers, read again if need be."""
        asked = (wanted, order, report.data_version(), id(report))
        if asked != self._found_for:
            self.seqs = tuple(report.sorted_seqs(wanted.at(now), order, MOST_SORTED))
            self._found_for = asked
        return self.seqs
