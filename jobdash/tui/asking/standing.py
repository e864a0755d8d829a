"""A question that is asked again and again, and when it is time to do so."""

from dataclasses import dataclass
from typing import Any

from jobdash.tui.asking.questions import Question
from jobdash.tui.asking.snapshot import Answer

ANSWER_EVERY = 0.25
# A question may take this share of the thread's time: one second of search, then nine of rest.
_REST_PER_COST = 9


@dataclass(slots=True, eq=False)
class Standing:
    """One topic's question, its newest answer, and what it cost to find."""

    question: Question[Any]
    every: float | None
    fresh: bool = True
    answer: Answer | None = None
    seen: int | None = None
    ran_at: float = 0.0
    cost: float = 0.0

    def due(self, version: int, now: float) -> bool:
        """Whether to ask now; `version` is the file's, `now` is monotonic seconds."""
        if self.fresh or self.answer is None:
            return True
        rested = now - self.ran_at
        if version != self.seen:
            return rested >= max(ANSWER_EVERY, self.cost * _REST_PER_COST)
        return self.every is not None and rested >= self.every
