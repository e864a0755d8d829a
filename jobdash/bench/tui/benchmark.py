"""The whole benchmark of the dashboard: a fresh one for each file and round."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jobdash.bench.figures import Reading
from jobdash.bench.history import make_history, size_of
from jobdash.bench.machine import OtherLoad
from jobdash.bench.results import Results
from jobdash.bench.tui import measures
from jobdash.bench.tui.dashboard import open_dashboard
from jobdash.bench.tui.figure_list import FULL, SUBJECTS, figures
from jobdash.bench.turns import Topic, take_turns


@dataclass(frozen=True, slots=True)
class Effort:
    """How often and how long: rounds, samples of each key in a round, seconds of each rest."""

    rounds: int
    samples: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Files:
    """The full file, and a folder for empty ones, in which nothing is configured."""

    full: Path
    folder: Path


def measure_dashboard(files: Files, effort: Effort, tell: Callable[[str], object]) -> Results:
    """Measure it. Raises `BenchmarkFailed` if a dashboard does not do what it should."""

    def measure(subject: str) -> Iterator[Reading]:
        path = files.full if subject == FULL else _empty_file(files.folder)
        return _session(path, files.folder, effort)

    topics = [Topic("dashboard", measure)]
    return take_turns(figures(), SUBJECTS, topics, effort.rounds, tell)


def _empty_file(folder: Path) -> Path:
    """Make a new one: the last has the jobs by now that were enqueued to be seen."""
    path = folder / f"empty-{time.monotonic_ns()}.db"
    make_history(path, 0, 0)
    return path


def _session(path: Path, folder: Path, effort: Effort) -> Iterator[Reading]:
    jobs = size_of(path)
    load = OtherLoad()
    with open_dashboard(path, jobs, folder) as dashboard:
        other = load.cores()
        yield Reading("start", dashboard.start_ms, other)
        yield Reading("start.settled", dashboard.settled_ms, other)
        yield from measures.idle(dashboard, effort.seconds)
        # While the list still follows the newest job.
        yield from measures.changes(dashboard, path, effort.samples)
        yield from measures.busy(dashboard, path, effort.seconds)
        # Before the keys: an empty file has no job whose view could be opened.
        yield from measures.memory(dashboard, "memory")
        yield from measures.keys(dashboard, effort.samples, has_jobs=jobs > 0)
        yield from measures.memory(dashboard, "memory-later")
