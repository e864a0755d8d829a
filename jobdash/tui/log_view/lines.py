"""The lines of one attempt's output as the screen needs them: any line at once, few bytes each.

Bytes stay bytes until a line is drawn; where lines begin is all that is worked out beforehand.
"""

import re
from array import array
from bisect import bisect_left, bisect_right

from jobdash.render.log_lines import PRINTED, level_of, records
from jobdash.render.log_search import LogSearch
from jobdash.report.logs import KEPT, JobLog

MOST_LINES = 250_000
_SLACK = 1_000_000
# So far back the beginning of a log record is looked for.
_LONGEST_RECORD = 1_000
_NEWLINE = re.compile(rb"\n")


class LogLines:
    """All that is known of one attempt's output, of which only `least` and above is shown.

    A *row* is a shown line; `gap` bytes are missing before the line `gap_at`.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything but the level."""
        self._data = bytearray()
        self._starts = array("I", [0])
        # Where searches of each kind look, one of them for each.
        self._grounds: dict[tuple[bool, ...], tuple[LogSearch, bytearray]] = {}
        self.gap, self.gap_at = 0, 0
        self.version = 0
        self.show_from(getattr(self, "least", PRINTED))

    @property
    def is_too_long(self) -> bool:
        """Whether it has grown so much that it should be read anew, with its middle left out."""
        return len(self._data) > KEPT + _SLACK or len(self._starts) > 2 * MOST_LINES

    def add(self, log: JobLog) -> None:
        """Add the next piece."""
        if not log.is_empty:
            self.version += 1
            head, tail, cut = log.head, log.tail, log.cut
            if cut:
                head, tail, cut = _whole_lines(head, tail, cut)
            self._append(head)
            if cut:
                self.gap, self.gap_at = cut, len(self)
            self._append(self._newest(tail))

    def _newest(self, tail: bytes) -> bytes:
        """Leave out the oldest of very many lines."""
        while tail.count(b"\n") > MOST_LINES:
            kept = tail[tail.index(b"\n", len(tail) // 2) + 1 :]
            self.gap, self.gap_at = self.gap + len(tail) - len(kept), len(self)
            tail = kept
        return tail

    def _append(self, data: bytes) -> None:
        before, offset, last = len(self), len(self._data), self._starts[-1]
        self._data += data
        for search, ground in self._grounds.values():
            ground[last:] = search.ground(self._data[last:])
        self._starts.extend(match.end() + offset for match in _NEWLINE.finditer(data))
        if self.least:
            # What was the last line may have become longer, but begins as it did.
            self._show(before)

    def __len__(self) -> int:
        return len(self._starts) - (self._starts[-1] == len(self._data))

    def line(self, number: int) -> bytes:
        """Return a line without its end."""
        start = self._starts[number]
        end = self._starts[number + 1] - 1 if number + 1 < len(self._starts) else None
        return bytes(self._data[start:end])

    def level(self, number: int) -> int:
        """Return the level of a line, that of its record if it goes on with one."""
        first = number
        while first > max(0, number - _LONGEST_RECORD) and self.line(first)[:4] == b"  | ":
            first -= 1
        return level_of(self.line(first))

    # -- rows ------------------------------------------------------------------------------------

    def show_from(self, least: int) -> None:
        """Show only records of a level and above; with 0 everything."""
        self.least = least
        self.version += 1
        self._shown = array("I")
        if least:
            self._show(0)

    def _show(self, first: int) -> None:
        """Show what is to be shown from a line on."""
        if first < len(self):
            before = self.level(first - 1) if first else PRINTED
            for at, level in records(self._data, self._starts[first], before):
                if level >= self.least:
                    self._shown.append(bisect_left(self._starts, at, first))

    @property
    def rows(self) -> int:
        """How many lines are shown."""
        return len(self._shown) if self.least else len(self)

    def number(self, row: int) -> int:
        """Return the number of the line that a row shows."""
        return self._shown[row] if self.least else row

    def row(self, number: int) -> int:
        """Return the row of a line, or of the next one that is shown."""
        return bisect_left(self._shown, number) if self.least else number

    # -- search ----------------------------------------------------------------------------------

    def hits(self, search: LogSearch) -> int:
        """Return how often a text occurs, shown or not."""
        return self._ground(search).count(search.needle) if search.text else 0

    def find(self, search: LogSearch, row: int, step: int) -> int | None:
        """Return the next row from `row` on, that one included, in which a text occurs.

        `step` is 1 or -1.
        """
        while search.text and 0 <= row < self.rows:
            number = self._next(search, self.number(row), step)
            if number is None:
                return None
            found = self.row(number)
            if found < self.rows and self.number(found) == number:
                return found
            row = found if step > 0 else found - 1
        return None

    def _next(self, search: LogSearch, number: int, step: int) -> int | None:
        ground = self._ground(search)
        if step > 0:
            at = ground.find(search.needle, self._starts[number])
        else:
            last = number + 1 >= len(self._starts)
            end = len(ground) if last else self._starts[number + 1]
            at = ground.rfind(search.needle, 0, end)
        return None if at < 0 else bisect_right(self._starts, at) - 1

    def _ground(self, search: LogSearch) -> bytearray:
        if search.kind not in self._grounds:
            self._grounds[search.kind] = search, bytearray(search.ground(self._data))
        return self._grounds[search.kind][1]


def _whole_lines(head: bytes, tail: bytes, cut: int) -> tuple[bytes, bytes, int]:
    """Leave out the torn lines around what is cut."""
    kept_head = head[: head.rfind(b"\n") + 1]
    kept_tail = tail[tail.find(b"\n") + 1 :]
    return kept_head, kept_tail, cut + len(head) - len(kept_head) + len(tail) - len(kept_tail)
