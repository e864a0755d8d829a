"""Telling of alerts: each is a job of its queue, enqueued and tried at once by a helper process.

The pool's supervisor knows no huey and runs no command of anybody; and an alert that says that all
workers are busy must not wait for one. What cannot be told at once is retried as any job is.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from jobdash.alert import Level
from jobdash.alerts.rules import Watching
from jobdash.ledger import Ledger
from jobdash.ledger.alerts import Untold
from jobdash.text import iso

_HELPER = "jobdash.broker.alerting"


class Telling:
    """Starts the helper for what nobody has been told of; one at a time."""

    def __init__(self, watching: Watching, ledger: Ledger, complain: Callable[[str], None]) -> None:
        targets = {"command": watching.notify, "webhook_secret": watching.webhook}
        self._targets = {kind: target for kind, target in targets.items() if target}
        self._ledger = ledger
        self._complain = complain
        self._helper: subprocess.Popen[bytes] | None = None
        self._told: list[Untold] = []

    def go_on(self) -> None:
        """Start the helper if there is something to tell, and note what it has written down."""
        if not self._targets or not self._is_free():
            return
        self._told = self._ledger.alerts.untold()
        if self._told:
            self._start([self._document(one) for one in self._told])

    def end(self) -> None:
        """Wait for the helper to write down what is to be told, a moment."""
        if self._helper is not None:
            try:
                self._helper.wait(1.0)
                self._is_free()
            except subprocess.TimeoutExpired:
                pass  # it goes on by itself; the next pool may tell again, by the same keys

    def _is_free(self) -> bool:
        if self._helper is None:
            return True
        code = self._helper.poll()
        if code is None:
            return False
        self._helper = None
        if code:
            self._complain(f"an alert could not be told: its helper ended with {code}")
        else:
            for one in self._told:
                self._ledger.alerts.mark_told(one.name, one.since)
        return True

    def _start(self, documents: list[dict[str, Any]]) -> None:
        wanted = {
            "database": str(self._ledger.database.path),
            "queue": self._ledger.queue,
            "targets": self._targets,
            "alerts": documents,
        }
        self._helper = subprocess.Popen(
            [sys.executable, "-m", _HELPER],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._helper.stdin is not None
        with self._helper.stdin as pipe:
            pipe.write(json.dumps(wanted).encode())

    def _document(self, one: Untold) -> dict[str, Any]:
        return {
            "alert": one.name,
            "level": one.level.name.lower(),
            "is_over": one.level is Level.OK,
            "what": one.what,
            "at": iso(one.since),
            "queue": self._ledger.queue,
            "database": str(self._ledger.database.path),
        }
