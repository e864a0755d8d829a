"""Batches for people: a table, or the facts of one."""

import json
from collections.abc import Sequence

from jobdash.batch import Batch
from jobdash.cli.table import print_facts, print_table
from jobdash.job import MICROSECONDS
from jobdash.render import counts_bar, counts_text, limits_text, outcome_text, rate_text
from jobdash.text import format_age, format_duration, local_time

_HEAD = ("ID", "NAME", "STATE", "", "ENDED", "FAILED", "RUNNING", "RATE", "LEFT", "AGE")
_NUMBERS = frozenset({0, 4, 5, 6, 7, 8, 9})


def print_batches(batches: Sequence[Batch], now: int) -> None:
    """Print a line for each."""
    print_table(_HEAD, [_row(batch, now) for batch in batches], right=_NUMBERS)


def _row(batch: Batch, now: int) -> tuple[str, ...]:
    counts = batch.counts
    return (
        str(batch.id),
        batch.name,
        batch.state,
        counts_bar(counts),
        f"{counts.ended:,}/{counts.total:,}",
        f"{counts.failed:,}" if counts.failed else "",
        f"{counts.running:,}" if counts.running else "",
        rate_text(batch.pace) if batch.pace else "",
        batch.left.brief() if batch.left else "",
        format_age(now, batch.created_at),
    )


def print_batch(batch: Batch, now: int) -> None:
    """Print all that is to know of one."""
    counts = batch.counts
    print_facts(
        [
            ("batch", f"{batch.name}  (number {batch.id})"),
            ("state", batch.state + (f": {batch.cancelled_why}" if batch.cancelled_why else "")),
            ("jobs", counts_text(counts)),
            ("", ""),
            ("so far", f"{counts_bar(counts)}  {outcome_text(counts)}"),
            ("rate", rate_text(batch.pace) if batch.pace else ""),
            ("left", batch.left.text() if batch.left else ""),
            ("task", batch.task),
            ("queue", batch.queue),
            ("tags", ", ".join(batch.tags)),
            ("made", f"{local_time(batch.created_at, now)}  ({format_age(now, batch.created_at)})"),
            ("took", "" if batch.took is None else format_duration(batch.took / MICROSECONDS)),
            ("limits", limits_text(batch)),
            ("inputs", _source(batch)),
            ("after", "" if batch.after_job is None else f"#{batch.after_job}"),
            ("then", "" if batch.then_job is None else f"#{batch.then_job}"),
            ("tells", "" if batch.notify_job is None else f"#{batch.notify_job}"),
        ]
    )


def _source(batch: Batch) -> str:
    told = json.loads(batch.source)
    path = told.get("path", "") if isinstance(told, dict) else ""
    total = "" if batch.total is None else f"{batch.total:,}"
    return "  ".join(filter(None, (total, "from standard input" if path == "-" else path)))
