"""Following a batch: each end as it comes, until there is none left to come."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from jobdash.errors import DatabaseBusy
from jobdash.job import State
from jobdash.report import Report
from jobdash.report.ends import End, Ends

POLL_SECONDS = 0.02
_CARE_SECONDS = 1.0
# Whoever looks is to leave the time to those who work.
_REST = 4


@dataclass(slots=True)
class Tally:
    """How many of `total` jobs have ended, and how."""

    total: int
    succeeded: int = 0
    failed: int = 0
    stopped: int = 0

    @property
    def ended(self) -> int:
        """How many have come to their end."""
        return self.succeeded + self.failed + self.stopped

    def count(self, state: State) -> None:
        """Take one more into account."""
        if state is State.SUCCEEDED:
            self.succeeded += 1
        elif state is State.FAILED:
            self.failed += 1
        else:
            self.stopped += 1


@dataclass(slots=True)
class Following:
    """Tells of the ends of a batch's jobs, in the order in which they come or that of the inputs.

    `care` is called about once a second, so that somebody sees to it that it goes on.
    """

    report: Report
    batch: int
    tally: Tally
    care: Callable[[], None]
    keeps_order: bool = False
    _waiting: list[End] = field(default_factory=list)
    _next: int = 1
    _ends: Ends = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the first input."""
        self._ends = Ends(self.report, self.batch)

    def follow(self, show: Callable[[bool], None], tell: Callable[[End], None]) -> None:
        """Tell each end until none is left to come; `show` as in `ends`."""
        while True:
            try:
                for end in self.ends(show):
                    tell(end)
                return
            except DatabaseBusy:
                # A pool that has just started puts a file in order that another has left.
                time.sleep(POLL_SECONDS)

    def ends(self, show: Callable[[bool], None]) -> Iterator[End]:
        """Yield each end; `show` is called after each look, with whether there is news.

        Who was interrupted may go on with another call.
        """
        seen, cared_at = -1, time.monotonic()
        while self.tally.ended < self.tally.total:
            began, version = time.monotonic(), self.report.data_version()
            is_new, seen = version != seen, version
            if is_new:
                for end in self._ends.look():
                    self.tally.count(end.state)
                    yield from self._in_order(end)
            show(is_new)
            if self.tally.ended < self.tally.total:
                time.sleep(max(POLL_SECONDS, _REST * (time.monotonic() - began)))
            if time.monotonic() - cared_at >= _CARE_SECONDS:
                cared_at = time.monotonic()
                self.care()

    def _in_order(self, end: End) -> Iterator[End]:
        if not self.keeps_order:
            yield end
            return
        heappush(self._waiting, end)
        while self._waiting and self._waiting[0].number == self._next:
            self._next += 1
            yield heappop(self._waiting)
