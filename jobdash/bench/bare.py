"""What SQLite alone can do here: one small table, at the durability of the same step in jobdash.

Each is a process of its own: `-m jobdash.bench.bare MODE FILE NUMBER`, which writes the
nanoseconds of its first and its last commit.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jobdash.database import Database, open_database, statements
from jobdash.errors import BenchmarkFailed

SQL = statements("bench")
_CHUNK = 1000


def per_second(mode: str, file: Path, number: int, processes: int = 1) -> float:
    """Let processes do so many steps in all, side by side, and return steps a second."""
    words = [sys.executable, "-m", "jobdash.bench.bare", mode, str(file), str(number)]
    running = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    # The end of their input is what they all wait for.
    written = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise BenchmarkFailed("SQLite's own limit could not be measured")
    times = [int(word) for line in written for word in line.split()]
    return number / ((max(times) - min(times)) / 1e9)


def make_table(file: Path, rows: int) -> None:
    """Make the table, with rows that wait."""
    database = open_database(file, durability="fast")
    try:
        with database.transaction() as tx:
            tx.run(SQL["bare_table"])
            tx.run(SQL["bare_index"])
            if rows:
                tx.run(SQL["bare_fill"], {"first": 1, "last": rows})
    finally:
        database.close()


def _insert(database: Database, number: int) -> None:
    for _ in range(number):
        with database.transaction(durable=True) as tx:
            tx.run(SQL["bare_insert"])


def _insert_many(database: Database, number: int) -> None:
    for first in range(0, number, _CHUNK):
        with database.transaction(durable=True) as tx:
            for _ in range(first, min(first + _CHUNK, number)):
                tx.run(SQL["bare_insert"])


def _drain(database: Database, _: int) -> None:
    held: object = None
    while True:
        with database.transaction() as tx:
            if held is not None:
                tx.run(SQL["bare_finish"], {"seq": held})
            claimed = tx.run(SQL["bare_claim"])
        if not claimed:
            return
        held = claimed[0][0]


MODES: dict[str, Callable[[Database, int], None]] = {
    "insert": _insert,
    "insert-many": _insert_many,
    "drain": _drain,
}


def _run(mode: str, file: Path, number: int) -> None:
    database = open_database(file, create=False)
    try:
        database.rows(SQL["bare_waiting"])
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        started = time.monotonic_ns()
        MODES[mode](database, number)
        sys.stdout.write(f"{started} {time.monotonic_ns()}\n")
    finally:
        database.close()


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
