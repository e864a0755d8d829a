"""huey's storage seam. Opaque bytes go in and come out; the rows behind them are jobs."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from huey.constants import EmptyData
from huey.exceptions import ConfigurationError
from huey.storage import BaseStorage

from jobdash import wake
from jobdash.broker.guest import Guest
from jobdash.broker.keeping import Keep, retention
from jobdash.broker.times import now, to_micros
from jobdash.database import open_database
from jobdash.database.database import Durability
from jobdash.ids import new_id
from jobdash.job import Claim
from jobdash.ledger import Ledger, NewJob
from jobdash.ledger.keys import Key

_FIRST_POLL, _SLOWEST_POLL = 0.002, 0.05


class LedgerStorage(BaseStorage):
    """Takes `huey.SqliteStorage`'s arguments; refuses by name those it cannot honour.

    `fsync=True` and `False` mean `durability="full"` and `"fast"`. `timeout` is how many seconds
    a command waits for the write lock. Order within a priority is always first in, first out, so
    `strict_fifo` changes nothing.

    Ended jobs are deleted after `keep`, failed ones after `keep_failed`: a text such as "7d", a
    number of seconds, or None to keep them for ever.
    """

    def __init__(
        self,
        name: str = "huey",
        filename: str = "huey.db",
        cache_mb: float | None = 8,
        fsync: bool | None = None,
        journal_mode: str | None = "wal",
        timeout: float = 5,
        strict_fifo: bool = False,
        create_tables: bool = True,
        durability: Durability | None = None,
        keep: Keep = "7d",
        keep_failed: Keep = None,
        **unknown: Any,
    ) -> None:
        super().__init__(name)
        _refuse(unknown, filename, journal_mode)
        self.retention = retention(keep, keep_failed)
        self.filename = filename
        self.database = open_database(
            filename,
            create=create_tables,
            durability=durability or _durability(fsync),
            cache_mb=cache_mb or 2,
            deadline=timeout,
        )
        path = self.database.path
        self.ledger = Ledger(self.database, name, lambda: wake.ring(path, name))
        self.guest = Guest(self.ledger, path, self.retention)

    def close(self) -> bool:
        """Close this process's connections. They open again at the next use."""
        return self.database.close()

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Enter a message that nobody here can read."""
        self.ledger.intake.enqueue([_unread(data, priority=priority or 0)], now())

    def dequeue(self) -> bytes | None:
        """Claim the next message and return its bytes."""
        claim = self.ledger.attempts.claim_for_huey(self.guest.worker, now())
        return None if claim is None else claim.data

    def queue_size(self) -> int:
        """Count what waits, jobs with an eta that huey has not sorted yet included."""
        return self.ledger.queued.size()

    def enqueued_items(self, limit: int | None = None) -> list[bytes]:
        """Return the messages that wait, the next one first."""
        return [claim.data or b"" for claim in self.queued(limit)]

    def queued(self, limit: int | None = None) -> list[Claim]:
        """Return what waits, without claiming it."""
        return self.ledger.queued.pending(limit)

    def flush_queue(self) -> None:
        """Cancel what waits; its history is kept."""
        self.ledger.decisions.flush("flushable_queue", now())

    def add_to_schedule(self, data: bytes, ts: datetime) -> None:
        """Enter a message that is not to run before `ts` (naive: local time)."""
        job = _unread(data, eta=to_micros(ts, utc=False))
        self.ledger.intake.schedule(job, now())

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Hold what is due at `ts` and return its bytes."""
        due = self.ledger.attempts.claim_due(self.guest.worker, to_micros(ts, utc=False))
        return [claim.data or b"" for claim in due]

    def schedule_size(self) -> int:
        """Count what is scheduled or waits for a retry."""
        return self.ledger.queued.schedule_size()

    def scheduled_items(self, limit: int | None = None) -> list[bytes]:
        """Return what is scheduled or waits for a retry, the soonest first."""
        return [claim.data or b"" for claim in self.scheduled(limit)]

    def scheduled(self, limit: int | None = None) -> list[Claim]:
        """Return what is scheduled or waits for a retry, without claiming it."""
        return self.ledger.queued.scheduled(limit)

    def flush_schedule(self) -> None:
        """Cancel what is scheduled or waits for a retry; its history is kept."""
        self.ledger.decisions.flush("flushable_schedule", now())

    def put_data(self, key: Key, value: bytes, is_result: bool = False) -> None:
        """Store a result with its job, anything else at its key."""
        put = self.ledger.keys.put_result if is_result else self.ledger.keys.put
        put(key, bytes(value))

    def peek_data(self, key: Key) -> Any:
        """Return the unread result of a job, or the value at a key, or EmptyData."""
        found = self.ledger.keys.peek(key)
        return EmptyData if found is None else found[0]

    def peek_many(self, keys: list[Key]) -> dict[Key, bytes]:
        """Return the values at those keys that exist."""
        return self.ledger.keys.peek_many(keys)

    def pop_data(self, key: Key) -> Any:
        """Like `peek_data`; a result is then read, though kept, and a value deleted."""
        found = self.ledger.keys.pop(key)
        return EmptyData if found is None else found[0]

    def wait_result(
        self,
        key: Key,
        timeout: float | None = None,
        backoff: float = 1.15,
        max_delay: float = 1.0,
    ) -> bool:
        """Wait until there is a result. Looks more often than huey: a look costs microseconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        delay = _FIRST_POLL
        while not self.has_data_for_key(key):
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(min(delay, max_delay))
            delay = min(delay * backoff, _SLOWEST_POLL)
        return True

    def has_data_for_key(self, key: Key) -> bool:
        """Return whether there is an unread result or a value."""
        return self.ledger.keys.peek(key) is not None

    def put_if_empty(self, key: Key, value: bytes, ttl: float | None = None) -> bool:
        """Store a value if there is none; return whether this call did."""
        if ttl is not None:
            raise NotImplementedError("ttl is not supported by this storage.")
        return self.ledger.keys.put_if_empty(key, bytes(value))

    def incr(self, key: Key, amount: int = 1) -> int:
        """Add to a counter and return its new value."""
        return self.ledger.keys.increase(key, amount)

    def delete_counter(self, key: Key) -> None:
        """Forget a counter."""
        self.ledger.keys.delete_counter(key)

    def result_store_size(self) -> int:
        """Count keys and unread results."""
        return self.ledger.keys.size()

    def result_items(self) -> dict[Key, bytes]:
        """Return every key and unread result."""
        return {key: value for key, (value, _) in self.ledger.keys.items().items()}

    def flush_results(self) -> None:
        """Delete every key and mark every result as read; history keeps the results."""
        self.ledger.keys.flush_results()

    def flush_counters(self) -> None:
        """Forget every counter."""
        self.ledger.keys.flush_counters()


def _unread(data: bytes, **columns: Any) -> NewJob:
    return NewJob(id=new_id(), task="", data=bytes(data), **columns)


def _durability(fsync: bool | None) -> Durability:
    if fsync is None:
        return "default"
    return "full" if fsync else "fast"


def _refuse(unknown: dict[str, Any], filename: str | Path, journal_mode: str | None) -> None:
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ConfigurationError(f"jobdash cannot honour these storage arguments: {names}")
    if (journal_mode or "wal").lower() != "wal":
        raise ConfigurationError(f"journal_mode={journal_mode!r}: jobdash needs WAL")
    if str(filename) == ":memory:":
        raise ConfigurationError(
            "filename=':memory:': jobdash's workers are processes and need a file;"
            " for tests without workers use immediate=True"
        )
