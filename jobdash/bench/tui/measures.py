"""What is measured on one dashboard, one after the other; each yields its readings."""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from jobdash.bench.figures import Reading
from jobdash.bench.history import QUEUE
from jobdash.bench.load import steady_load
from jobdash.bench.machine import OtherLoad, cpu_seconds, memory_mb
from jobdash.bench.tui.dashboard import Dashboard, plain
from jobdash.bench.tui.steps import EVERY_STATE, FAILED, JOBS, OTHER_PLACES, STEPS, Step, go
from jobdash.database import open_database
from jobdash.ids import new_id
from jobdash.ledger import Ledger, NewJob

CHANGES_PER_SECOND = 50
EVENTS_PER_SECOND = 500
_FIRST, _SETTLED = "first-visit", ".settled"
# Longer than it makes places ahead of need after its first paint: that is no rest.
_MAKES_AHEAD = 1.5


def keys(dashboard: Dashboard, samples: int, *, has_jobs: bool) -> Iterator[Reading]:
    """Press every key that does something, and go to every place."""
    yield from _visits(dashboard, _FIRST)
    for step in STEPS:
        if has_jobs or not step.needs_jobs:
            yield from _measured(dashboard, step, samples)
    for _ in range((samples + 1) // 2):
        yield from _visits(dashboard)


def _measured(dashboard: Dashboard, step: Step, samples: int) -> Iterator[Reading]:
    load = OtherLoad()
    taken = []
    for _ in range(samples):
        if step.before:
            dashboard.undo(step.before)
        taken.append(dashboard.key(step.keys))
        if step.after:
            dashboard.undo(step.after)
    for painted, settled in taken:
        yield from _both(step.name, painted, settled, load.cores())


def _visits(dashboard: Dashboard, name: str = "") -> Iterator[Reading]:
    """Go through all places and back to the jobs; `name` is for all of them in one."""
    for place in (*OTHER_PLACES, JOBS):
        load = OtherLoad()
        painted, settled = dashboard.key(place.digit.encode())
        # The jobs have been there from the start.
        if not name or place is not JOBS:
            yield from _both(name or go(place.name), painted, settled, load.cores())


def _both(name: str, painted: float, settled: float, other: float | None) -> Iterator[Reading]:
    yield Reading(name, painted, other)
    yield Reading(name + _SETTLED, settled, other)


def changes(dashboard: Dashboard, path: Path, samples: int) -> Iterator[Reading]:
    """Enqueue jobs and wait until they are seen: alone, and while much else changes."""
    load = OtherLoad()
    alone = _seen_after(dashboard, path, samples, (0.3, 0.6))
    yield from (Reading("change-alone", value, load.cores()) for value in alone)
    with steady_load(path, CHANGES_PER_SECOND):
        dashboard.terminal.rest(0.5)
        load = OtherLoad()
        steady = _seen_after(dashboard, path, samples, (0.1, 0.4))
        yield from (Reading("change-steady", value, load.cores()) for value in steady)


def _seen_after(
    dashboard: Dashboard, path: Path, samples: int, pause: tuple[float, float]
) -> list[float]:
    chance = random.Random(samples)  # when in its rhythm the dashboard is met
    with closing(open_database(path, create=False, durability="fast")) as database:
        ledger = Ledger(database, QUEUE)
        pauses = [chance.uniform(*pause) for _ in range(samples)]
        return [_one_seen(dashboard, ledger, seconds) for seconds in pauses]


def _one_seen(dashboard: Dashboard, ledger: Ledger, pause: float) -> float:
    dashboard.terminal.rest(pause)
    job = NewJob(new_id(), "bench.tasks.task_00", b"bench", '["seen?"]')
    (entry,) = ledger.intake.enqueue([job], time.time_ns() // 1000)
    committed_at = time.monotonic()
    handle = f"#{entry.seq} ".encode()
    seen_at = dashboard.terminal.frame(lambda written: handle in plain(written))
    return (seen_at - committed_at) * 1000


def idle(dashboard: Dashboard, seconds: float) -> Iterator[Reading]:
    """Measure CPU and bytes while nothing happens.

    Among the failed jobs, for none of those is seconds old and drawn anew each second.
    """
    dashboard.undo(FAILED)
    dashboard.terminal.rest(_MAKES_AHEAD)
    yield from _used("idle", dashboard, seconds, OtherLoad())
    dashboard.undo(EVERY_STATE)


def busy(dashboard: Dashboard, path: Path, seconds: float) -> Iterator[Reading]:
    """Measure CPU and bytes under load."""
    with steady_load(path, EVENTS_PER_SECOND):
        dashboard.terminal.rest(0.5)
        yield from _used("busy", dashboard, seconds, OtherLoad())


def memory(dashboard: Dashboard, name: str) -> Iterator[Reading]:
    """Measure how much memory it uses."""
    used = memory_mb(dashboard.pid)
    if used is not None:
        yield Reading(name, used)


def _used(name: str, dashboard: Dashboard, seconds: float, load: OtherLoad) -> Iterator[Reading]:
    cpu, written, since = cpu_seconds(dashboard.pid), dashboard.terminal.written, time.monotonic()
    dashboard.terminal.rest(seconds)
    elapsed, other = time.monotonic() - since, load.cores()
    used = cpu_seconds(dashboard.pid)
    if cpu is not None and used is not None:
        yield Reading(f"{name}-cpu", 100 * (used - cpu) / elapsed, other)
    yield Reading(f"{name}-bytes", (dashboard.terminal.written - written) / 1000 / elapsed, other)
