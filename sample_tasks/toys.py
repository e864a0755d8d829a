"""Small tasks for trying things: waiting, failing, crashing, hanging, printing, ticking."""

import os
import signal
import time
from datetime import UTC, datetime
from hashlib import sha256

from jobdash import GiveUp, crontab, current_job
from sample_tasks.app import huey
from sample_tasks.folder import replacing, work_folder


@huey.task()
def sleep(seconds: float = 5.0) -> float:
    """Sleeps and returns the seconds; can be interrupted at any time."""
    time.sleep(seconds)
    return seconds


@huey.task()
def add(a: int = 1, b: int = 2) -> int:
    """Adds two numbers."""
    return a + b


@huey.task()
def fail_always(message: str = "this task always fails") -> None:
    """Fails with the message, without a retry: a job for the dead-letter queue."""
    raise RuntimeError(message)


@huey.task(retries=5, retry_delay=1, retry_backoff=2)
def fail_times(n: int = 2, key: str = "default") -> int:
    """Fails n times and then succeeds; returns the attempt that did."""
    attempt = _attempt(key)
    if attempt <= n:
        raise RuntimeError(f"failure {attempt} of {n}")
    return attempt


@huey.task()
def crash_worker(times: int = 1) -> int:
    """Kills its own worker in the first attempts, then succeeds; returns the attempt that did."""
    job = current_job()
    if job is None:
        raise GiveUp("crash_worker kills the process it runs in, so it only runs in a job")
    if job.attempt <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return int(job.attempt)


@huey.task()
def hang_in_c(size: int = 2_000_000_000) -> int:
    """Hangs inside one C call, deaf to Python's signal handlers: about 40 s at the default size."""
    return sum(range(size))


@huey.task()
def print_lots(lines: int = 1_000) -> int:
    """Prints that many numbered lines to standard output; returns how many."""
    for number in range(1, lines + 1):
        print(f"line {number} of {lines}")
    return lines


@huey.periodic_task(crontab(minute="*"))
def heartbeat() -> str:
    """Writes the time to a file, once a minute; returns what it wrote."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with replacing(work_folder() / "heartbeat.txt") as unfinished:
        unfinished.write_text(f"{now}\n")
    return now


def _attempt(key: str) -> int:
    job = current_job()
    return int(job.attempt) if job else _count_in_file(key)


def _count_in_file(key: str) -> int:
    # The key is a user's text, and a digest is always a good file name.
    path = work_folder() / f"fail-times-{sha256(key.encode()).hexdigest()[:16]}"
    with path.open("a") as tally:
        tally.write("x")
    return path.stat().st_size
