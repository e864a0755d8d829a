"""What lives beside a pool's work: counts for graphs, alerts, breakers. A thread of its own.

It has its own connections, and whatever it reads or waits for, no job and no duty of the pool waits
for it.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from jobdash import liveness
from jobdash.alerts.rules import Beginning, Watching
from jobdash.database import open_database
from jobdash.errors import DatabaseError
from jobdash.ledger import Ledger

LOOK_EVERY = 1.0
COUNT_EVERY = 10.0
_JOIN_SECONDS = 5.0

Say = Callable[[str], None]


class Companion:
    """Runs from `start` to `stop`. What has happened is told to `say`, trouble to `complain`."""

    def __init__(
        self, watching: Watching, path: Path, queue: str, ring: Callable[[], None], say: Say,
        complain: Say,
    ) -> None:  # fmt: skip
        self._watching = watching
        self._path, self._queue, self._ring = path, queue, ring
        self._say, self._complain = say, complain
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="companion", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait a while for what is under way."""
        self._stop.set()
        self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(open_database(self._path, create=False, cache_mb=1)) as database:
                    self._live(Ledger(database, self._queue, self._ring))
            except (DatabaseError, OSError) as error:  # OSError: no helper can be started
                self._complain(str(error))
                self._stop.wait(LOOK_EVERY)

    def _live(self, ledger: Ledger) -> None:
        if self._watching.is_empty:
            self._forget(ledger)
            while not self._stop.is_set():
                ledger.measures.take(_now())
                self._stop.wait(COUNT_EVERY)
        else:
            self._look_on(ledger)

    def _forget(self, ledger: Ledger) -> None:
        """Let nobody believe what an earlier pool, which had rules, has found."""
        everybody = ledger.crew.present()
        pools = [
            one for one in everybody if one.kind == "pool" and liveness.is_alive(self._path, one.id)
        ]
        if pools and pools[0].identity.pid == os.getpid():
            ledger.alerts.begin(())

    def _look_on(self, ledger: Ledger) -> None:
        # What fails while all is being loaded counts too.
        beginning = Beginning(_now(), ledger.alerts.succeeded())
        # Imported here: who watches nothing has no need of all that can be read.
        from jobdash.alerts.lookout import Lookout

        count_in = 0.0
        say, complain = self._say, self._complain
        with closing(Lookout(self._watching, ledger, beginning, say, complain)) as lookout:
            while not self._stop.is_set():
                lookout.look(_now())
                if count_in <= 0:
                    ledger.measures.take(_now())
                    count_in = COUNT_EVERY
                count_in -= LOOK_EVERY
                self._stop.wait(LOOK_EVERY)


def _now() -> int:
    return time.time_ns() // 1000
