"""Deleting the log files in which there is nothing that a kept job has printed."""

import os
from collections.abc import Iterator
from contextlib import suppress

from jobdash import logfiles
from jobdash.database import Database, statements

SQL = statements("pruning")
FILES_AT_ONCE = 50


def drop_unneeded(database: Database, worker: int | None = None) -> Iterator[int]:
    """Delete them, of one worker or of all, and yield now and then how many there were."""
    gone = 0
    # What is listed before the question is asked cannot have been made since.
    for number, file in enumerate(logfiles.log_files(database.path)):
        if worker in (None, file.worker) and not _is_needed(database, file):
            logfiles.remove(file)
            gone += 1
        if number % FILES_AT_ONCE == FILES_AT_ONCE - 1:
            yield gone
            gone = 0
    with suppress(OSError):
        os.rmdir(logfiles.folder(database.path))  # if it is empty
    yield gone


def _is_needed(database: Database, file: logfiles.LogFile) -> bool:
    parameters = {
        "start": file.start,
        "stop": file.stop,
        "worker": file.worker,
        "is_newest": file.stop % logfiles.STRETCH == 0,
    }
    ((needed,),) = database.rows(SQL["is_log_needed"], parameters)
    return bool(needed)
