"""`huey.batch` and a task's `map_batch`: many jobs that are enqueued, limited and ended as one."""

import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from jobdash.broker import following
from jobdash.broker.batch_options import check_count, new_batch
from jobdash.broker.times import now
from jobdash.broker.units import Units
from jobdash.errors import DatabaseError, UsageError
from jobdash.ledger import Entry, NewChord, NewJob
from jobdash.ledger.batches import Input, Made

AT_ONCE = 500


class Collecting(threading.local):
    """The batch that takes what this thread enqueues, if it is in the block of one."""

    batch: "Batch | None" = None


class Batch:
    """Jobs that are enqueued as one, for a `with` block.

    What the block enqueues with this huey on this thread is in the batch, and so is what `add` is
    given. None of it runs before the block has ended; if it ends with an exception nothing of it
    was ever enqueued. Jobs are written as they come, some hundred at a time, and are not kept in
    memory. With `chunk` so many of them at a time may run at once.

    `concurrency` is how many may run at once, `rate` how many may start in a time (`"10/s"`,
    `"600/m"`), `stop_on_failures` when the rest is cancelled (`5`, `"10%"`; `"now,5"`: what runs
    too). `priority` is that of jobs that have none of their own. A `paused` batch waits for
    `jobdash resume`. `total` is the number of jobs, if it is known beforehand, and `source` says
    where they come from, as JSON. With `after`, the number of a job, none of it begins before that
    has succeeded; if it ends otherwise the batch is cancelled. When the last of them has ended,
    `then`, a task, runs with the batch's number, and `notify`, a command for the shell, with JSON
    on its standard input.
    """

    def __init__(
        self,
        huey: Any,
        name: str | None = None,
        *,
        chunk: int | None = None,
        then: Any = None,
        notify: str | None = None,
        **options: Any,
    ) -> None:
        self._huey = huey
        self._new = new_batch(name, is_whole=chunk is None, **options)
        following.check(then, notify)
        self._then, self._notify = then, notify
        self._at_once = AT_ONCE if chunk is None else check_count("chunk", chunk)
        self._made: Made | None = None
        self._units = Units(huey)
        self._inputs: list[Input] = []
        self._outer: Batch | None = None
        self.entered = 0

    @property
    def id(self) -> int:
        """Its number in the file."""
        return self._in_file().id

    @property
    def name(self) -> str:
        """Its name in the file: with a number at its end if there was one of that name before."""
        return self._in_file().name

    def __enter__(self) -> "Batch":
        if self._made is not None:
            raise UsageError(f"batch {self._made.name} has been filled: make another one")
        if self._huey.is_on_ledger:
            self._made = self._make()
            following.attach(self._huey, self._made, self._then, self._notify)
            self._units = self._fresh()
        self._outer, self._huey.collecting.batch = self._huey.collecting.batch, self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._huey.collecting.batch = self._outer
        if self._made is None:
            return
        try:
            if error is None:
                self._flush()
                self._huey.ledger.batches.close(self._made, now())
                return
        except BaseException as trouble:
            self._take_back(trouble)
            raise
        self._take_back(error)

    def add(self, task: Any, row: Input | None = None) -> Any:
        """Add a task, pipeline, group or chord; return its result handle.

        `row` is what it was made of.
        """
        if self._made is None:
            return self._huey.enqueue(task)
        if self._new.priority is not None and not getattr(task, "priority", 0):
            task.priority = self._new.priority
        handle = self._units.add(task)()
        self._inputs += [row or Input()] * (len(self._units) - len(self._inputs))
        if len(self._units) >= self._at_once:
            self._flush()
        return handle

    def _make(self) -> Made:
        made: Made = self._huey.ledger.batches.create(self._new, now())
        return made

    def _flush(self) -> None:
        if not len(self._units):
            return
        # What a receiver of huey's signals enqueues is its own affair.
        outer, self._huey.collecting.batch = self._huey.collecting.batch, None
        units, self._units = self._units, self._fresh()
        try:
            units.enter(self._commit)
        finally:
            self._huey.collecting.batch = outer

    def _commit(
        self, units: Sequence[NewJob | NewChord], moment: int, groups: Iterable[slice]
    ) -> list[Entry]:
        inputs, self._inputs = self._inputs, []
        batches = self._huey.ledger.batches
        entries: list[Entry] = batches.enter(
            self._in_file(), units, self.entered + 1, moment, groups, inputs
        )
        self.entered += len(units)
        return entries

    def _fresh(self) -> Units:
        return Units(self._huey, self._in_file().name)

    def _take_back(self, error: BaseException) -> None:
        try:
            self._give_up()
        except DatabaseError as trouble:
            # As when the disk is full: to delete takes room too.
            name = self._in_file().name
            raise DatabaseError(
                f"{trouble}. Batch {name} is not complete: {self.entered:,} jobs of it are there,"
                " and none of them runs. `--resume` with the same input goes on with it,"
                f" `jobdash cancel --batch {name}` gives it up"
            ) from error

    def _give_up(self) -> None:
        batches = self._huey.ledger.batches
        if self._new.is_whole or not self.entered:
            batches.give_up(self._made, now())
        else:
            batches.close(self._made, now())

    def _in_file(self) -> Made:
        if self._made is None:
            raise UsageError("a batch is in the file once its block has begun: with huey.batch()")
        return self._made
