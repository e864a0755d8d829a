"""What a key is called for the jobs that it would act on."""

from collections.abc import Iterable
from dataclasses import replace

from jobdash.job import Job
from jobdash.operations import OPERATIONS
from jobdash.tui.keyboard.key import Key
from jobdash.tui.keyboard.keys import RETRY, RUN_NOW

_RETRY_NOW = replace(RETRY, label=RUN_NOW.label)


def called_for(key: Key, jobs: Iterable[Job]) -> Key:
    """Return the key; to retry what waits for its time is called to run it now."""
    can_retry = any(OPERATIONS["retry"].suits(job) for job in jobs)
    return _RETRY_NOW if key is RETRY and not can_retry else key
