"""The place of the batches: how far each is."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.batch import Batch
from jobdash.job import ACTIVE, State
from jobdash.report import JobFilter, write_term
from jobdash.tui.asking.batches import BatchesPage, BatchesQuestion
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import BATCHES
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.looks.present import Present
from jobdash.tui.places.batch_facts import batch_facts, batch_title
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.rows.batches import batch_columns, batches_summary
from jobdash.tui.widgets.fact_box import FactBox
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.row_list import RowList

_WHY_EMPTY = (
    "There is no batch yet",
    "A job for each row of a file: jobdash batch TASK --from FILE",
)
# Which jobs of a batch an operation is for.
_MEANT = {"retry": (State.FAILED,), "cancel": tuple(state for state in State if state in ACTIVE)}


class BatchesPlace(ListPlace):
    """One line per batch, with a bar; below, when there is room, more about one of them."""

    KEYS = keys.BATCHES
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.BATCHES))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._batches: RowList[Batch, Present] = RowList(
            batch_columns, lambda batch: batch.id, Present(), id="batch-list"
        )
        super().__init__(feed, queue, "batches", self._batches)
        self._summary = Line("batch-summary")
        self._facts = FactBox("batch-facts")
        self._known: BatchesPage | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._summary
        yield self._heading
        yield self._batches
        yield self._empty
        yield self._facts

    def ask(self) -> None:
        """Ask for the batches."""
        self.feed.ask(BATCHES, BatchesQuestion(self.queue))

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(BATCHES)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the batches."""
        super().take(snapshot, now)
        page = snapshot.value(BATCHES)
        if page is not None and page is not self._known:
            self._known = page
            self._batches.take(page.batches, self.present)
            self._summary.show(batches_summary(page))
            self.show_empty(not page.batches, _WHY_EMPTY)
            self.show_current()
            self.post_message(self.HintsChanged())

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self._batches.tick(self.present)
        self.show_current()

    def show_current(self) -> None:
        """Show more about the batch under the cursor."""
        batch = self._batches.current
        if batch is None:
            self._facts.clear()
        else:
            self._facts.take(partial(batch_title, batch), batch_facts(batch, self.present))

    def action_open(self) -> None:
        """Show the jobs of the batch."""
        self._batches.take_aim()
        batch = self._batches.current
        if batch is not None:
            self.post_message(self.ShowJobs(None, write_term("batch", batch.name)))

    def action_act(self, operation: str) -> None:
        """Act on those jobs of the batch that the operation is for."""
        is_sure = self.take_aim()
        batch = self._batches.current
        if batch is None:
            return
        if operation == "cancel" and batch.closed_at is None:
            self.post_message(self.CancelUnfinished(batch))
        else:
            chosen = JobFilter(_MEANT[operation], batch=batch.name)
            self.post_message(self.Act(operation, [chosen], is_sure=is_sure))

    def action_copy(self) -> None:
        """Copy the name."""
        batch = self._batches.current
        if batch is not None:
            self.post_message(self.Copy(batch.name, f"the name {batch.name}"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        batch = self._batches.current
        if batch is None:
            return False
        if key is keys.RETRY_BATCH:
            return batch.counts.failed > 0
        if key is keys.CANCEL_BATCH:
            return batch.finished_at is None
        return True

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the batch."""
        batch = self._batches.current
        return ("", "") if batch is None else (batch.queue, batch.task)

    @property
    def chosen_batch(self) -> Batch | None:
        """The batch under the cursor."""
        return self._batches.current
