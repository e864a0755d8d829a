"""The report: all reads of one file under one name."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from jobdash.database import Snapshot, open_reader
from jobdash.database.snapshot import Told
from jobdash.report.batch_pace import BatchPaceReads
from jobdash.report.chaos import ChaosReads
from jobdash.report.crew import CrewReads
from jobdash.report.dead import DeadReads
from jobdash.report.ends import EndReads
from jobdash.report.events import EventReads
from jobdash.report.figures import FigureReads
from jobdash.report.kin import KinReads
from jobdash.report.logs import LogReads
from jobdash.report.measured import MeasuredReads
from jobdash.report.outlook import OutlookReads
from jobdash.report.pace import PaceReads
from jobdash.report.schedule import ScheduleReads
from jobdash.report.stack import StackReads
from jobdash.report.task_reads import TaskReads
from jobdash.report.watched import WatchedReads
from jobdash.report.why import WhyReads


class Report(
    ChaosReads, BatchPaceReads, WhyReads, KinReads, LogReads, FigureReads, DeadReads, WatchedReads,
    CrewReads, PaceReads, TaskReads, OutlookReads, ScheduleReads, EventReads, StackReads, EndReads,
    MeasuredReads,
):  # fmt: skip
    """What there is to know of one jobdash file. Opened read-only; one instance per thread.

    Every method may raise `DatabaseError` or one of its children. Times are microseconds since
    the epoch, UTC.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the file. Raises `DatabaseError` or a child if it cannot be read."""
        super().__init__(open_reader(path))

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed. Cheap."""
        return self._reader.data_version()

    def copy_to(
        self, path: Path, mark: Snapshot | None = None, told: Told = lambda done, total: None
    ) -> None:
        """Write a copy of the file as it is at this moment, while everybody goes on.

        With a `mark` it is one to look at only. `told` hears of how many bytes so many are written.
        """
        self._reader.copy_to(path, mark, told)

    def snapshot(self) -> Snapshot | None:
        """Return of which file this is a copy to look at, and since when; None if it is none."""
        return self._reader.snapshot()

    def interrupt(self) -> None:
        """Abort, from any thread, the read that is going on: it raises `DatabaseError`."""
        self._reader.interrupt()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
