"""What huey stores by key. Results live with their jobs, everything else in huey's own tables."""

from typing import Any

from jobdash.database import Database, statements
from jobdash.ledger import rows

SQL = statements("keys")

Key = str | bytes
# A stored value, and the number of the job whose result it is, if it is one.
Found = tuple[bytes, int | None]


_MANY = "SELECT key, value FROM kv WHERE queue = ? AND key IN "


class Keys:
    """huey's key-value store, counters and results of one queue."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def peek(self, key: Key) -> Found | None:
        """Return the unread result of this job, else the value at this key, else None."""
        found = self._database.rows(SQL["peek"], self._key(key))
        return found[0] if found else None

    def pop(self, key: Key) -> Found | None:
        """Like `peek`; a result is then read, though kept, and a value deleted."""
        if self.peek(key) is None:
            return None
        with self._database.transaction() as tx:
            found = tx.run(SQL["read_result"], self._key(key)) or tx.run(SQL["pop"], self._key(key))
        return found[0] if found else None

    def peek_many(self, keys: list[Key]) -> dict[Key, bytes]:
        """Return the values at those keys that exist; results are not looked for."""
        return dict(
            self._database.rows(_MANY + f"({','.join('?' * len(keys))})", (self._queue, *keys))
        )

    def put(self, key: Key, value: bytes) -> None:
        """Store a value at a key."""
        with self._database.transaction() as tx:
            tx.run(SQL["put"], {**self._key(key), "value": value})

    def put_result(self, key: Key, value: bytes) -> None:
        """Store a job's result with the job, or at the key if there is no such job."""
        with self._database.transaction() as tx:
            job = tx.one(SQL["job_of"], self._key(key))
            if job is not None:
                rows.store_result(tx, job[0], value)
            else:
                tx.run(SQL["put"], {**self._key(key), "value": value})

    def put_if_empty(self, key: Key, value: bytes) -> bool:
        """Store a value if there is none; return whether this call did."""
        with self._database.transaction() as tx:
            return bool(tx.run(SQL["put_if_empty"], {**self._key(key), "value": value}))

    def increase(self, key: Key, amount: int) -> int:
        """Add to a counter and return its new value."""
        with self._database.transaction() as tx:
            ((value,),) = tx.run(SQL["increase"], {**self._key(key), "amount": amount})
        return int(value)

    def delete_counter(self, key: Key) -> None:
        """Forget a counter."""
        self._write("delete_counter", self._key(key))

    def size(self) -> int:
        """Count keys and unread results, as huey's result_count does."""
        ((count,),) = self._database.rows(SQL["size"], {"queue": self._queue})
        return int(count)

    def items(self) -> dict[Key, Found]:
        """Return every key and unread result."""
        found = self._database.rows(SQL["items"], {"queue": self._queue})
        return {key: (value, seq) for key, value, seq in found}

    def flush_results(self) -> None:
        """Delete every key and mark every result as read; history keeps the results."""
        with self._database.transaction() as tx:
            tx.run(SQL["flush_results"], {"queue": self._queue})
            tx.run(SQL["flush_keys"], {"queue": self._queue})

    def flush_counters(self) -> None:
        """Forget every counter."""
        self._write("flush_counters", {"queue": self._queue})

    def _write(self, name: str, parameters: dict[str, Any]) -> None:
        with self._database.transaction() as tx:
            tx.run(SQL[name], parameters)

    def _key(self, key: Key) -> dict[str, Any]:
        return {"queue": self._queue, "key": key}
