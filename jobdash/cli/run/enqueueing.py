"""Enqueueing what was ordered, as one batch."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from jobdash.broker.batch import Batch
from jobdash.cli.run.inputs import Row
from jobdash.cli.run.order import Order, row_json
from jobdash.errors import UsageError
from jobdash.ledger.batches import Input
from jobdash.shell import APP, TASK

_NAMED = "JOBDASH_DB"


@dataclass(frozen=True, slots=True)
class Each:
    """What holds for every job: seconds of `timeout`, `delay` and `retry_delay`, and retries."""

    timeout: float | None = None
    delay: float | None = None
    retries: int = 0
    retry_delay: float | None = None

    def options(self, huey: Any) -> dict[str, Any]:
        """Return them as huey's tasks take them."""
        given: dict[str, Any] = {"timeout": self.timeout, "retries": self.retries}
        if self.retry_delay is not None:
            given["retry_delay"] = self.retry_delay
        if self.delay:
            given["eta"] = huey._get_timestamp() + timedelta(seconds=self.delay)
        return given


def load_commands(file: Path) -> Any:
    """Return the commands' huey on a file. Raises `DatabaseError`."""
    from jobdash.broker.app import load_app

    before = os.environ.get(_NAMED)
    # Its own default is not to be made only because it is imported.
    os.environ[_NAMED] = str(file)
    try:
        return load_app(APP, str(file))
    finally:
        if before is None:
            del os.environ[_NAMED]
        else:
            os.environ[_NAMED] = before


def enqueue(huey: Any, order: Order, each: Each, **batch: Any) -> Batch:
    """Enqueue a job for each command; none stays if one cannot be. `batch` are its options.

    Raises `UsageError`, `DatabaseError` or `OSError`.
    """
    shared = shared_by(huey, order)
    made: Batch = huey.batch(
        batch.pop("name", None) or name_of(order), task=TASK, source=order.told(), **batch
    )
    with made:
        if not filled(made, order.calls(), shared, each.options(huey)):
            raise UsageError("there are no inputs: nothing to run")
    return made


def shared_by(huey: Any, order: Order) -> dict[str, str]:
    """Return what all commands are called with: the directory, the name of the variables."""
    from jobdash.shell.surroundings import keep_environment

    environment = keep_environment(huey, order.environment)
    return {"_directory": order.directory, "_environment": environment}


def filled(
    batch: Batch,
    calls: Iterable[tuple[Row, list[str]]],
    shared: Mapping[str, str],
    options: Mapping[str, Any],
) -> int:
    """Add a job for each command; return how many."""
    from jobdash.shell.app import run

    count = 0
    for count, (row, command) in enumerate(calls, 1):  # noqa: B007
        task = run.task_class(tuple(command), shared, **options)
        batch.add(task, Input(*row_json(row)))
    return count


def name_of(order: Order) -> str:
    """Return a batch's name that says what is run."""
    name = order.name
    return f"run {name}" if re.fullmatch(r"#?\d+", name) else name
