"""What an attempt comes to, and what all of its parts stand on."""

from dataclasses import dataclass, field
from typing import Any

from huey.api import PeriodicTask

from jobdash.job import Claim
from jobdash.ledger import Settlement

Signal = tuple[Any, ...]


@dataclass(slots=True)
class Verdict:
    """What an attempt came to: what to commit, what to announce then, what to return.

    `ended_at` is in microseconds since the epoch.
    """

    settlement: Settlement
    signals: list[Signal] = field(default_factory=list)
    value: Any = None
    ended_at: int = 0


class Ending:
    """Knows the task that is run once, and who wants to know how it ends."""

    def __init__(self, huey: Any, task: Any, claim: Claim) -> None:
        self._huey = huey
        self._task = task
        self._claim = claim
        self._linked = task.on_complete is not None or task.chord_config is not None
        periodic = isinstance(task, PeriodicTask)
        self._stores = huey.results and not periodic
        # A revocation that came while the body ran has no effect and does not stay.
        self._clears_revocation = not periodic

    def _run_hooks_after(self, value: Any, error: BaseException | None) -> None:
        """Run the app's post_execute hooks. What the body came to stands, whatever they raise."""
        self._huey.outlive(self._huey._run_post_execute, self._task, value, error)

    def _serialize(self, value: Any) -> bytes:
        data: bytes = self._huey.serializer.serialize(value)
        return data
