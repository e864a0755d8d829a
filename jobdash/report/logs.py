"""What a job's attempts printed: read from the workers' log files, so much of it as is kept."""

import errno
import os
from dataclasses import dataclass

from jobdash import logfiles
from jobdash.errors import NoLog, UnknownJob
from jobdash.job import Attempt
from jobdash.report.story import StoryReads
from jobdash.text import how_often


@dataclass(frozen=True, slots=True)
class JobLog:
    """What one attempt printed, from an offset on: bytes, as they were written.

    Between `head` and `tail` there were `cut` bytes that are not kept. `end` is the offset at which
    to go on reading. `is_open` is whether more may come.
    """

    attempt: int
    head: bytes
    cut: int
    tail: bytes
    end: int
    is_open: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.head or self.cut or self.tail)


KEPT = logfiles.KEPT


class LogReads(StoryReads):
    """Reads what jobs printed."""

    def log(self, seq: int, attempt: int | None = None, since: int = 0) -> JobLog | None:
        """Return what an attempt of a job, else its newest, printed from the offset `since` on.

        At most KEPT bytes: of a longer one the beginning and the end. None if
        the job has not run yet. Nothing is redacted here: bytes are as the job wrote them, and
        `jobdash.render.log_lines` makes them fit to be shown. Raises `UnknownJob`, and `NoLog` if
        there is no such attempt or its output was not kept.
        """
        attempts = self.attempts(seq)
        if not attempts and attempt is None:
            if self.job_by_seq(seq) is None:
                raise UnknownJob(f"there is no job #{seq}")
            return None
        found = attempts[-1] if attempt is None else _numbered(seq, attempts, attempt)
        return self._read_log(seq, found, since)

    def _read_log(self, seq: int, attempt: Attempt, since: int) -> JobLog:
        if attempt.log_start is None:
            raise NoLog(f"what attempt {attempt.number} of #{seq} printed was not kept: {_WHY}")
        if attempt.log_end == attempt.log_start:
            return JobLog(attempt.number, b"", 0, b"", 0, is_open=False)
        file = logfiles.file_of(self._reader.path, attempt.log_start)
        try:
            if file is None:
                raise FileNotFoundError
            kept, end = _kept(file, attempt, since)
        except OSError as error:
            gone = f"the log of attempt {attempt.number} of #{seq} is not there any more"
            raise NoLog(gone) from error
        return JobLog(attempt.number, *kept, max(since, end), is_open=attempt.outcome is None)


Kept = tuple[bytes, int, bytes]


def _kept(file: logfiles.LogFile, attempt: Attempt, since: int) -> tuple[Kept, int]:
    """Return what an attempt printed from an offset on, and where that ended. Raises `OSError`."""
    place = attempt.log_start or 0
    descriptor = logfiles.opened(file)
    try:
        there = file.start + os.fstat(descriptor).st_size - place
        end = there if attempt.log_end is None else attempt.log_end - place
        if there < 0 or there == 0 < end:
            raise FileNotFoundError(errno.ENOENT, "it has been emptied", file.path)
        kept = _read(descriptor, place - file.start, min(there, end), since)
    finally:
        os.close(descriptor)
    return _without_end(kept, end - there) if there < end else kept, end


_WHY = "only workers of `jobdash worker` keep it"


def _numbered(seq: int, attempts: list[Attempt], number: int) -> Attempt:
    for attempt in attempts:
        if attempt.number == number:
            return attempt
    raise NoLog(f"#{seq} has no attempt {number}: it has run {how_often(len(attempts))}")


def _read(descriptor: int, start: int, size: int, since: int) -> tuple[bytes, int, bytes]:
    """Return head, how much is cut, and tail. What is cut is told by the sizes alone."""
    if size <= logfiles.KEPT:
        return b"", 0, os.pread(descriptor, max(0, size - since), start + since)
    first = max(0, logfiles.HEAD - since)
    last = max(since, size - logfiles.TAIL)
    head = os.pread(descriptor, first, start + since)
    tail = os.pread(descriptor, size - last, start + last)
    return head, last - since - first, tail


def _without_end(kept: Kept, missing: int) -> Kept:
    """Tell that the file has lost its end, which no worker does."""
    head, cut, tail = kept
    return (head, cut + len(tail) + missing, b"") if cut else (tail, missing, b"")
