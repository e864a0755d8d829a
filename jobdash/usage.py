"""What processes of this machine take: CPU time and memory. Imports nothing of jobdash."""

import os
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_MB = 1024 * 1024
_HAS_PROC = sys.platform == "linux"
_PAGE = os.sysconf("SC_PAGE_SIZE") if _HAS_PROC else 0
_TICK = os.sysconf("SC_CLK_TCK") if _HAS_PROC else 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process takes.

    `cpu` is in percent of one core, None until it has been looked at twice; `memory` is the
    resident size in bytes, pages that it shares with others included.
    """

    cpu: float | None
    memory: int


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    born: int
    seconds: float


class Meter:
    """Measures processes from look to look."""

    def __init__(self) -> None:
        self._before: dict[int, _Look] = {}

    def read(self, pids: Collection[int]) -> Mapping[int, Usage]:
        """Return what each of these takes since the last time; whoever is gone is left out."""
        if not _HAS_PROC:
            return _told_by_ps(pids)
        found, looks = {}, {}
        for pid in pids:
            look, memory = _look(pid)
            if look is not None:
                looks[pid] = look
                found[pid] = Usage(_percent(self._before.get(pid), look), memory)
        self._before = looks
        return found


def resident_mb() -> float:
    """Return the calling process's size in MB; where there is no /proc, the largest it has had."""
    if _HAS_PROC:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE / _MB
    import resource  # not on every platform

    # macOS counts bytes here.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB


def _look(pid: int) -> tuple[_Look | None, int]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name before it, in brackets, may itself hold spaces and brackets.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None, 0
    seconds = (int(fields[11]) + int(fields[12])) / _TICK
    return _Look(time.monotonic(), int(fields[19]), seconds), int(fields[21]) * _PAGE


def _percent(before: _Look | None, now: _Look) -> float | None:
    if before is None or before.born != now.born or now.at <= before.at:
        return None
    return round(100 * (now.seconds - before.seconds) / (now.at - before.at), 1)


def _told_by_ps(pids: Collection[int]) -> Mapping[int, Usage]:
    """Ask `ps`, whose percentage is that of the last minute or so."""
    if not pids:
        return {}
    import subprocess  # heavy, and only where there is no /proc

    command = ["ps", "-o", "pid=,pcpu=,rss=", "-p", ",".join(map(str, pids))]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
        ).stdout
    except OSError:
        return {}
    rows = [line.split() for line in told.splitlines()]
    return {int(pid): Usage(float(cpu), int(kb) * 1024) for pid, cpu, kb in rows}
