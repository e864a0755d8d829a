"""The app of the benchmark, on plain huey or on jobdash: only the import differs.

It is loaded by name from its own folder, so that plain huey's processes hold nothing of jobdash.
"""

import os
import time
from importlib import import_module
from typing import Any


def _make_huey() -> Any:
    library = import_module(os.environ["BENCH_LIBRARY"])
    durability = os.environ.get("BENCH_DURABILITY")
    options = {"durability": durability} if durability else {}
    return library.SqliteHuey("bench", filename=os.environ["BENCH_FILE"], **options)


huey = _make_huey()


@huey.task()
def noop() -> None:
    """Do nothing: what is left is what a job costs."""


@huey.task()
def stamp(number: int) -> None:
    """Tell when this began, by the clock that all processes share."""
    line = f"{number} {time.monotonic_ns()}\n".encode()
    descriptor = os.open(os.environ["BENCH_STAMPS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
