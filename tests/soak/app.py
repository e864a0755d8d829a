"""The tasks of the soak. The database is SOAK_DB; SOAK_RUNS is the file that bodies write to.

Each body writes `start` with what it was given, `end` with how it ended and what it returns, and,
if it is slow, `beat` now and then: a body that goes on beside its successor is seen by that.
"""

import os
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from jobdash import SqliteHuey, crontab, current_job
from soak.lines import PLACEHOLDER, append, as_word

BEAT_SECONDS = 0.05

huey = SqliteHuey("soak", filename=os.environ["SOAK_DB"])


def note(word: str, *more: str) -> None:
    """Write one line about the run that this process is in."""
    job = current_job()
    assert job is not None
    clocks = (time.monotonic_ns(), time.time_ns() // 1000)
    append(os.environ["SOAK_RUNS"], word, *clocks, job.id, job.attempt, os.getpid(), *more)


def noted(body: Callable[..., Any]) -> Callable[..., Any]:
    """Let a body write down that it begins and ends."""

    @wraps(body)
    def run(*given: Any) -> Any:
        note("start", as_word([_plain(value) for value in given]))
        try:
            value = body(*given)
        except BaseException as error:
            note("end", type(error).__name__)
            raise
        note("end", "well", as_word(value))
        return value

    return run


def who() -> list[int]:
    """Return what tells this run from every other one of its job."""
    job = current_job()
    assert job is not None
    return [job.attempt, os.getpid()]


@huey.task(concurrency=2)
@noted
def instant() -> list[int]:
    return who()


@huey.task()
@noted
def slow(seconds: float) -> list[int]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(BEAT_SECONDS)
        note("beat")
    return who()


@huey.task(retries=1, retry_delay=0.1)
@noted
def failing() -> None:
    raise ValueError("always")


@huey.task(retries=4, retry_delay=0.1, retry_backoff=2)
@noted
def flaky(failures: int) -> list[int]:
    """Fails so many times before it succeeds."""
    if who()[0] <= failures:
        raise OSError("not yet")
    return who()


@huey.task()
@noted
def step(count: int) -> int:
    """A pipeline's step: told how many there were before it."""
    return count + 1


@huey.task()
@noted
def broken_step(count: int) -> int:
    raise ValueError(f"broken after {count}")


@huey.task()
@noted
def part(index: int) -> int:
    """A chord's member: its value is its index."""
    return index


@huey.task()
@noted
def broken_part(index: int) -> int:
    raise ValueError(f"part {index} is broken")


@huey.task()
@noted
def gather(values: list[Any]) -> int:
    """A chord's callback: writes down all that it was given."""
    return len(values)


@huey.periodic_task(crontab())
@noted
def tick() -> None:
    """Comes every minute."""


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float) else PLACEHOLDER
