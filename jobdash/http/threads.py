"""Blocking calls in threads of their own: each has one report and one control, none is shared."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from jobdash.control import Control
from jobdash.report import Report

T = TypeVar("T")

_READERS = 4
# An operation waits so many seconds for the write lock, then the client may ask again.
_DEADLINE = 5.0


class Threads:
    """Reads and writes of one file, to be awaited. Nothing is opened before it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers = ThreadPoolExecutor(_READERS, "jobdash-read")
        self._writer = ThreadPoolExecutor(1, "jobdash-write")
        # The number of a file's version means something to one connection only.
        self._lookout = ThreadPoolExecutor(1, "jobdash-look")
        self._own = threading.local()

    async def read(self, ask: Callable[[Report], T]) -> T:
        """Ask the report something."""
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, lambda: ask(self._report())
        )

    async def version(self) -> int:
        """Return a number that changes when somebody has committed."""
        return await asyncio.get_running_loop().run_in_executor(
            self._lookout, lambda: self._report().data_version()
        )

    async def write(self, act: Callable[[Control], T]) -> T:
        """Let the control do something."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: act(self._control())
        )

    def close(self) -> None:
        """Do nothing more. What is under way comes to its end."""
        self._readers.shutdown(cancel_futures=True)
        self._lookout.shutdown(cancel_futures=True)
        self._writer.shutdown(cancel_futures=True)

    def _report(self) -> Report:
        if not hasattr(self._own, "report"):
            self._own.report = Report(self.path)
        report: Report = self._own.report
        return report

    def _control(self) -> Control:
        if not hasattr(self._own, "control"):
            self._own.control = Control(self.path, deadline=_DEADLINE)
        control: Control = self._own.control
        return control


def now() -> int:
    """Return the present moment in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000
