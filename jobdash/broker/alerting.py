"""Enqueues jobs that tell of alerts, and makes the first try itself, whatever the workers do.

A program, started by whoever watches: `python -m jobdash.broker.alerting`, with what is to be told
on its standard input.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from jobdash.broker.huey import SqliteHuey
from jobdash.broker.idempotency import mark
from jobdash.broker.tell import tell_class
from jobdash.errors import LostClaim


def tell_all(wanted: dict[str, Any]) -> None:
    """Enqueue a job for each alert and target, and try each once, here."""
    huey = SqliteHuey(wanted["queue"], filename=wanted["database"])
    task_class = tell_class(huey)
    for document in wanted["alerts"]:
        for kind, target in wanted["targets"].items():
            key = f"alert:{document['alert']}:{document['at']}:{document['level']}:{kind}"
            task = task_class((document,), {kind: target})
            mark(task, key, None)
            huey.enqueue(task)
            if not getattr(task, "is_known", False):
                # A worker may have been quicker.
                with suppress(LostClaim):
                    huey.execute(task)
    huey.storage.close()


if __name__ == "__main__":
    tell_all(json.load(sys.stdin))
