"""Tasks for faults on purpose. The database is POOL_DB."""

import os

from notes import write

from jobdash import SqliteHuey

huey = SqliteHuey("pool", filename=os.environ["POOL_DB"])


@huey.task()
def idempotent(book: str, text: str) -> str:
    write(book, text)
    return text


@huey.task()
def counts(book: str) -> int:
    """Return another number each time."""
    write(book, "one more")
    with open(book, encoding="utf-8") as file:
        return len(file.readlines())


@huey.task()
def once_only(book: str) -> None:
    with open(book + ".made", "x", encoding="utf-8"):
        write(book, "made")


@huey.task(retries=1)
def again(book: str) -> str:
    write(book, "again")
    return "done"


@huey.task(timeout=0.2)
def limited(book: str) -> None:
    write(book, "limited")


@huey.task(hard_timeout=0.2)
def limited_hard(book: str) -> None:
    write(book, "limited hard")


@huey.task()
def doubled(number: int) -> int:
    return 2 * number
