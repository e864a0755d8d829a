"""The results of a batch, each beside its input: as CSV or as JSON Lines, streamed."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from jobdash.batch import Batch
from jobdash.cli.batches.inputs import Inputs
from jobdash.render import duration, error_text, job_json
from jobdash.report import Answered, Report
from jobdash.text import clean

FORMATS = ("csv", "jsonl")
OURS = ("job", "state", "result", "error", "attempts", "seconds")
# Of the job that an input became, once that is not in the history any more.
PRUNED = "pruned"

Write = Callable[[Iterable[Answered]], None]


class Sink(Protocol):
    """Something that text can be written to."""

    def write(self, text: str, /) -> object:
        """Take some text."""


def answered(report: Report, batch: Batch, states: frozenset[str]) -> Iterator[Answered]:
    """Yield the inputs of a batch with their jobs, some at a time; of jobs in these states only."""
    last = 0
    while found := report.inputs(batch, last):
        last = found[-1].number
        for one in found:
            if not states or _state(one) in states:
                yield one


def writer(wanted: str, inputs: Inputs, sink: Sink, *, harmless: bool) -> Write:
    """Return what writes results in a format; `harmless` is for a terminal."""
    if wanted == "jsonl":
        return lambda found: _write_jsonl(found, inputs, sink)
    return lambda found: _write_csv(found, inputs, sink, harmless=harmless)


def _write_csv(found: Iterable[Answered], inputs: Inputs, sink: Sink, *, harmless: bool) -> None:
    table = csv.writer(sink, lineterminator="\n")
    taken = {"row", *OURS}
    columns = [f"input.{name}" if name in taken else name for name in inputs.columns]
    table.writerow(["row", *columns, *OURS])
    for one in found:
        cells = _cells(one, inputs)
        table.writerow([clean(cell) for cell in cells] if harmless else cells)


def _cells(one: Answered, inputs: Inputs) -> list[str]:
    job = one.job
    if job is None:
        ours = [str(one.seq), PRUNED, "", "", "", ""]
    else:
        took = duration(job)
        seconds = "" if took is None else f"{took:.6f}"
        ours = [
            str(one.seq),
            job.state.value,
            job.result or "",
            error_text(job),
            str(job.attempts),
            seconds,
        ]
    return [str(one.number), *inputs.cells(one.data), *ours]


def _write_jsonl(found: Iterable[Answered], inputs: Inputs, sink: Sink) -> None:
    for one in found:
        sink.write(f"{json.dumps(document(one, inputs))}\n")


def document(one: Answered, inputs: Inputs) -> dict[str, Any]:
    """Return one result as a document."""
    told: dict[str, Any] = {"row": one.number, "input": inputs.document(one.data), "job": one.seq}
    if one.job is None:
        return told | {"state": PRUNED}
    job = job_json(one.job)
    return told | {
        "state": job["state"],
        "result": job["result"],
        "error": job["error"],
        "attempts": job["attempt"],
        "duration": job["duration"],
        "finished_at": job["finished_at"],
    }


def _state(one: Answered) -> str:
    return PRUNED if one.job is None else one.job.state.value
