"""How jobs get into the queue."""

import copy
from collections.abc import Iterable
from itertools import islice
from typing import Any

from huey import signals as S
from huey.api import ResultGroup

from jobdash.broker.batch import Batch
from jobdash.broker.on_ledger import OnLedger
from jobdash.broker.times import now
from jobdash.broker.units import Units
from jobdash.job import Claim

# So many are described and then entered in one transaction.
AT_ONCE = 500


class TakesIn(OnLedger):
    """A huey that enters what it enqueues into its ledger."""

    def enqueue(self, task: Any) -> Any:
        """Enter a task, pipeline, group or chord as a whole; return its result handle."""
        if not self.is_on_ledger:
            return super().enqueue(task)
        held = getattr(task, "_held_by_scheduler", None)
        if held is not None:
            return self._requeue(task, held)
        if self.collecting.batch is not None:
            return self.collecting.batch.add(task)
        if getattr(task, "_claim", None) is not None:
            # It is being run: what it enqueues of itself is another job.
            task = copy.copy(task)
            task._claim = None
        return self.enqueue_many([task])[0]

    def enqueue_many(self, tasks: Iterable[Any]) -> list[Any]:
        """Enter many tasks, pipelines, groups and chords at once; return their result handles.

        Each transaction enters up to `AT_ONCE` of them, or none if one of those cannot be entered:
        then what came before them has been, and the rest has not. Where all or nothing is to run,
        or where there are too many to hold, take `batch` or a task's `map_batch`.
        """
        if not self.is_on_ledger:
            return [super(TakesIn, self).enqueue(task) for task in tasks]
        if self.collecting.batch is not None:
            return [self.collecting.batch.add(task) for task in tasks]
        rest = iter(tasks)
        return [
            handle
            for some in iter(lambda: list(islice(rest, AT_ONCE)), [])
            for handle in self._enter_at_once(some)
        ]

    def _enter_at_once(self, tasks: list[Any]) -> list[Any]:
        units = Units(self)
        handles = [units.add(task) for task in tasks]
        units.enter()
        return [handle() for handle in handles]

    def batch(self, name: str | None = None, **options: Any) -> Batch:
        """Return a batch for a `with` block: what the block enqueues is enqueued as one.

        See `jobdash.broker.batch.Batch` for the options.
        """
        return Batch(self, name, **options)

    def _requeue(self, task: Any, held: Claim) -> Any:
        # huey's scheduler held it since read_schedule(): now it goes into the queue.
        task._claim = task._held_by_scheduler = None
        self.ledger.attempts.requeue(held, now())
        self._emit(S.SIGNAL_ENQUEUED, task)
        return self._handle(task)

    def _handle(self, task: Any) -> Any:
        if not self.results:
            return None
        results = self._pipeline_results(task)
        return ResultGroup(results) if len(results) > 1 else results[0]

    def enqueue_tick(self, task: Any, minute: int) -> bool:
        """Enter a periodic task's run of one minute (since the epoch) unless somebody has.

        While the task or everything is paused its minutes are skipped: nobody wants sixty runs at
        once after an hour.
        """
        name = self._registry.task_to_string(type(task))
        if self.ledger.decisions.is_paused(name):
            return False
        described = self.messages.describe(task, key=f"tick:{name}:{minute}", keeps_key=True)
        (entry,) = self.ledger.intake.enqueue([described], now())
        if entry.is_new:
            self._emit(S.SIGNAL_ENQUEUED, task)
        return entry.is_new
