"""What the view of one job asks: all about it, why it does not run, and whom it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobdash.job import Attempt, Job, JobEvent, State
from jobdash.postmortem import PostMortem
from jobdash.report import Cause, Reason, Relative, Report
from jobdash.report.chaos import Delivery
from jobdash.transition import Transition


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one job. `parameters` is its task's signature as a pool wrote it down."""

    job: Job
    attempts: tuple[Attempt, ...] = ()
    history: tuple[Transition, ...] = ()
    # What else is known of its past, besides the moves.
    notes: tuple[JobEvent, ...] = ()
    pruned_kin: frozenset[int] = frozenset()
    has_kin: bool = False
    parameters: str = "[]"
    # Of the last attempt that failed, in full; with the functions that have changed since.
    failed_attempt: int = 0
    failure: PostMortem | None = None
    changed: tuple[str, ...] = ()
    # What came of each time that it was delivered twice on purpose.
    twice: tuple[Delivery, ...] = ()
    # Its newest replay that succeeded, by its own number, if it is a dead letter.
    replayed: Mapping[int, int] = field(default_factory=dict)


# What the transition log has no lines for.
_NOTES = frozenset({"asked for again", "done once", "holds a lock"})


@dataclass(frozen=True, slots=True)
class DetailQuestion:
    """All about the job with this number; None if it is not in the file any more."""

    seq: int

    def answer(self, report: Report, now: int) -> Detail | None:
        """Read it."""
        job = report.job_by_seq(self.seq)
        if job is None:
            return None
        attempts = tuple(report.attempts(self.seq))
        number, failure = report.failure(self.seq)
        return Detail(
            job,
            attempts,
            tuple(report.transitions_of([self.seq])),
            tuple(line for line in report.history(self.seq) if line.kind in _NOTES),
            report.pruned_kin(job),
            report.has_kin(job),
            report.parameters(job.queue, job.task),
            number,
            failure,
            _changed(failure),
            tuple(report.deliveries(self.seq)),
            report.replayed_well([self.seq]) if job.state is State.FAILED else {},
        )


@dataclass(frozen=True, slots=True)
class InFull:
    """How an attempt failed, in full, with the functions that have changed since."""

    failure: PostMortem | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttemptQuestion:
    """How the attempt with this number failed."""

    seq: int
    number: int

    def answer(self, report: Report, now: int) -> InFull:
        """Read it."""
        _, failure = report.failure(self.seq, self.number)
        return InFull(failure, _changed(failure))


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a job does not run; nothing if it does, or if there is nothing to say."""

    state: State | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyQuestion:
    """Why the job with this number does not run."""

    seq: int

    def answer(self, report: Report, now: int) -> WhyNot:
        """Read it."""
        job = report.job_by_seq(self.seq)
        if job is None or (job.is_final and job.after is None):
            return WhyNot(None if job is None else job.state)
        return WhyNot(job.state, tuple(filter(_is_news, report.why(job, now))))


def _changed(failure: PostMortem | None) -> tuple[str, ...]:
    return tuple(frame.function for frame in failure.changed()) if failure else ()


def _is_news(reason: Reason) -> bool:
    """Whether the place that shows the job does not tell it anyway."""
    if reason.cause is Cause.RUNNING:
        return bool(reason.detail)
    return reason.cause is not Cause.ENDED or bool(reason.job)


@dataclass(frozen=True, slots=True)
class Family:
    """The tree that a job belongs to, line by line."""

    lines: tuple[Relative, ...] = ()


@dataclass(frozen=True, slots=True)
class KinQuestion:
    """The tree that the job with this number belongs to, so many jobs of each branch."""

    seq: int
    per_branch: int

    def answer(self, report: Report, now: int) -> Family:
        """Read it."""
        return Family(tuple(report.workflow(self.seq, self.per_branch)))
