"""Where alerts stand: written when that changes, and no oftener."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from jobdash.alert import Alert, Level
from jobdash.database import Database, statements
from jobdash.ledger import rows

SQL = statements("watch")

# So that one may read them in the log of the file.
_BEGAN, _ENDED = "alert", "alert over"


class Untold(NamedTuple):
    """An alert whose last change nobody has been told of yet."""

    name: str
    level: Level
    since: int | None
    what: str


class Alerts:
    """Keeps the alerts of one queue."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def begin(self, names: Iterable[str]) -> None:
        """Forget the alerts of rules that are there no more."""
        known = list(names)
        kept = self._database.rows(SQL["alerts"], {"queue": self._queue})
        if {name for _, name, *_ in kept} <= set(known):
            return
        parameters = {"queue": self._queue, "names": json.dumps(known)}
        with self._database.transaction() as tx:
            tx.run(SQL["forget_alerts"], parameters)

    def keep(self, alert: Alert, before: Level, now: int, *, is_told: bool) -> None:
        """Write down where an alert stands. `is_told` is whether nobody has to hear of it."""
        standing = alert.standing
        row = {
            "queue": self._queue, "name": alert.name, "level": int(standing.level),
            "since": standing.since, "rising_at": standing.rising_at,
            "falling_at": standing.falling_at, "what": alert.what, "told": is_told, "now": now,
        }  # fmt: skip
        with self._database.transaction() as tx:
            tx.run(SQL["keep_alert"], row)
            if standing.level is not before:
                kind = _BEGAN if standing.level else _ENDED
                rows.log(tx, now, None, kind, f"{alert.name}: {alert.what}")

    def succeeded(self) -> dict[str, int]:
        """Return how many jobs of each task have succeeded and are in the file."""
        return dict(self._database.rows(SQL["succeeded"], {"queue": self._queue}))

    def untold(self) -> list[Untold]:
        """Return those whose last change nobody has been told of."""
        found = self._database.rows(SQL["untold_alerts"], {"queue": self._queue})
        return [Untold(name, Level(level), since, what) for name, level, since, what in found]

    def mark_told(self, name: str, since: int | None) -> None:
        """Note that the change of that time has been told."""
        with self._database.transaction() as tx:
            tx.run(SQL["mark_told"], {"queue": self._queue, "name": name, "since": since})
