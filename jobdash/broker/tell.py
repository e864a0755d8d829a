"""The task that tells of an alert: a command of the shell, or an address, gets a JSON document.

It belongs to no app: it is registered where it is needed.
"""

import json
import subprocess
from typing import Any

from jobdash.text import clean, shorten

TELL = "jobdash.tell"
RETRIES, DELAY, BACKOFF = 8, 2, 2
URGENT = 1_000_000
_PATIENCE = 30.0
_TOLD = 500


class NotTold(Exception):
    """The command or the address that was to be told of an alert did not take it."""


def tell_class(huey: Any) -> Any:
    """Return the class of the task that tells of an alert; no app registers it."""
    known = huey._registry._registry.get(TELL)
    if known is not None:
        return known

    # An address may be all that is needed to write there: its name keeps it from being shown.
    def tell(
        document: dict[str, Any], command: str | None = None, webhook_secret: str | None = None
    ) -> None:
        """Tell somebody of an alert: a command for the shell, or an address."""
        if command is not None:
            _run(command, json.dumps(document))
        if webhook_secret is not None:
            _post(webhook_secret, json.dumps(document))

    tell.__module__, tell.__qualname__ = TELL.rsplit(".", 1)
    options = {"retries": RETRIES, "retry_delay": DELAY, "retry_backoff": BACKOFF}
    return huey.task(priority=URGENT, **options)(tell).task_class


def _run(command: str, document: str) -> None:
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            input=document, capture_output=True, text=True, check=False, timeout=_PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise NotTold(f"the command took longer than {_PATIENCE:g} s") from error
    if done.returncode:
        said = shorten(clean(done.stderr.strip()), _TOLD)
        raise NotTold(f"exit {done.returncode}: {said}" if said else f"exit {done.returncode}")


def _post(address: str, document: str) -> None:
    # Imported at its first use: with all that it brings, every worker would hold 2 MB more.
    import urllib.request

    headers = {"Content-Type": "application/json", "User-Agent": "jobdash"}
    request = urllib.request.Request(address, document.encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE):
            pass
    except OSError as error:
        raise NotTold(shorten(clean(str(error)), _TOLD)) from None
