"""A batch as a document."""

import json
from typing import Any

from jobdash.batch import Batch
from jobdash.job import MICROSECONDS
from jobdash.render.counts import counts_json
from jobdash.render.progress import range_json
from jobdash.text import iso


def batch_json(batch: Batch) -> dict[str, Any]:
    """Return the document of a batch. Times are ISO 8601, durations in seconds."""
    took = batch.took
    return {
        "id": batch.id,
        "name": batch.name,
        "queue": batch.queue,
        "task": batch.task or None,
        "tags": [*batch.tags],
        "state": batch.state,
        **counts_json(batch.counts),
        "inputs": batch.total,
        "rate": None if batch.pace is None else round(batch.pace, 3),
        "ends_in": range_json(batch.left),
        "created_at": iso(batch.created_at),
        "finished_at": iso(batch.finished_at),
        "duration": None if took is None else took / MICROSECONDS,
        "paused_at": iso(batch.paused_at),
        "cancelled_at": iso(batch.cancelled_at),
        "reason": batch.cancelled_why,
        "priority": batch.priority,
        "concurrency": batch.concurrency,
        "rate_limit": batch.rate,
        "after_job": batch.after_job,
        "then_job": batch.then_job,
        "notify_job": batch.notify_job,
        "source": _read(batch.source),
    }


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
