"""Which lines of a log `jobdash logs` prints, and how many it has looked at for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from jobdash.render.log_lines import PRINTED, Gap, Splitter, level_of
from jobdash.render.log_search import LogSearch
from jobdash.report import JobLog
from jobdash.streams import part_of


class LogLine(NamedTuple):
    """A line and its level. `number` is its own in all of the log; what is cut counts as one."""

    number: int
    level: int
    text: bytes


@dataclass(slots=True)
class Choice:
    """Of what level and above, of which stream, with which text; and what has come of that.

    Of the `seen` lines of that level and stream, `found` had the text; `cut` bytes were not there
    to be looked at.
    """

    least: int = PRINTED
    stream: str | None = None
    search: LogSearch | None = None
    seen: int = 0
    found: int = 0
    cut: int = 0

    def of(self, level: int, line: bytes) -> bytes | None:
        """Return what is wanted of a line, None if nothing is."""
        wanted = part_of(line, self.stream)
        if level < self.least or wanted is None:
            return None
        self.seen += 1
        if self.search is not None and not self.search.is_in(wanted):
            return None
        self.found += 1
        return wanted


class ChosenLines:
    """Makes lines of what comes of one attempt, and leaves out those that are not wanted."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._splitter = Splitter()
        self._level = self._number = 0

    def of(self, log: JobLog, *, is_last: bool) -> Iterator[LogLine | Gap]:
        """Yield what there is to show of the next piece."""
        for line in self._whole(log, is_last):
            self._number += 1
            if isinstance(line, Gap):
                self._choice.cut += line.size
                yield line
                continue
            self._level = level_of(line, self._level)
            wanted = self._choice.of(self._level, line)
            if wanted is not None:
                yield LogLine(self._number, self._level, wanted)

    def _whole(self, log: JobLog, is_last: bool) -> Iterator[bytes | Gap]:
        yield from self._splitter.split(log.head, log.cut, log.tail)
        if is_last:
            yield from self._splitter.finish()
