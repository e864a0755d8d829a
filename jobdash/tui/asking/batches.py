"""What the place of the batches asks: the newest ones, how far each is and how fast it goes on."""

from dataclasses import dataclass

from jobdash.batch import Batch
from jobdash.report import Report

MOST = 200


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """The newest batches, the newest first, and how many there are in all."""

    batches: tuple[Batch, ...]
    total: int


@dataclass(frozen=True, slots=True)
class BatchesQuestion:
    """The batches of one queue, or of all."""

    queue: str | None

    def answer(self, report: Report, now: int) -> BatchesPage:
        """Read them."""
        found = (one for one in report.batches(MOST) if self.queue in (None, one.queue))
        batches = tuple(report.with_paces(found, now))
        return BatchesPage(batches, report.count_batches())
