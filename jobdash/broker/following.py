"""What is to be done when a batch has ended: a task of the app, or a command that is told of it.

Both are jobs. The command's task belongs to no app: it is registered where it is needed.
"""

import json
import subprocess
from typing import Any

from jobdash.broker.times import now
from jobdash.errors import UsageError
from jobdash.ledger.batches import Made
from jobdash.text import clean, iso, shorten

NOTIFY = "jobdash.notify"
_TOLD = 500


class NotifyFailed(Exception):
    """The command that was to be told of a batch's end ended with another exit code than 0."""


def attach(huey: Any, batch: Made, then: Any, notify: str | None) -> None:
    """Let what is to follow a batch wait for its end, unless it does already."""
    if then is not None:
        task_class = getattr(then, "task_class", then)
        _attach(huey, batch, "then", task_class((batch.id,), {}))
    if notify is not None:
        _attach(huey, batch, "notify", notify_class(huey)((notify, batch.id), {}))


def check(then: Any, notify: str | None) -> None:
    """Raise `UsageError` for what cannot follow."""
    if then is not None and not isinstance(getattr(then, "task_class", then), type):
        raise UsageError(f"then= is a task, which gets the batch's number, not {then!r}")
    if notify is not None and not notify.strip():
        raise UsageError("notify= is a command for the shell, which gets JSON on its input")


def _attach(huey: Any, batch: Made, kind: Any, task: Any) -> None:
    job = huey.messages.describe(task)
    huey.ledger.followers.attach(batch, kind, job, now())


def notify_class(huey: Any) -> Any:
    """Return the class of the task that runs such commands."""
    known = huey._registry._registry.get(NOTIFY)
    if known is not None:
        return known

    def notify(command: str, batch: int) -> None:
        """Run a command, with a JSON document about a batch on its standard input."""
        _run(command, json.dumps(_document(huey.ledger.followers.summary(batch))))

    notify.__module__, notify.__qualname__ = NOTIFY.rsplit(".", 1)
    return huey.task()(notify).task_class


def _document(summary: dict[str, Any]) -> dict[str, Any]:
    times = ("created_at", "finished_at")
    return {key: iso(value) if key in times else value for key, value in summary.items()}


def _run(command: str, document: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", command], input=document, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = shorten(clean(done.stderr.strip()), _TOLD)
        raise NotifyFailed(f"exit {done.returncode}: {said}" if said else f"exit {done.returncode}")
