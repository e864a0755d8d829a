"""jobdash: a terminal dashboard and a local worker pool for huey on SQLite.

Change `from huey import SqliteHuey` to `from jobdash import SqliteHuey` and every job is kept as
one row for its whole life: the pending rows are the queue, the failed rows are the dead letters,
all rows are the history.

The layers, from high to low; each may import only what stands below it::

    cli                 click: parse, call, print
    bench               measures all that stands below it
    tui                 the Textual dashboard
    metrics  alerts     what Prometheus reads; what is watched beside the work
    control  report     every operation that changes; every read
    pool                supervises worker processes
    broker              huey's seams onto the ledger
    ledger              every write, one method per event of a job's life
    database            connections, transactions, migrations
    liveness wake       who is alive; waking who idles
    stacks              asking a worker where it is
    job errors text     states, records, words; no I/O

Names that an app needs are loaded at first use, so that `jobdash list` imports no huey.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from huey import crontab
    from huey.api import chord, group

    from jobdash.broker.current import CurrentJob, as_job, current_job
    from jobdash.broker.huey import SqliteHuey
    from jobdash.broker.once import once
    from jobdash.broker.progress import progress
    from jobdash.broker.retry import GiveUp

__version__ = "0.1.0"

_HOMES = {
    "CurrentJob": "jobdash.broker.current",
    "GiveUp": "jobdash.broker.retry",
    "SqliteHuey": "jobdash.broker.huey",
    "as_job": "jobdash.broker.current",
    "chord": "huey.api",
    "crontab": "huey",
    "current_job": "jobdash.broker.current",
    "group": "huey.api",
    "once": "jobdash.broker.once",
    "progress": "jobdash.broker.progress",
}

__all__ = [
    "CurrentJob",
    "GiveUp",
    "SqliteHuey",
    "as_job",
    "chord",
    "crontab",
    "current_job",
    "group",
    "once",
    "progress",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'jobdash' has no attribute {name!r}")
    return getattr(import_module(home), name)
