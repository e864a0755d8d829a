"""A test stand: the benchmark's app on one file, its producers and its consumer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobdash.bench.engine.subjects import HUEY
from jobdash.errors import BenchmarkFailed

_PATIENCE = 120.0
_LOOK = 0.005
_GRACE = 10.0
_PACKAGE = Path(__file__).parents[2]
_APPS = _PACKAGE / "bench" / "apps"


@dataclass(frozen=True, slots=True)
class Stand:
    """The app on one file, by one library. `durability` is jobdash's; "" is how it comes."""

    library: str
    file: Path
    durability: str = ""

    @property
    def _stamps(self) -> Path:
        return self.file.with_suffix(".stamps")

    @property
    def _environ(self) -> dict[str, str]:
        own = {name: word for name, word in os.environ.items() if not name.startswith("JOBDASH_")}
        return {
            **own,
            "PYTHONPATH": os.pathsep.join([str(_APPS), str(_PACKAGE.parent)]),
            "BENCH_LIBRARY": self.library,
            "BENCH_FILE": str(self.file),
            "BENCH_DURABILITY": self.durability,
            "BENCH_STAMPS": str(self._stamps),
        }

    def start_producer(self, mode: str, *numbers: float) -> subprocess.Popen[str]:
        """Start a process that enqueues; see `bench_producer` for what it can."""
        words = [sys.executable, str(_APPS / "bench_producer.py"), mode, *map(str, numbers)]
        return subprocess.Popen(
            words, env=self._environ, cwd=self.file.parent, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def produce(self, mode: str, *numbers: float) -> Any:
        """Let a process enqueue, and return what it measured. Raises `BenchmarkFailed`."""
        return outcome(self.start_producer(mode, *numbers))

    def stamps(self, count: int) -> dict[int, int]:
        """Wait for so many stamps since the last time, and return the nanoseconds of each."""
        lines = self.await_stamps(count)
        self._stamps.unlink()
        return {int(number): int(at) for number, at in map(str.split, lines)}

    def await_stamps(self, count: int) -> list[str]:
        """Wait for so many stamps since the last time, and leave them there."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            with suppress(FileNotFoundError):
                lines = self._stamps.read_text().splitlines()
                if len(lines) >= count:
                    return lines
            if time.monotonic() > deadline:
                raise BenchmarkFailed(f"{self.library} has not run its jobs in {_PATIENCE:.0f} s")
            time.sleep(_LOOK)

    @contextmanager
    def consumer(self, workers: int) -> Iterator[int]:
        """Run workers during the block; yields the pid of the process that has them."""
        process = subprocess.Popen(
            self._consumer_words(workers), env=self._environ, cwd=self.file.parent,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            yield process.pid
        finally:
            _end(process)

    def _consumer_words(self, workers: int) -> list[str]:
        if self.library == HUEY:
            words = ["huey.bin.huey_consumer", "bench_app.huey", "-k", "process"]
        else:
            words = ["jobdash", "worker", "-A", "bench_app:huey", "--db", str(self.file)]
        return [sys.executable, "-m", *words, "-w", str(workers), "-q"]


def outcome(producer: subprocess.Popen[str]) -> Any:
    """Wait for a producer, and return what it measured. Raises `BenchmarkFailed`."""
    printed, errors = producer.communicate()
    if producer.returncode:
        raise BenchmarkFailed(f"jobs could not be enqueued: {errors.strip()[-500:]}")
    return json.loads(printed)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    # A consumer of huey that is told to end while it starts leaves its workers behind, and later
    # it may wait for one that sleeps; nothing of theirs is needed any more.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
