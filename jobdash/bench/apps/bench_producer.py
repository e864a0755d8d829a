"""Enqueues jobs of the benchmark's app, and writes what it measured as JSON: `MODE NUMBER...`."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

bench_app: Any = import_module("bench_app")

# What a warm process has done before: imports, the first connection, prepared statements.
_WARM_UP = 20


def single(jobs: int) -> float:
    """Enqueue so many, one call each; return the seconds."""
    _warm_up()
    started = time.monotonic()
    for _ in range(jobs):
        bench_app.noop()
    return time.monotonic() - started


def bulk(jobs: int) -> float:
    """Enqueue so many in one call, where there is such a call; return the seconds."""
    _warm_up()
    started = time.monotonic()
    _enqueue_all(bench_app.noop.s() for _ in range(jobs))
    return time.monotonic() - started


def marked(jobs: int) -> None:
    """Enqueue so many between a first and a last one that stamp."""
    _enqueue_all([bench_app.stamp.s(0)])
    _enqueue_all(bench_app.noop.s() for _ in range(jobs))
    _enqueue_all([bench_app.stamp.s(1)])


def paced(pauses: Sequence[float]) -> list[int]:
    """Enqueue a stamp after each pause, in seconds; return the nanoseconds at which each was."""
    called = []
    due = time.monotonic()
    for number, pause in enumerate(pauses):
        due += pause
        time.sleep(max(0.0, due - time.monotonic()))
        called.append(time.monotonic_ns())
        bench_app.stamp(number)
    return called


def timed(seconds: float) -> dict[str, Any]:
    """Enqueue as fast as it goes for so long: the microseconds of each call, how many failed."""
    taken, failed = [], 0
    until = time.monotonic() + seconds
    while (before := time.monotonic()) < until:
        try:
            bench_app.noop()
        except Exception:  # noqa: BLE001 - "database is locked" has many classes
            failed += 1
        else:
            taken.append(round((time.monotonic() - before) * 1e6))
    return {"taken": taken, "failed": failed}


def _warm_up() -> None:
    for _ in range(_WARM_UP):
        bench_app.noop()


def _enqueue_all(tasks: Iterable[Any]) -> None:
    many = getattr(bench_app.huey, "enqueue_many", None)
    if many is not None:
        many(tasks)
        return
    for task in tasks:
        bench_app.huey.enqueue(task)


MODES: dict[str, Callable[[list[str]], object]] = {
    "single": lambda words: single(int(words[0])),
    "bulk": lambda words: bulk(int(words[0])),
    "marked": lambda words: marked(int(words[0])),
    "paced": lambda words: paced([float(word) for word in words]),
    "timed": lambda words: timed(float(words[0])),
}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(MODES[sys.argv[1]](sys.argv[2:])))
