"""Who looks at one file's queue again and again, and tells. Of several pools the oldest alone."""

import os
from collections.abc import Callable

from jobdash.alerts.rules import Beginning, Watching
from jobdash.alerts.telling import Telling
from jobdash.alerts.watch import Watch
from jobdash.ledger import Ledger
from jobdash.report import Report

Say = Callable[[str], None]


class Lookout:
    """Has a reading connection of its own. Used in one thread."""

    def __init__(
        self, watching: Watching, ledger: Ledger, beginning: Beginning, say: Say, complain: Say
    ) -> None:
        self._report = Report(ledger.database.path)
        self._queue = ledger.queue
        self._watch = Watch(watching, self._report, ledger, beginning)
        self._telling = Telling(watching, ledger, complain)
        self._say = say
        self._has_begun = False
        self._version = -1

    def look(self, now: int) -> None:
        """Look once. Raises `DatabaseError`."""
        if not self._leads():
            return
        if not self._has_begun:
            self._watch.begin()
            self._has_begun = True
        before, self._version = self._version, self._report.data_version()
        for line in self._watch.look(now, has_changed=self._version != before):
            self._say(line)
        self._telling.go_on()

    def close(self) -> None:
        """Stop looking; what is being told is told to its end."""
        self._telling.end()
        self._report.close()

    def _leads(self) -> bool:
        pool = self._report.pool(self._queue)
        return pool is not None and pool.pid == os.getpid()
