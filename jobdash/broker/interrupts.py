"""How a running body is stopped from outside, softly."""

from typing import Literal

Reason = Literal["cancel", "stop"]


class Interrupt(BaseException):
    """Raised inside a running task. Not an `Exception`, so that tasks do not swallow it by habit.

    `reason` is 'cancel' if somebody wants this job to end, 'stop' if the worker has to leave and
    the job will run again.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the job was interrupted: {reason}")
        self.reason = reason
