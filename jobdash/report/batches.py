"""Batches: which there are, how far each is, how fast it goes on."""

import json
from dataclasses import replace
from typing import Any, NamedTuple

from jobdash.batch import Batch
from jobdash.counts import Counts
from jobdash.database import statements
from jobdash.errors import NotFound
from jobdash.job import Job, State
from jobdash.near import nearest
from jobdash.report.names import NameReads
from jobdash.text import clean, shorten, storable

SQL = statements("batch_report")

MOST_BATCHES = 200
INPUTS_AT_ONCE = 500
HIGHEST = 2**63 - 1
_NAMES = 1_000
# A lane counts as one phase what may run and what does.
_ADMITTED, _HELD = "admitted", "held"


class Answered(NamedTuple):
    """An input of a batch, as JSON if it was kept, and its job as far as that was not pruned."""

    number: int
    seq: int
    data: str | None
    job: Job | None


class BatchReads(NameReads):
    """Reads of batches. Each costs the same with a hundred jobs and with a million."""

    def batches(self, limit: int = MOST_BATCHES, upto: int = HIGHEST) -> list[Batch]:
        """Return the newest batches, from the one with the number `upto` down."""
        rows = self._batch_rows("newest", {"most": limit, "upto": upto})
        return [self._counted(batch) for batch in rows]

    def count_batches(self) -> int:
        """Return how many batches there are."""
        ((number,),) = self._reader.rows(SQL["count"])
        return int(number)

    def batch(self, ref: str) -> Batch:
        """Return the batch of this name or number. Raises `NotFound`."""
        digits = ref.strip().removeprefix("#")
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 18
        found = self._batch_rows("by_id", {"id": int(digits)}) if is_number else []
        found = found or self._batch_rows("by_name", {"name": storable(ref)})
        if not found:
            raise NotFound(f"there is no batch '{shorten(clean(ref), 80)}'{self._hint(ref)}")
        return self._counted(found[0])

    def inputs(self, batch: Batch, after: int = 0, limit: int = INPUTS_AT_ONCE) -> list[Answered]:
        """Return the inputs behind number `after`, in their order, with the jobs they became."""
        where = {"batch": batch.id, "after": after, "most": limit}
        rows = self._reader.rows(SQL["inputs"], where)
        jobs = {job.seq: job for job in self._numbered([seq for _, seq, _ in rows])}
        return [Answered(number, seq, data, jobs.get(seq)) for number, seq, data in rows]

    def _batch_rows(self, which: str, parameters: dict[str, Any]) -> list[Batch]:
        rows = self._reader.rows(SQL["batch_rows"].format(which=SQL[which]), parameters)
        return [_batch_of(row) for row in rows]

    def _counted(self, batch: Batch) -> Batch:
        rows = self._reader.rows(SQL["counts"], {"name": batch.name})
        return replace(batch, counts=_counts_of(rows, batch.total))

    def _hint(self, ref: str) -> str:
        names = self.batch_names(_NAMES)
        if not names:
            return ": there are none yet, `jobdash batch` makes one"
        near = nearest(ref, names)
        return f": did you mean {near}?" if near else ": `jobdash batches` lists them"


def _batch_of(row: tuple[Any, ...]) -> Batch:
    id_, name, queue, task, tags, *rest = row
    return Batch(id_, name, queue, task, tuple(json.loads(tags)), *rest)


def _counts_of(rows: list[tuple[str, int]], total: int | None) -> Counts:
    phases: dict[str, int] = {}
    for phase, jobs in rows:
        phases[phase] = phases.get(phase, 0) + jobs
    running = phases.pop(State.RUNNING, 0)
    admitted = max(running, phases.pop(_ADMITTED, 0))
    ready = admitted - running + phases.pop(_HELD, 0)
    states = {State(phase): jobs for phase, jobs in phases.items()}
    states[State.PENDING] = ready
    states[State.RUNNING] = running
    counts = Counts.of(states)
    # Of a batch that is being filled some inputs have no job yet.
    missing = max(0, (total or 0) - counts.total)
    return counts._replace(left=counts.left + missing)
