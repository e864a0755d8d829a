"""What an operation on several jobs did."""

from dataclasses import dataclass

from jobdash.errors import JobdashError
from jobdash.ledger import Undo


@dataclass(frozen=True, slots=True)
class Refusal:
    """A job that an operation could not be applied to, and why."""

    seq: int
    error: JobdashError


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of the jobs that changed, of those made, and the refusals.

    `undos` take it back, if the control was asked to keep them.
    """

    changed: tuple[int, ...] = ()
    created: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()
    undos: tuple[Undo, ...] = ()

    def __add__(self, more: "Outcome") -> "Outcome":
        """Return what both together did."""
        return Outcome(
            self.changed + more.changed,
            self.created + more.created,
            self.refused + more.refused,
            self.undos + more.undos,
        )

    def raise_refusal(self) -> None:
        """Raise the first refusal, if there is one."""
        if self.refused:
            raise self.refused[0].error
