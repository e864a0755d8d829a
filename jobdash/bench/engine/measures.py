"""What is measured of one library, topic by topic; each yields its readings."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from jobdash.bench import bare
from jobdash.bench.engine.stand import Stand, outcome
from jobdash.bench.engine.subjects import HUEY, JOBDASH, LIMIT
from jobdash.bench.figures import Reading
from jobdash.bench.machine import OtherLoad, cpu_seconds, family, memory_mb

WORKERS, MANY_WORKERS = 2, 4
PER_SECOND = 200
_LONG_IDLERS = 3
_number = count(1)


def fresh(folder: Path, library: str, durability: str = "") -> Stand:
    """Return a stand on a file that nobody has used yet."""
    return Stand(library, folder / f"{library}-{next(_number)}.db", durability)


def enqueue(folder: Path, subject: str, jobs: int) -> Iterator[Reading]:
    """Measure jobs a second of one producer: one call each, and all in one call."""
    load = OtherLoad()
    if subject == LIMIT:
        file = folder / f"bare-{next(_number)}.db"
        bare.make_table(file, 0)
        yield Reading("enqueue", bare.per_second("insert", file, jobs))
        yield Reading("enqueue-bulk", bare.per_second("insert-many", file, 10 * jobs))
        return
    single = jobs / fresh(folder, subject).produce("single", jobs)
    yield Reading("enqueue", single, load.cores())
    if subject == HUEY:
        return
    bulk = 10 * jobs / fresh(folder, subject).produce("bulk", 10 * jobs)
    yield Reading("enqueue-bulk", bulk, load.cores())
    fast = jobs / fresh(folder, subject, "fast").produce("single", jobs)
    yield Reading("enqueue-fast", fast, load.cores())


def drain(folder: Path, subject: str, jobs: int) -> Iterator[Reading]:
    """Measure jobs a second of two workers that find their queue full."""
    if subject == LIMIT:
        file = folder / f"bare-{next(_number)}.db"
        bare.make_table(file, jobs)
        yield Reading("drain", bare.per_second("drain", file, jobs, WORKERS))
        return
    yield from drained(fresh(folder, subject), jobs, "drain")
    if subject == JOBDASH:
        yield from drained(fresh(folder, subject, "full"), jobs, "drain-full")


def drained(stand: Stand, jobs: int, name: str) -> Iterator[Reading]:
    """Drain jobs on one stand, and yield how many a second, and the CPU of each."""
    stand.produce("marked", jobs)
    load = OtherLoad()
    with stand.consumer(WORKERS) as pid:
        stamps = stand.stamps(2)
        used = _cpu(pid)
    rate = jobs / ((stamps[1] - stamps[0]) / 1e9)
    yield Reading(name, rate, load.cores())
    if used is not None:
        # With what the start has cost, which is the same for all and little beside many jobs.
        yield Reading(f"{name}-cpu", used / jobs * 1e6)


def latency(folder: Path, subject: str, samples: int, seconds: float) -> Iterator[Reading]:
    """Measure how soon an idle pool begins a job, and what it uses while it is idle."""
    if subject == LIMIT:
        return
    stand = fresh(folder, subject)
    with _ready(stand) as pid:
        yield from _idle(pid, seconds)
        pauses = [0.0, *_pauses(samples - 1)]
        yield from _begun(stand, pauses, "pick-up")
        steady = [1 / PER_SECOND] * int(PER_SECOND * seconds / 2)
        yield from _begun(stand, steady, "steady")


def long_idle(folder: Path, subject: str, seconds: float) -> Iterator[Reading]:
    """Measure the same after a long rest, on a few pools side by side: each has but one."""
    if subject == LIMIT or not seconds:
        return
    with _all_ready([fresh(folder, subject) for _ in range(_LONG_IDLERS)]) as stands:
        time.sleep(seconds)
        for stand in stands:
            yield from _begun(stand, [0.0], "pick-up-long")


def crowd(folder: Path, subject: str, people: int, seconds: float) -> Iterator[Reading]:
    """Measure each call of many producers at once, while as many workers run what they enqueue."""
    if subject == LIMIT:
        return
    stand = fresh(folder, subject)
    load = OtherLoad()
    with stand.consumer(people):
        producers = [stand.start_producer("timed", seconds) for _ in range(people)]
        calls = [outcome(producer) for producer in producers]
    name, other = f"crowd-{people}", load.cores()
    for one in calls:
        yield from (Reading(name, call / 1000, other) for call in one["taken"])
    yield Reading(f"{name}-failed", sum(one["failed"] for one in calls))
    shares = sorted(len(one["taken"]) for one in calls)
    yield Reading(f"{name}-rate", sum(shares) / seconds)
    yield Reading(f"{name}-share", 100 * shares[0] / max(1, shares[-1]))


def many_idle(folder: Path, subject: str) -> Iterator[Reading]:
    """Measure the memory of a larger pool that has nothing to do."""
    if subject != LIMIT:
        with _ready(fresh(folder, subject), MANY_WORKERS) as pid:
            yield Reading("memory-of-many", _memory(pid))


@contextmanager
def _ready(stand: Stand, workers: int = WORKERS) -> Iterator[int]:
    """Run a pool that has run a job already."""
    with stand.consumer(workers) as pid:
        stand.produce("paced", 0)
        stand.stamps(1)
        yield pid


@contextmanager
def _all_ready(stands: Sequence[Stand]) -> Iterator[Sequence[Stand]]:
    if not stands:
        yield []
        return
    with _ready(stands[0]), _all_ready(stands[1:]) as others:
        yield [stands[0], *others]


def _idle(pid: int, seconds: float) -> Iterator[Reading]:
    load = OtherLoad()
    before, since = _cpu(pid), time.monotonic()
    time.sleep(seconds)
    after, elapsed = _cpu(pid), time.monotonic() - since
    if before is not None and after is not None:
        yield Reading("idle-cpu", 100 * (after - before) / elapsed, load.cores())
    yield Reading("memory", _memory(pid))


def _memory(pid: int) -> float:
    memory = [memory_mb(one) for one in family(pid)]
    return sum(used for used in memory if used is not None)


def _begun(stand: Stand, pauses: Sequence[float], name: str) -> Iterator[Reading]:
    load = OtherLoad()
    called = stand.produce("paced", *pauses)
    stamps = stand.stamps(len(pauses))
    for number, at in enumerate(called):
        yield Reading(name, (stamps[number] - at) / 1e6, load.cores())


def _pauses(samples: int) -> list[float]:
    chance = random.Random(samples)  # when in its rhythm a pool is met
    return [chance.uniform(0.3, 1.2) for _ in range(samples)]


def _cpu(pid: int) -> float | None:
    used = [cpu_seconds(one) for one in family(pid)]
    return None if None in used else sum(one for one in used if one is not None)
