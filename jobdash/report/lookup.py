"""Single jobs, by what people type, and the jobs that belong to one."""

import json
from collections.abc import Collection

from jobdash.errors import UnknownJob
from jobdash.job import Job
from jobdash.report.reads import SQL, Reads
from jobdash.text import clean, shorten, storable

MOST_NAMED = 5
MOST_RELATED = 200
_MOST_REPLAYS = 20


class LookupReads(Reads):
    """Reads that find a certain job."""

    def job(self, ref: str) -> Job:
        """Return the job meant by `#12`, `12`, an id, or the beginning of exactly one id.

        Raises `UnknownJob` if there is none or there are several.
        """
        ref = ref.strip()
        seq = _seq_in(ref)
        found = self.job_by_seq(seq) if seq is not None else None
        if found is None:
            found = self._job_by_id(ref)
        return found

    def job_by_seq(self, seq: int) -> Job | None:
        """Return the job with that number, or None."""
        rows = self._jobs(SQL["this_seq"], {"seq": seq})
        return rows[0] if rows else None

    def related(self, seq: int) -> list[Job]:
        """Return the jobs that belong to this one, newest first, at most 200 of them.

        The other steps of its pipeline, its chord's members or callback, what it replays and its
        replays, what it duplicates, its parent and its children.
        """
        return self._jobs(SQL["related_seqs"], {"seq": seq, "most": MOST_RELATED})

    def replayed_well(self, seqs: Collection[int]) -> dict[int, int]:
        """Return which of these jobs have a replay that succeeded, each with its newest one."""
        if not seqs:
            return {}
        asked = {"seqs": json.dumps([*seqs]), "most": _MOST_REPLAYS}
        return dict(self._reader.rows(SQL["replayed_well"], asked))

    def _job_by_id(self, ref: str) -> Job:
        shown = f"'{shorten(clean(ref), 80)}'"
        parameters = {"id": storable(ref), "most": MOST_NAMED + 1}
        found = self._jobs(SQL["seqs_of_id"], parameters) if ref else []
        found = [job for job in found if job.id == ref] or found
        if not found:
            raise UnknownJob(f"there is no job {shown}: `jobdash list` shows the newest ones")
        if len(found) > 1:
            raise UnknownJob(f"{shown} fits {_several(found)}: use a job's number")
        return found[0]


def _seq_in(ref: str) -> int | None:
    """Return the number in `#12` or `12`. Ids of today begin with a zero, numbers never do."""
    digits = ref.removeprefix("#")
    if not (digits.isascii() and digits.isdecimal()) or digits.startswith("0"):
        return None
    return int(digits) if len(digits) <= 18 else None


def _several(jobs: list[Job]) -> str:
    named = ", ".join(f"#{job.seq}" for job in jobs[:MOST_NAMED])
    return f"{named} and more" if len(jobs) > MOST_NAMED else named
