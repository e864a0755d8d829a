"""The lines of the engine's benchmark, each with its budget."""

from collections.abc import Iterator, Sequence
from functools import partial

from jobdash.bench.engine.at_size import COMMANDS
from jobdash.bench.engine.measures import MANY_WORKERS, PER_SECOND, WORKERS
from jobdash.bench.engine.subjects import HUEY, JOBDASH
from jobdash.bench.engine.watched import PATIENCE
from jobdash.bench.figures import Budget, Figure

_figure = partial(Figure, judged=JOBDASH)


def figures(
    jobs: int, idle: float, long_idle: float, crowds: Sequence[int], dashboards: int
) -> list[Figure]:
    """Return them in the order in which they are shown."""
    return [
        *_rates(jobs),
        *_latencies(idle, long_idle),
        *_appetite(),
        *_watched(dashboards),
        *_crowds(crowds),
        *_commands(jobs),
    ]


def _least(bound: float, of: str | None = None, times: str = HUEY) -> Budget:
    return Budget(bound, times, of, is_least=True)


def _rates(jobs: int) -> Iterator[Figure]:
    size = f"{jobs:,} finished jobs in the file"
    yield _figure("enqueue", "enqueue, one call each", "/s", "p50", _least(0.7))
    yield _figure("enqueue-fast", 'the same, "fast"', "/s", "p50", _least(1.5, "enqueue"))
    yield _figure("enqueue-bulk", "enqueue_many", "/s", "p50", _least(5, "enqueue"))
    yield _figure("drain", f"drain, {WORKERS} workers", "/s", "p50", _least(2.2))
    yield _figure("drain-full", 'the same, "full"', "/s", "p50", _least(0.9, "drain"))
    slower = _least(1 / 1.2, "drain", JOBDASH)
    yield _figure("drain-at-size", f"drain, {size}", "/s", "p50", slower)
    yield _figure("drain-cpu", "CPU of a job", "us")


def _latencies(idle: float, long_idle: float) -> Iterator[Figure]:
    for reading, meaning, middle, highest in (
        ("pick-up", f"a job begins, pool idle for {idle:g} s", 2, 15),
        ("pick-up-long", f"the same, idle for {long_idle:g} s", 2, 15),
        ("steady", f"a job begins, {PER_SECOND} a second", 3, 20),
    ):
        yield _figure(reading, meaning, "ms", "p50", Budget(middle))
        yield _figure(reading, meaning, "ms", "p99", Budget(highest))


def _appetite() -> Iterator[Figure]:
    yield _figure("idle-cpu", f"a core, {WORKERS} idle workers", "%", "p50", Budget(1))
    yield _figure("memory", "memory of the idle pool", "MB", "p50", Budget(1.3, HUEY))
    more = f"the same, {MANY_WORKERS} workers"
    yield _figure("memory-of-many", more, "MB", "p50", Budget(1.3, HUEY))


def _watched(dashboards: int) -> Iterator[Figure]:
    who = f"{dashboards} dashboards open"
    yield _figure("unwatched", f"drain, {WORKERS} workers, no dashboard", "/s")
    yield _figure("watched", f"drain, {WORKERS} workers, {who}", "/s")
    yield _figure("watched-cpu", "of all cores, the dashboards have used", "%")
    yield _figure("watched-lost", "lost by the drain beyond that", "%", "p50", Budget(5))
    longest = f"waits of a writer over {PATIENCE * 1000:g} ms, {who}"
    yield _figure("watched-waits", longest, "", "max", Budget(0))


def _crowds(crowds: Sequence[int]) -> Iterator[Figure]:
    for people in crowds:
        name, who = f"crowd-{people}", f"{people} producers, {people} workers"
        yield _figure(name, f"an enqueue, {who}", "ms", "p50")
        yield _figure(name, f"an enqueue, {who}", "ms", "p99")
        yield _figure(name, f"an enqueue, {who}", "ms", "max", Budget(1000))
        yield _figure(f"{name}-failed", "calls that failed", "", "max", Budget(0))
        yield _figure(f"{name}-rate", "all together", "/s")
        yield _figure(f"{name}-share", "the least one's share of the most", "%")


def _commands(jobs: int) -> Iterator[Figure]:
    for name in COMMANDS:
        budget = Budget(250) if name == "list" else None
        yield _figure(f"command-{name}", f"jobdash {name}, {jobs:,} jobs", "ms", "p50", budget)
