"""Faults on purpose that are armed, and what came of jobs that were delivered twice."""

from dataclasses import dataclass
from typing import NamedTuple

from jobdash.database import statements
from jobdash.job import FIRST_RETURNED, ON_PURPOSE, Attempt, State
from jobdash.report.story import StoryReads

SQL = statements("chaos")


class ArmedFault(NamedTuple):
    """A fault that the next `left` runs of a task will have: raise, hang, kill or twice."""

    queue: str
    task: str
    fault: str
    left: int
    armed_at: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the first delivery of a job returned, and what came of the second.

    `second` is None while that is not known; results are previews, as jobs show them.
    """

    first: str
    second: str | None
    outcome: str | None

    @property
    def is_different(self) -> bool:
        """Whether the second delivery has ended otherwise than the first."""
        return self.outcome is not None and (self.outcome, self.second) != ("succeeded", self.first)

    @property
    def verdict(self) -> str:
        """Whether it made a difference that the job came twice."""
        if self.outcome is None:
            return "the second delivery has not ended"
        if self.outcome != "succeeded":
            return f"the second delivery {self.outcome}: {self.second}"
        if self.first == self.second:
            return f"the second delivery returned the same: {self.first}"
        return f"the results differ: first {self.first}, then {self.second}"


def is_first_of_two(attempt: Attempt) -> bool:
    """Whether an attempt ended well, and its job was delivered a second time on purpose."""
    said = attempt.error_message or ""
    return attempt.outcome == "returned" and said.startswith(FIRST_RETURNED)


class ChaosReads(StoryReads):
    """Reads of faults on purpose."""

    def chaos(self) -> list[ArmedFault]:
        """Return the faults that are armed, by queue and task."""
        return [ArmedFault(*row) for row in self._reader.rows(SQL["armed"])]

    def deliveries(self, seq: int) -> list[Delivery]:
        """Return what came of a job each time that it was delivered twice on purpose."""
        job, attempts = self.job_by_seq(seq), self.attempts(seq)
        found = []
        for place, attempt in enumerate(attempts):
            if not is_first_of_two(attempt):
                continue
            said = attempt.error_message or ""
            first = said.removeprefix(FIRST_RETURNED).removesuffix(ON_PURPOSE)
            second = attempts[place + 1] if place + 1 < len(attempts) else None
            if second is None or second.outcome is None:
                found.append(Delivery(first, None, None))
            elif second.outcome == "succeeded":
                is_last = job is not None and job.state is State.SUCCEEDED
                result = str(job.result) if job is not None and is_last else "?"
                found.append(Delivery(first, result, "succeeded"))
            else:
                raised = ": ".join(filter(None, (second.error_type, second.error_message)))
                found.append(Delivery(first, raised, second.outcome))
        return found
