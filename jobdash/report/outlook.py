"""What went wrong last, what comes next, and what the file takes on disk."""

import os
from dataclasses import dataclass

from jobdash.database import statements
from jobdash.job import Job
from jobdash.report.reads import Reads

SQL = statements("figures")

_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A database file: its name, and its size and that of its write-ahead log in bytes."""

    name: str
    size: int
    wal_size: int


class OutlookReads(Reads):
    """Reads for a first look at a file."""

    def last_failed(self, most: int, queue: str | None = None) -> list[Job]:
        """Return the failed jobs that ended last, of the 1,000 newest failed ones."""
        parameters = {"queue": queue or "", "looked_at": _LOOKED_AT, "most": most}
        seqs = [seq for (seq,) in self._reader.rows(SQL["last_failed_seqs"], parameters)]
        jobs = {job.seq: job for job in self._numbered(seqs)}
        return [jobs[seq] for seq in seqs if seq in jobs]

    def next_due(self, most: int, queues: list[str]) -> list[Job]:
        """Return the delayed and retrying jobs of these queues whose turn comes next."""
        found: list[Job] = []
        for queue in queues:
            rows = self._reader.rows(SQL["next_due_seqs"], {"queue": queue, "most": most})
            found += self._numbered([seq for (seq,) in rows])
        return sorted(found, key=lambda job: (job.eta or 0, job.seq))[:most]

    def file_facts(self) -> FileFacts:
        """Return what the file takes on disk."""
        path = self._reader.path
        return FileFacts(path.name, _size(str(path)), _size(f"{path}-wal"))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
