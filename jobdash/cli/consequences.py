"""Whom else a decision about a job concerns: the steps after it, the callback of its chord."""

from collections.abc import Iterable, Iterator

from jobdash.job import Job
from jobdash.report import Report


def affected_by(report: Report, jobs: Iterable[Job]) -> list[Job]:
    """Return the jobs that stand otherwise now because of these, each once, oldest first."""
    named = {job.seq: job for job in jobs}
    found: dict[int, Job] = {}
    for job in named.values():
        steps = _later_steps(job, report.related(job.seq))
        # What a chord hears of is the last step.
        last = steps[-1] if steps else job
        for other in (*steps, *_callbacks(last, report.related(last.seq))):
            found[other.seq] = other
    return [found[seq] for seq in sorted(found.keys() - named.keys())]


def _later_steps(job: Job, related: Iterable[Job]) -> list[Job]:
    steps, before = [], job.seq
    for other in sorted(related, key=lambda one: one.seq):
        if other.after == before:
            steps.append(other)
            before = other.seq
    return steps


def _callbacks(job: Job, related: Iterable[Job]) -> Iterator[Job]:
    """Yield who is linked to a job by a chord: the only link that neither of two rows names."""
    own = {job.after, job.parent, job.replay_of, job.duplicate_of}
    for other in related:
        theirs = {other.parent, other.replay_of, other.duplicate_of}
        is_named = job.seq in theirs or other.seq in own or other.after is not None
        if not is_named and not other.is_final:
            yield other
