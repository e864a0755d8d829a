"""The report: all reads of one file under one name."""

import os
from types import TracebackType
from typing import Self

from jobdash.database import open_reader
from jobdash.report.crew import CrewReads
from jobdash.report.dead import DeadReads
from jobdash.report.figures import FigureReads
from jobdash.report.story import StoryReads


class Report(StoryReads, CrewReads, FigureReads, DeadReads):
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
