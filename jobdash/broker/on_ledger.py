"""What all parts of a huey on a ledger stand on."""

from collections.abc import Callable
from typing import Any, Protocol

from huey.api import Huey

from jobdash.broker.batch import Collecting
from jobdash.broker.messages import Messages
from jobdash.broker.storage import LedgerStorage
from jobdash.job import Claim
from jobdash.ledger import Ledger


class Spending(Protocol):
    """Measures what runs cost, see `jobdash.pool.spent`."""

    def begin(self) -> int: ...  # noqa: D102
    def end(self, begun: int) -> tuple[int, int | None]: ...  # noqa: D102


class OnLedger(Huey):
    """A huey that may have a ledger for its storage."""

    storage_class = LedgerStorage

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.messages = Messages(self)
        self.collecting = Collecting()
        self.done_count = self.failed_count = 0
        self.after_body: Callable[[], None] = lambda: None
        self.body_failed: Callable[[BaseException], None] = lambda error: None
        self.log_place: Callable[[], int | None] = lambda: None
        self.spending: Spending | None = None
        self._running: Claim | None = None

    @property
    def is_on_ledger(self) -> bool:
        """False in immediate mode, where huey keeps jobs in memory."""
        return isinstance(self.storage, LedgerStorage)

    @property
    def ledger(self) -> Ledger:
        """Every write to this queue."""
        ledger: Ledger = self.storage.ledger
        return ledger
