"""What the machine and single processes use of it, from /proc; None where that is missing."""

import os
import time
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_IDLE_COLUMNS = (3, 4)  # idle and iowait of the first line of /proc/stat


class OtherLoad:
    """How many cores others keep busy from its making on: all but us and whom we have started."""

    def __init__(self) -> None:
        self._busy = _busy_seconds()
        self._own = _own_seconds()
        self._since = time.monotonic()

    def cores(self) -> float | None:
        """Return how many cores that were, on average."""
        busy = _busy_seconds()
        elapsed = time.monotonic() - self._since
        if busy is None or self._busy is None or not elapsed:
            return None
        return max(0.0, (busy - self._busy - (_own_seconds() - self._own)) / elapsed)


def _own_seconds() -> float:
    """Return what we have used: this process, its family, and those of it that have ended."""
    return sum(_seconds(one, ended=True) or 0.0 for one in family(os.getpid()))


def cpu_seconds(pid: int) -> float | None:
    """Return how long a process has kept a core busy, itself and the kernel for it."""
    return _seconds(pid)


def _seconds(pid: int, *, ended: bool = False) -> float | None:
    """Return what a process has used; with `ended`, also its children that it has waited for."""
    try:
        # The name, in brackets, may hold anything.
        columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, columns[11 : 15 if ended else 13])) / _TICKS


def family(pid: int) -> list[int]:
    """Return a process and all that it has started, and they in turn."""
    found = [pid]
    for known in found:
        for thread in Path(f"/proc/{known}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, thread.read_text().split())
    return found


def memory_mb(pid: int) -> float | None:
    """Return what a process adds to the memory in use: PSS, or RSS where that cannot be read."""
    for file, name in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return None


def _busy_seconds() -> float | None:
    try:
        first = Path("/proc/stat").read_text().partition("\n")[0]
    except OSError:
        return None
    # Guests are counted among users already.
    columns = [int(column) for column in first.split()[1:9]]
    return sum(c for place, c in enumerate(columns) if place not in _IDLE_COLUMNS) / _TICKS
