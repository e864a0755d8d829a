"""The same work on a file with a long history, and the commands that read it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from jobdash.bench.engine.measures import drained
from jobdash.bench.engine.stand import Stand
from jobdash.bench.engine.subjects import JOBDASH
from jobdash.bench.figures import Reading
from jobdash.bench.machine import OtherLoad
from jobdash.errors import BenchmarkFailed

COMMANDS = {
    "list": ("list",),
    "search": ("list", "--filter", "customer-77123"),
    "stats": ("stats",),
    "dead": ("dead",),
}


def at_size(full: Path, subject: str, jobs: int) -> Iterator[Reading]:
    """Drain jobs on the full file, and run each command on it."""
    if subject != JOBDASH:
        return
    yield from drained(Stand(JOBDASH, full), jobs, "drain-at-size")
    for name, words in COMMANDS.items():
        load = OtherLoad()
        yield Reading(f"command-{name}", _milliseconds(full, words), load.cores())


def _milliseconds(full: Path, words: tuple[str, ...]) -> float:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "jobdash", *words, "--db", str(full), "--json"],
        env={**os.environ, "NO_COLOR": "1"}, cwd=full.parent, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchmarkFailed(f"jobdash {words[0]} does not work: {done.stderr.decode()[-300:]}")
    return (time.monotonic() - started) * 1000
