"""Log files as workers write them, for tests of those who read them."""

import os

from tui_support import Stock, now

from jobdash import logfiles

RECORDS = b"""plain 0
2026-11-22 10:00:00.000 INFO shop: informed
2026-11-22 10:00:00.001 WARNING shop: warned
  | more of it
plain 1
2026-11-22 10:00:00.002 ERROR shop: broken
"""


class Output:
    """What a worker prints, written by a test."""

    def __init__(self, stock: Stock, worker: int) -> None:
        self.stock, self.worker = stock, worker
        self.place = worker * logfiles.STRETCH
        self._file = logfiles.create(stock.path, self.place)

    def write(self, data: bytes) -> None:
        self.place += os.write(self._file, data)

    def job(self, data: bytes, state: str = "running") -> int:
        """Add a job that has printed this."""
        start = self.place
        self.write(data)
        if state == "running":
            return self.stock.add("running", worker=self.worker, log_start=start)
        return self.stock.add(state, ran_by=self.worker, log_start=start, log_end=self.place)

    def attempt(self, seq: int, number: int, data: bytes) -> None:
        """Add an attempt that has failed."""
        start = self.place
        self.write(data)
        self.stock.insert(
            "attempt", seq=seq, number=number, worker=self.worker, started_at=now(),
            ended_at=now(), outcome="failed", log_start=start, log_end=self.place,
        )  # fmt: skip
