"""Going on with a run of the same inputs: what is missing, what did not succeed."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from jobdash.broker.resumed import ResumedBatch
from jobdash.cli.clock import now
from jobdash.cli.run.enqueueing import Each, filled, name_of, shared_by
from jobdash.cli.run.inputs import Row
from jobdash.cli.run.order import Order, row_json
from jobdash.errors import UsageError
from jobdash.ledger.resuming import Resumable
from jobdash.report import Report
from jobdash.shell import TASK

Calls = Iterator[tuple[Row, list[str]]]


class Resumed(NamedTuple):
    """A run that goes on: `entered` is of how many jobs it is."""

    id: int
    name: str
    entered: int


def find(huey: Any, order: Order, name: str | None) -> Resumable | None:
    """Return the run of this name, else that of the same program; None if there is none."""
    found: Resumable | None = huey.ledger.resuming.find(name or name_of(order))
    return found


def resume(huey: Any, report: Report, order: Order, each: Each, found: Resumable) -> Resumed:
    """Go on with it. Raises `UsageError` if it was of another command or of other inputs."""
    if found.task != TASK or _command_of(report, found) != order.template.written:
        raise UsageError(f"batch {found.name} is of another command: --name names another batch")
    calls, resuming = order.calls(), huey.ledger.resuming
    entered = _skip_entered(calls, resuming.hashes(found.made), found.name)
    missing = next(calls, None)
    if missing is not None and found.total is not None and entered >= found.total:
        raise UsageError(f"batch {found.name} has {found.total:,} inputs, and these are more")
    if found.is_cancelled or missing is not None:
        resuming.reopen(found.made, now(), is_complete=missing is None)
    if missing is not None:
        with ResumedBatch(huey, found, entered) as batch:
            shared = shared_by(huey, order)
            entered += filled(batch, chain([missing], calls), shared, each.options(huey))
    # One that was filled completely, but whose producer died before he could say so.
    huey.ledger.batches.close(found.made, now())
    resuming.retry(found.made, now())
    return Resumed(found.id, found.name, entered)


def _command_of(report: Report, found: Resumable) -> Any:
    try:
        return json.loads(report.batch(f"#{found.id}").source).get("command")
    except (ValueError, AttributeError):
        return None


def _skip_entered(calls: Calls, known: Iterator[tuple[int, int | None]], name: str) -> int:
    """Return how many of the inputs are in the file; `calls` goes on behind them."""
    entered = 0
    for number, hash_ in known:
        call = next(calls, None)
        if call is None:
            raise UsageError(f"batch {name} has more inputs than these {entered:,}")
        if row_json(call[0])[0] != hash_:
            raise UsageError(
                f"input {number} is not what it was in batch {name}: a run can only be resumed"
                " with the same inputs"
            )
        entered = number
    return entered
