"""The job log of a run, which grows as its jobs end; in the form that GNU parallel's has."""

from pathlib import Path
from types import TracebackType

from jobdash.cli.batches.joblog import head_line, job_line
from jobdash.errors import UsageError
from jobdash.job import Job


class JobLog:
    """A file with a line for each job that has run. Without a path it is nothing."""

    def __init__(self, path: Path | None, *, goes_on: bool) -> None:
        self._file = None
        if path is None:
            return
        try:
            self._file = path.open("a" if goes_on else "w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise UsageError(f"--joblog {path}: {error.strerror}") from error
        if self._file.tell() == 0:
            self._file.write(head_line())

    def __enter__(self) -> "JobLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def is_wanted(self) -> bool:
        """Whether there is a file."""
        return self._file is not None

    def note(self, number: int, job: Job) -> None:
        """Write the line of a job that has ended, if it has run."""
        if self._file is not None and job.started_at is not None:
            self._file.write(job_line(number, job))
