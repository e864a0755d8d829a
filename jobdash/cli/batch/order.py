"""A batch that somebody has ordered: its source is checked, then its jobs are enqueued."""

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from jobdash.broker import following
from jobdash.broker.batch import Batch
from jobdash.broker.resumed import ResumedBatch
from jobdash.cli.batch.calls import Call, Calls
from jobdash.cli.batch.checking import Tally, calls_in, check
from jobdash.cli.batch.lines import BadRow
from jobdash.cli.batch.rows import Layout, Row, Rows
from jobdash.cli.batch.source import STREAM, Source
from jobdash.cli.batch.wishes import Wishes
from jobdash.cli.clock import now
from jobdash.errors import UsageError
from jobdash.ledger.batches import Input
from jobdash.ledger.resuming import Resumable
from jobdash.preview import preview_call
from jobdash.render.calls import summary
from jobdash.text import clean


class Resumed(NamedTuple):
    """A batch that goes on: how many jobs it got, and how many of its jobs run again."""

    name: str
    id: int
    enqueued: int
    retried: int


class Order:
    """One job of a task for each good row of a source."""

    def __init__(
        self, huey: Any, task_class: Any, source: Source, layout: Layout, wishes: Wishes
    ) -> None:
        self._huey = huey
        self._task_class = task_class
        self._source = source
        self._layout = layout
        self._wishes = wishes

    @property
    def task(self) -> str:
        """The task's full name."""
        return str(self._huey._registry.task_to_string(self._task_class))

    def known(self, name: str | None) -> Resumable | None:
        """Return the batch that is in the file by this name, else that of the task; or None."""
        found: Resumable | None = self._huey.ledger.resuming.find(name or self._task_class.__name__)
        return found

    def check(self, skipped: BinaryIO | None) -> Tally:
        """Check every row, and write bad ones to a file. Raises `UsageError`."""
        rows = Rows(self._source, self._layout)
        tally = check(self._source.name, rows, self._calls(rows), skipped)
        self._source.check_unchanged()
        return tally

    def first(self, count: int) -> list[Call]:
        """Return the first calls."""
        return list(islice(self._good(), count))

    def written(self, call: Call) -> str:
        """Return a call as Python would write it, secrets hidden."""
        shown = preview_call(call.args, call.kwargs, self._task_class.parameter_names)
        return clean(f"{self.task}({summary(*shown)})")

    def carry_out(self, total: int, each: Mapping[str, Any], **options: Any) -> Batch:
        """Enqueue the batch; `each` are options of every job. Nothing of it stays if it fails."""
        name = options.pop("name") or self._task_class.__name__
        made: Batch = self._huey.batch(
            name, task=self.task, total=total, source=json.dumps(self._told()), **options
        )
        with made:
            self._fill(made, self._good(), each)
        return made

    def resume(
        self, total: int, each: Mapping[str, Any], found: Resumable, **after: Any
    ) -> Resumed:
        """Go on with a batch of the same input. Raises `UsageError` if that is another."""
        entered = self._check_same(total, found)
        is_complete = entered == total
        resuming = self._huey.ledger.resuming
        if found.is_cancelled or not is_complete:
            resuming.reopen(found.made, now(), is_complete=is_complete)
        following.attach(self._huey, found.made, after["then"], after["notify"])
        if not is_complete:
            with ResumedBatch(self._huey, found, entered) as batch:
                self._fill(batch, islice(self._good(), entered, None), each)
        # One that was filled completely, but whose producer died before he could say so.
        self._huey.ledger.batches.close(found.made, now())
        retried = resuming.retry(found.made, now())
        return Resumed(found.name, found.id, total - entered, retried)

    def _check_same(self, total: int, found: Resumable) -> int:
        """Return how many of the rows are in the file."""
        if found.task != self.task:
            raise UsageError(f"batch {found.name} is of {found.task or 'several tasks'}")
        entered = 0
        known = self._huey.ledger.resuming.hashes(found.made)
        for call, (number, hash_) in zip(self._good(), known, strict=False):
            if number != entered + 1 or zlib.crc32(call.written.encode()) != hash_:
                raise UsageError(
                    f"input {number} is not what it was in batch {found.name}: a batch can only be"
                    " resumed with the same input"
                )
            entered = number
        if total != found.total or next(known, None) is not None:
            raise UsageError(
                f"batch {found.name} has {found.total or 0:,} inputs, and these are {total:,}"
            )
        return entered

    def _fill(self, batch: Batch, calls: Iterable[Call], each: Mapping[str, Any]) -> None:
        for call in calls:
            task = self._task_class(call.args, call.kwargs, **each)
            written = call.written
            batch.add(task, Input(zlib.crc32(written.encode()), written))
        self._source.check_unchanged()

    def _good(self) -> Iterator[Call]:
        rows = Rows(self._source, self._layout)
        return calls_in(rows, self._calls(rows), _leave_out)

    def _calls(self, rows: Rows) -> Calls:
        return Calls(self._task_class, rows.columns, self._wishes)

    def _told(self) -> dict[str, Any]:
        """Return what is to be known of the source by who wants to read it again.

        Its rows are kept as lists of their texts, in the order of the columns.
        """
        path = self._source.path
        return {
            "path": path if path == STREAM else os.path.abspath(path),
            "format": self._layout.format,
            "delimiter": self._layout.delimiter,
            "header": self._layout.has_header,
            "map": dict(self._wishes.names),
            "ignore": sorted(self._wishes.ignored),
            "columns": list(Rows(self._source, self._layout).columns),
        }


def _leave_out(_row: Row, _error: BadRow) -> None:
    pass
