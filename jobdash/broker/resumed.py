"""A batch that is gone on with: the producer died half-way, or some of its jobs did not succeed."""

from typing import Any

from jobdash.broker.batch import Batch
from jobdash.ledger.batches import Made
from jobdash.ledger.resuming import Resumable


class ResumedBatch(Batch):
    """Enters what is missing of a batch that is in the file. If that fails the rest stays."""

    def __init__(self, huey: Any, found: Resumable, entered: int) -> None:
        super().__init__(huey, found.name, task=found.task, priority=found.priority)
        self._found = found
        self.entered = entered

    def _make(self) -> Made:
        return self._found.made

    def _give_up(self) -> None:
        """Whoever resumes it again goes on from here."""
