"""The supervisor's view of what its workers print: passed on, kept in bounds, and tidied up."""

import os
from collections.abc import Iterator

from jobdash import logfiles
from jobdash.ledger.logs import drop_unneeded
from jobdash.logfiles import LogFile
from jobdash.pool.every import Every
from jobdash.pool.flood import take_out_middle_of
from jobdash.pool.relay import Relay
from jobdash.pool.roster import Roster

BOUND_EVERY = 0.2
# Who prints is asked of the database only when so much has come.
_STEP = 1_000_000


class Output:
    """Looks at the newest file of each of the pool's workers, at their sizes as a rule."""

    def __init__(self, roster: Roster, relay: Relay) -> None:
        self._roster = roster
        self._relay = relay
        self._changed_at: int | None = None
        self._files: dict[int, tuple[LogFile, str]] = {}
        self._asked_at: dict[str, int] = {}
        self._cut_to: dict[str, int] = {}
        self._bounding = Every(BOUND_EVERY)

    def keep_bounds(self) -> None:
        """Now and then take out what is too much."""
        if self._bounding.is_due():
            self._take_stock()
            for file, size in self._sizes():
                if size > logfiles.KEPT and size - self._asked_at.get(file.path, 0) > _STEP:
                    self._asked_at[file.path] = size
                    self._bound(file, size)

    def last_words(self, worker: int) -> None:
        """Pass on what a worker has printed before its end."""
        self._take_stock()
        if worker in self._files:
            file, name = self._files[worker]
            name = name if len(self._files) > 1 else ""
            self._relay.pass_on(file, _size(file), name, is_last=True)

    def tidy(self, worker: int) -> None:
        """Remove the files of a worker that has ended, unless a job's output is in them."""
        database = self._roster.ledger.database
        for _ in drop_unneeded(database, worker):
            pass

    def pass_on(self) -> None:
        """Pass on what is new. Asks nothing of the database."""
        if not self._relay.is_on:
            return
        many = len(self._files) > 1
        for file, name in self._files.values():
            self._relay.pass_on(file, _size(file), name if many else "")

    def _sizes(self) -> Iterator[tuple[LogFile, int]]:
        for file, _ in self._files.values():
            yield file, _size(file)

    def _take_stock(self) -> None:
        """Find out which files there are, if any has come or gone."""
        folder = logfiles.folder(self._roster.path)
        try:
            changed_at = os.stat(folder).st_mtime_ns
        except OSError:
            return
        if changed_at == self._changed_at:
            return
        self._changed_at = changed_at
        self.pass_on()  # of those that are not listed any more
        names = {one.id: one.name for one in self._roster.own_workers()}
        files = {file.worker: file for file in logfiles.log_files(self._roster.path)}
        self._files = {n: (files[n], name) for n, name in names.items() if n in files}
        self._forget({file.path for file, _ in self._files.values()})

    def _forget(self, known: set[str]) -> None:
        self._relay.forget_all_but(known)
        for table in (self._asked_at, self._cut_to):
            for path in table.keys() - known:
                del table[path]

    def _bound(self, file: LogFile, size: int) -> None:
        for worker, start in self._roster.ledger.attempts.printing():
            if worker == file.worker and file.start <= start:
                self._cut_to[file.path] = take_out_middle_of(
                    file, start - file.start, size, self._cut_to.get(file.path, 0)
                )


def _size(file: LogFile) -> int:
    try:
        return os.stat(file.path).st_size
    except OSError:
        return 0
