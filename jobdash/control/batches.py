"""What is done about batches: pause, resume, cancel."""

import os
from collections.abc import Callable

from jobdash.control.control import Control
from jobdash.ledger import telling
from jobdash.ledger.batch_decisions import BatchDecisions


class BatchControl:
    """The operations on the batches of one file, which are told by their names.

    Each raises `NotFound` if there is no such batch, and returns False if it was so before.
    """

    def __init__(self, path: str | os.PathLike[str], **options: float) -> None:
        self._control = Control(path, **options)  # type: ignore[arg-type]

    def pause(self, name: str, now: int) -> bool:
        """Start no more jobs of a batch; what runs goes on.

        Raises `IllegalMove` if it has ended.
        """
        return self._told(name, "batch paused", now, lambda batches: batches.pause(name, now))

    def resume(self, name: str, now: int) -> bool:
        """Start jobs of a batch again."""
        return self._told(name, "batch resumed", now, lambda batches: batches.resume(name, now))

    def cancel(self, name: str, now: int, *, running: bool = True) -> bool:
        """Cancel what of a batch has not begun, and stop what runs unless it is to go on.

        Raises `IllegalMove` if it has ended.
        """
        return self._told(
            name, "batch cancelled", now, lambda batches: batches.cancel(name, now, running=running)
        )

    def close(self) -> None:
        """Close the file."""
        self._control.close()

    def _told(self, name: str, event: str, now: int, act: Callable[[BatchDecisions], bool]) -> bool:
        queue = self._control.queue_of_batch(name)
        is_new = act(self._control.ledger(queue).batch_decisions)
        if is_new and telling.is_heard():
            telling.tell(now, queue, event, "person", jobs=[(None, name)])
        return is_new
