"""What dashboards cost those who work: the same jobs with none open and with some."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from jobdash.bench.engine.measures import WORKERS, fresh
from jobdash.bench.engine.stand import Stand
from jobdash.bench.engine.subjects import JOBDASH
from jobdash.bench.figures import Reading
from jobdash.bench.history import make_history
from jobdash.bench.machine import OtherLoad, cpu_seconds
from jobdash.bench.tui.dashboard import Dashboard, open_dashboard
from jobdash.errors import BenchmarkFailed

# No writer is to wait longer for a reader.
PATIENCE = 0.005
_MARKS = 2  # the first and the last job of a drain
_READ = 0.05


class _Drain(NamedTuple):
    """Jobs a second, and the share of the machine that went to the dashboards."""

    rate: float
    share: float


def watched(
    folder: Path, subject: str, jobs: int, dashboards: int, seconds: float
) -> Iterator[Reading]:
    """Measure a drain alone and looked at, and how often a writer waits for who looks on."""
    if subject != JOBDASH:
        return
    load = OtherLoad()
    alone = _drained(fresh(folder, JOBDASH), jobs, 0)
    seen = _drained(fresh(folder, JOBDASH), jobs, dashboards)
    other = load.cores()
    yield Reading("unwatched", alone.rate, other)
    yield Reading("watched", seen.rate, other)
    yield Reading("watched-cpu", 100 * seen.share, other)
    left = 1 - seen.rate / (alone.rate * (1 - seen.share))
    yield Reading("watched-lost", max(0.0, 100 * left), other)
    yield Reading("watched-waits", _waits(folder, dashboards, seconds))


def _drained(stand: Stand, jobs: int, dashboards: int) -> _Drain:
    stand.produce("marked", jobs)
    with _looking_on(stand.file, jobs + _MARKS, dashboards) as pids, stand.consumer(WORKERS):
        stand.await_stamps(1)
        before = _cpu(pids)
        stamps = stand.stamps(_MARKS)
        used = _cpu(pids) - before
    seconds = (stamps[1] - stamps[0]) / 1e9
    return _Drain(jobs / seconds, used / seconds / (os.cpu_count() or 1))


def _waits(folder: Path, dashboards: int, seconds: float) -> int:
    """Return how often a writer that is alone would have waited too long."""
    file = folder / "watched.db"
    make_history(file, 0, 0)
    words = ("jobdash.bench.lone_writer", str(file), str(seconds), str(PATIENCE))
    with _looking_on(file, 0, dashboards):
        done = subprocess.run(
            [sys.executable, "-m", *words], capture_output=True, check=False, text=True
        )
    file.unlink()
    if done.returncode:
        raise BenchmarkFailed(f"the writer does not work: {done.stderr[-300:]}")
    return int(json.loads(done.stdout)["refused"])


@contextmanager
def _looking_on(file: Path, jobs: int, dashboards: int) -> Iterator[Sequence[int]]:
    """Have dashboards open on a file of so many jobs; yields their pids."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(open_dashboard(file, jobs, file.parent)) for _ in range(dashboards)
        ]
        stack.enter_context(_being_read(opened))
        yield [dashboard.pid for dashboard in opened]


@contextmanager
def _being_read(dashboards: Sequence[Dashboard]) -> Iterator[None]:
    """Take what they write: who cannot write does nothing more."""
    is_over = Event()

    def read(dashboard: Dashboard) -> None:
        while not is_over.is_set():
            dashboard.terminal.rest(_READ)

    readers = [Thread(target=read, args=(dashboard,)) for dashboard in dashboards]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        is_over.set()
        for reader in readers:
            reader.join()


def _cpu(pids: Sequence[int]) -> float:
    return sum(cpu_seconds(pid) or 0.0 for pid in pids)
