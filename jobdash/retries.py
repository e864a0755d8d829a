"""What comes after a failure: when the next try is, and which delay follows that one.

The same rules for a body that raised and for a run that had to be killed, from the columns of the
job's row alone. Moments are microseconds since the epoch, delays seconds as in huey. Chance is an
argument, like time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jobdash.job import MICROSECONDS, Job, State

DELAY_LIMIT = 10 * 365 * 86_400.0


class RetryPolicy(NamedTuple):
    """How long to wait before the next try.

    `delay` is multiplied by `backoff` for every further try (0 leaves it), a wait is never longer
    than `max_delay` (None: ten years), and `jitter`, 0 to 1, is the share of it that is left to
    chance.
    """

    delay: float = 0
    backoff: float = 0
    max_delay: float | None = None
    jitter: float = 0

    @property
    def longest(self) -> float:
        """The wait if chance takes nothing from it."""
        # Written so that what is no number counts as no delay.
        return min(self.delay, self.max_delay or DELAY_LIMIT, DELAY_LIMIT) if self.delay > 0 else 0

    @property
    def shortest(self) -> float:
        """The wait if chance takes all it may."""
        return self.longest * (1 - self.jitter)

    def wait(self, chance: float) -> float:
        """Return the wait for a number drawn from 0 to 1."""
        return self.longest - chance * (self.longest - self.shortest)

    def grown(self) -> RetryPolicy:
        """Return the policy for the try after this one."""
        return self._replace(delay=min(self.delay * (self.backoff or 1), DELAY_LIMIT))


class NextTry(NamedTuple):
    """The try that a failure leads to: at once if there is no eta; `delay` is for the one after."""

    eta: int | None
    retries_left: int
    delay: float


def next_try(
    policy: RetryPolicy, retries_left: int, now: int, chance: float, asked: int | None = None
) -> NextTry:
    """Return what follows a failure of a job that has retries left.

    `asked` is the eta that the error itself asked for; the delay does not grow then.
    """
    if asked is not None:
        return NextTry(asked, retries_left - 1, policy.delay)
    if not policy.longest:
        return NextTry(None, retries_left - 1, policy.delay)
    eta = now + int(policy.wait(chance) * MICROSECONDS)
    return NextTry(eta, retries_left - 1, policy.grown().delay)


class PlannedTry(NamedTuple):
    """One of the tries to come, if those before it fail. `number` counts tries from 1.

    It follows `shortest` to `longest` seconds after the failure before it; both are None for the
    try that a retrying job waits for. The moments are only known for such a job, and are those of
    failures that take no time.
    """

    number: int
    shortest: float | None
    longest: float | None
    earliest: int | None
    latest: int | None


def planned_tries(job: Job) -> Iterator[PlannedTry]:
    """Yield the retries that a job has before it, the soonest first; there may be a billion."""
    if job.is_final:
        return
    # The one that it waits for, that runs, or that comes without any failure.
    number, earliest, latest = job.failures + 1, None, None
    if job.state is State.RETRYING:
        earliest = latest = job.eta
        yield PlannedTry(number, None, None, earliest, latest)
    policy = policy_of(job)
    for _ in range(job.retries_left):
        number += 1
        shortest, longest = policy.shortest, policy.longest
        earliest, latest = _after(earliest, shortest), _after(latest, longest)
        yield PlannedTry(number, shortest, longest, earliest, latest)
        policy = policy.grown()


def policy_of(job: Job) -> RetryPolicy:
    """Return the policy that stands in a job's row."""
    return RetryPolicy(job.retry_delay, job.retry_backoff, job.retry_max_delay, job.retry_jitter)


def _after(moment: int | None, seconds: float) -> int | None:
    return None if moment is None else moment + int(seconds * MICROSECONDS)
