"""What each run of a worker costs: CPU time and memory, within a microsecond or two of its own.

A worker runs one job at a time, so what the process has spent meanwhile is what the job has.
"""

import resource
import sys
import time

_UNIT = 1 if sys.platform == "darwin" else 1024
_SLACK = 1024 * 1024
_RESET_PEAK = b"5"  # see proc(5)


class Spending:
    """Measures the runs of one process, one after another.

    The kernel keeps the largest size that the process has had. That mark is put back only while it
    moves, so a silent job pays nothing; between two jobs of like size what it says is the size that
    the process had anyway.
    """

    def __init__(self) -> None:
        self._children = _children_cpu()
        self._can_reset = _reset_peak()
        self._mark, self._is_steady = _peak(), False

    def begin(self) -> int:
        """Return what `end` needs to know of the start of a run."""
        return time.process_time_ns()

    def end(self, begun: int) -> tuple[int, int | None]:
        """Return the CPU time since then in microseconds, and the peak of memory in bytes.

        Children count with their CPU time once they have ended. Where the mark cannot be put back
        memory is only known, else None, if it was more than ever before.
        """
        own = (time.process_time_ns() - begun) // 1000
        before, self._children = self._children, _children_cpu()
        peak = _peak()
        is_known = self._can_reset or peak > self._mark
        if not self._is_steady or peak > self._mark + _SLACK:
            self._settle(peak)
        return own + round(1e6 * (self._children - before)), peak if is_known else None

    def _settle(self, peak: int) -> None:
        if self._can_reset:
            self._can_reset = _reset_peak()
        before, self._mark = self._mark, _peak()
        # As long as it moves: a job's leftovers may be freed by the next.
        self._is_steady = abs(before - self._mark) < _SLACK and peak < self._mark + _SLACK


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reset_peak() -> bool:
    # Opened each time: a descriptor that is kept may be closed by a job, and lead elsewhere then.
    try:
        with open("/proc/self/clear_refs", "wb", buffering=0) as file:
            file.write(_RESET_PEAK)
    except OSError:
        return False
    return True
