"""The same file, another queue."""

import os

from jobdash import SqliteHuey

huey = SqliteHuey("other", filename=os.environ["POOL_DB"])


@huey.task()
def nothing() -> None:
    pass
