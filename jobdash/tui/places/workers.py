"""Place 3: the processes that work."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import Worker
from jobdash.tui import keys
from jobdash.tui.feed import Feed
from jobdash.tui.keys import Key, bindings
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.present import Present
from jobdash.tui.questions import Head
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.topics import HEAD
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.row_list import RowList
from jobdash.tui.worker_columns import worker_columns, worker_summary

_WHY_EMPTY = ("No worker is running", "Start a pool: jobdash worker -A module:huey")


class WorkersPlace(ListPlace):
    """Who works, and on what."""

    KEYS = keys.WORKERS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.WORKERS))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._workers: RowList[Worker, Present] = RowList(
            worker_columns, lambda worker: worker.id, Present(), id="worker-list"
        )
        super().__init__(feed, queue, "workers", self._workers)
        self._summary = Line("worker-summary")
        self._known: Head | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._summary
        yield self._heading
        yield self._workers
        yield self._empty

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the workers, which come with the header."""
        super().take(snapshot, now)
        head = snapshot.value(HEAD)
        if head is not None and head is not self._known:
            self._known = head
            self._workers.take(head.workers, self.present)
            self._summary.show(worker_summary(head))
            self.show_empty(not head.workers, _WHY_EMPTY)

    def tick(self, now: int) -> None:
        """Let the times go on."""
        super().tick(now)
        self._workers.tick(self.present)

    def action_open(self) -> None:
        """Open the job that the worker runs."""
        worker = self._workers.current
        if worker is not None and worker.job is not None:
            self.post_message(self.OpenJob(worker.job))

    def action_copy(self) -> None:
        """Copy the process id."""
        worker = self._workers.current
        if worker is not None:
            self.post_message(self.Copy(str(worker.pid), f"process id {worker.pid}"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        worker = self._workers.current
        if key.action == "open":
            return worker is not None and worker.job is not None
        return worker is not None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of what the worker does."""
        worker = self._workers.current
        return ("", "") if worker is None else (worker.queue, worker.job_task or "")
