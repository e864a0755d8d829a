"""What has happened to one job: its attempts and its whole log."""

import json
from collections.abc import Iterator, Mapping, Set

from jobdash.job import Attempt, Job, JobEvent
from jobdash.postmortem import PostMortem, read_post_mortem
from jobdash.report.lookup import LookupReads
from jobdash.report.reads import SQL
from jobdash.report.records import attempt_of, event_of


class StoryReads(LookupReads):
    """One job's past."""

    def attempts(self, seq: int) -> list[Attempt]:
        """Return every run of the job's body, oldest first, with the running or successful one."""
        return [attempt_of(row) for row in self._reader.rows(SQL["attempts"], {"seq": seq})]

    def post_mortem(self, seq: int, attempt: int | None = None) -> PostMortem | None:
        """Return the failure of one attempt in full, or of the last that failed."""
        return self.failure(seq, attempt)[1]

    def failure(self, seq: int, attempt: int | None = None) -> tuple[int, PostMortem | None]:
        """Return it with the number of the attempt, 0 if there is none."""
        rows = self._reader.rows(SQL["post_mortems"], {"seq": seq, "attempt": attempt})
        return (rows[0][0], read_post_mortem(rows[0][1])) if rows else (0, None)

    def history(self, seq: int) -> list[JobEvent]:
        """Return everything known to have happened to the job, oldest first.

        Most of it follows from the row and its attempts; people's decisions are stored.
        """
        job = self.job_by_seq(seq)
        if job is None:
            return []
        gone = self.pruned_kin(job)
        stored = [event_of(row) for row in self._reader.rows(SQL["events"], {"seq": seq})]
        lines = [_enqueued(job, gone)]
        names = {number: name for number, name, _ in self._reader.rows(SQL["known_workers"])}
        for attempt in self.attempts(seq):
            lines += _lines_of(seq, attempt, names)
        lines += stored
        lines += _ending(job, lines)
        return sorted(lines, key=lambda line: line.at)

    def pruned_kin(self, job: Job) -> frozenset[int]:
        """Return the numbers that a job names as its origin and that are in the file no more."""
        named = (job.parent, job.after, job.replay_of, job.duplicate_of)
        seqs = [seq for seq in named if seq is not None]
        found = self._reader.rows(SQL["missing_seqs"], {"seqs": json.dumps(seqs)}) if seqs else []
        return frozenset(seq for (seq,) in found)


def _enqueued(job: Job, gone: Set[int]) -> JobEvent:
    return JobEvent(job.created_at, job.seq, "enqueued", ", ".join(_origins(job, gone)))


def _origins(job: Job, gone: Set[int]) -> Iterator[str]:
    links = (("by", job.parent), ("to run after", job.after), ("as a replay of", job.replay_of))
    for words, seq in links:
        if seq is not None:
            yield f"{words} #{seq} (pruned)" if seq in gone else f"{words} #{seq}"
    if job.batch is not None:
        yield f"in batch {job.batch}"


def _lines_of(seq: int, attempt: Attempt, names: Mapping[int, str]) -> Iterator[JobEvent]:
    worker = attempt.worker
    where = "" if worker is None else f" by {names.get(worker, f'worker {worker}')}"
    yield JobEvent(attempt.started_at, seq, "claimed", f"attempt {attempt.number}{where}")
    if attempt.ended_at is not None and attempt.outcome is not None:
        told = ": ".join(filter(None, (attempt.error_type, attempt.error_message)))
        detail = f"attempt {attempt.number}: {told}" if told else f"attempt {attempt.number}"
        yield JobEvent(attempt.ended_at, seq, attempt.outcome, detail)


def _ending(job: Job, lines: list[JobEvent]) -> Iterator[JobEvent]:
    """Yield the final transition unless an attempt or a stored line has told it already."""
    told = {(line.at, line.kind) for line in lines}
    if job.finished_at is not None and (job.finished_at, str(job.state)) not in told:
        yield JobEvent(job.finished_at, job.seq, str(job.state), job.reason or "")
