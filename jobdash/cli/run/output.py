"""What commands have printed, passed on: either stream to its own."""

import sys
import time
from typing import BinaryIO

from jobdash.cli.output import note
from jobdash.errors import NotFound
from jobdash.render.log_lines import cut_words, readable
from jobdash.report import JobLog, Report
from jobdash.streams import errors_of, output_of

_LOOK_SECONDS = 0.1


class Output:
    """Prints what jobs have printed; does nothing if it is not `wanted`.

    A file or a pipe gets it byte for byte; a terminal gets harmless text.
    """

    def __init__(self, report: Report, *, wanted: bool) -> None:
        self._report = report
        self.is_wanted = wanted
        self._shown = _Shown()
        self._looked_at = 0.0

    def show(self, seq: int) -> None:
        """Print what a job's newest attempt has printed, but for what was shown before."""
        if self.is_wanted:
            self._go_on(seq)

    def show_so_far(self, seq: int) -> None:
        """Print the whole lines that have come from a job that may run.

        Looks at most ten times a second.
        """
        if time.monotonic() >= self._looked_at + _LOOK_SECONDS:
            self._looked_at = time.monotonic()
            self._go_on(seq, whole_lines=True)

    def _go_on(self, seq: int, *, whole_lines: bool = False) -> None:
        try:
            log = self._report.log(seq)
            if log is not None and self._shown.has_part_of(seq, log.attempt):
                log = self._report.log(seq, log.attempt, self._shown.upto)
        except NotFound as error:
            if not whole_lines:
                note(str(error))
            return
        if log is None or log.is_empty:
            return
        if whole_lines:
            self._pass_on_lines(seq, log)
        else:
            self._pass_on(seq, log)

    def _pass_on_lines(self, seq: int, log: JobLog) -> None:
        if log.cut:
            return
        lines = log.tail[: log.tail.rfind(b"\n") + 1]
        start = log.end - len(log.tail)
        self._shown = _Shown(seq, log.attempt, start + len(lines))
        _print(lines)

    def _pass_on(self, seq: int, log: JobLog) -> None:
        self._shown = _Shown(seq, log.attempt, log.end)
        _print(log.head)
        if log.cut:
            note(f"#{seq}: {cut_words(log.cut)} only so much of a job's output is kept")
        _print(log.tail)


class _Shown:
    """Up to which place an attempt's output has been shown while it ran."""

    def __init__(self, seq: int = 0, attempt: int = 0, upto: int = 0) -> None:
        self._of = (seq, attempt)
        self.upto = upto

    def has_part_of(self, seq: int, attempt: int) -> bool:
        return (seq, attempt) == self._of and self.upto > 0


def _print(log: bytes) -> None:
    _write(output_of(log), sys.stdout.buffer)
    _write(errors_of(log), sys.stderr.buffer)


def _write(data: bytes, stream: BinaryIO) -> None:
    if not data:
        return
    if stream.isatty():
        data = b"".join(map(_harmless, data.splitlines(keepends=True)))
    stream.write(data)
    stream.flush()


def _harmless(line: bytes) -> bytes:
    return readable(line.rstrip(b"\r\n")).encode() + b"\n"
