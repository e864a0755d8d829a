"""The whole benchmark of the engine."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jobdash.bench.engine import measures
from jobdash.bench.engine.at_size import at_size
from jobdash.bench.engine.figure_list import figures
from jobdash.bench.engine.subjects import SUBJECTS
from jobdash.bench.engine.watched import watched
from jobdash.bench.results import Results
from jobdash.bench.turns import Topic, take_turns


@dataclass(frozen=True, slots=True)
class EngineEffort:
    """How often and how much: rounds, jobs of each drain, pick-ups, seconds of the rests.

    A crowd is so many producers and workers at once, for `crowd` seconds. Without a long rest there
    is none.
    """

    rounds: int
    jobs: int
    samples: int
    idle: float = 5.0
    long_idle: float = 30.0
    crowd: float = 2.0
    crowds: tuple[int, ...] = (4, 16)
    dashboards: int = 3


def measure_engine(
    full: Path, folder: Path, size: int, effort: EngineEffort, tell: Callable[[str], object]
) -> Results:
    """Measure it; `full` is a file with `size` finished jobs. Raises `BenchmarkFailed`."""
    topics = [
        Topic("enqueue", partial(measures.enqueue, folder, jobs=effort.jobs // 2)),
        Topic("drain", partial(measures.drain, folder, jobs=effort.jobs)),
        Topic("at size", partial(at_size, full, jobs=effort.jobs)),
        Topic(
            "latency",
            partial(measures.latency, folder, samples=effort.samples, seconds=effort.idle),
        ),
        Topic(
            "dashboards",
            partial(
                watched, folder, jobs=effort.jobs, dashboards=effort.dashboards, seconds=effort.idle
            ),
        ),
        Topic("memory", partial(measures.many_idle, folder)),
        Topic("long idle", partial(measures.long_idle, folder, seconds=effort.long_idle)),
        *(
            Topic("crowd", partial(measures.crowd, folder, people=people, seconds=effort.crowd))
            for people in effort.crowds
        ),
    ]
    lines = figures(size, effort.idle, effort.long_idle, effort.crowds, effort.dashboards)
    return take_turns(lines, SUBJECTS, topics, effort.rounds, tell)
