"""What a batch is allowed, in words."""

from jobdash.batch import Batch
from jobdash.render.progress import rate_text


def limits_text(batch: Batch) -> str:
    """Return `2 at once, 10/s started, priority 3`, or "" if nothing limits it."""
    told = []
    if batch.concurrency is not None:
        told.append(f"{batch.concurrency:,} at once")
    if batch.rate is not None:
        told.append(f"{rate_text(batch.rate)} started")
    if batch.priority is not None:
        told.append(f"priority {batch.priority:g}")
    return ", ".join(told)
