"""Periodic tasks with rules of all kinds. The database is POOL_DB, the book of ticks POOL_TICKS."""

import os
from datetime import UTC, datetime

from notes import write

from jobdash import SqliteHuey, crontab

huey = SqliteHuey("pool", filename=os.environ["POOL_DB"])
_SECONDS = 60


def _seventh(moment: datetime) -> bool:
    epoch = datetime(1970, 1, 1)
    return (moment - epoch).total_seconds() // _SECONDS % 7 == 0


def _broken_later(moment: datetime) -> bool:
    if moment.second == 0 and moment > datetime.now(UTC).replace(tzinfo=None):
        raise RuntimeError("no idea")
    return False


@huey.periodic_task(crontab())
def minutely() -> None:
    write(os.environ["POOL_TICKS"], "tick")


@huey.periodic_task(crontab(minute="30", hour="2"))
def nightly() -> None:
    pass


@huey.periodic_task(_seventh)
def seventh() -> None:
    pass


@huey.periodic_task(_broken_later)
def broken() -> None:
    pass
