"""The lines of the dashboard's benchmark, each with its budget."""

from collections.abc import Iterator
from functools import partial

from jobdash.bench.figures import Budget, Figure
from jobdash.bench.tui.measures import CHANGES_PER_SECOND, EVENTS_PER_SECOND
from jobdash.bench.tui.steps import JOBS, OTHER_PLACES, STEPS, go

EMPTY, FULL = "empty", "full"
SUBJECTS = (EMPTY, FULL)

_KEY = Budget(50)
_figure = partial(Figure, judged=FULL)


def figures() -> list[Figure]:
    """Return them in the order in which they are shown."""
    return [*_starts(), *_keys(), *_changes(), *_appetite()]


def _starts() -> Iterator[Figure]:
    relative = Budget(1.2, times=EMPTY)
    yield _figure("start", "start to first full paint", "ms", "p50", relative)
    yield _figure("start.settled", "start until nothing changes any more", "ms")


def _keys() -> Iterator[Figure]:
    for step in STEPS:
        yield from _key(step.name, step.meaning)
    for place in (*OTHER_PLACES, JOBS):
        yield from _key(go(place.name), f"{place.digit}: to {place.title}")
    yield from _key("first-visit", "a place for the first time")


def _key(name: str, meaning: str) -> Iterator[Figure]:
    yield _figure(name, meaning, "ms", "p50")
    yield _figure(name, meaning, "ms", "p95", _KEY)
    yield _figure(f"{name}.settled", f"{meaning}, all there", "ms", "p50")


def _changes() -> Iterator[Figure]:
    many = f"the same, with {CHANGES_PER_SECOND} changes a second"
    for name, meaning, most in (
        ("change-alone", "a change in the file to the screen", 150),
        ("change-steady", many, 400),
    ):
        yield _figure(name, meaning, "ms", "p50")
        yield _figure(name, meaning, "ms", "p95", Budget(most))


def _appetite() -> Iterator[Figure]:
    busy = f"under {EVENTS_PER_SECOND} job events a second"
    yield _figure("memory", "memory", "MB", "p50", Budget(1.1, times=EMPTY))
    yield _figure("memory-later", "memory after all screens", "MB")
    yield _figure("idle-cpu", "a core, idle", "%", "p50", Budget(2))
    yield _figure("busy-cpu", f"a core, {busy}", "%", "p50", Budget(25))
    yield _figure("idle-bytes", "written to the terminal, idle", "KB/s")
    yield _figure("busy-bytes", f"written, {busy}", "KB/s")
