"""The tasks. The database is CUT_DB, its durability CUT_DURABILITY."""

import os
from typing import Any

from jobdash import SqliteHuey

options: dict[str, Any] = {"durability": os.environ["CUT_DURABILITY"]}
huey = SqliteHuey("cut", filename=os.environ["CUT_DB"], **options)


@huey.task()
def add(count: int) -> int:
    return count + 1
