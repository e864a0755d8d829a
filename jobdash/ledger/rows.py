"""Small steps that several events share. Each runs inside its caller's transaction."""

import zlib

from jobdash.database import Transaction, statements
from jobdash.job import State

SQL = statements("ledger")
CLAIMABLE = {
    choice: SQL["claimable"].replace("{choice}", SQL.get(choice, choice))
    for choice in ("next_pending", "next_for_huey", "this_one", "this_due_one", ":seq")
}


def next_place(tx: Transaction, seq: int, now: int, priority: float | None = None) -> int:
    """Return the place behind everything pending that is as urgent as this job, or will be."""
    found = tx.one(SQL["next_place"], {"seq": seq, "now": now, "priority": priority})
    return int(found[0]) if found else now


def insert_message(tx: Transaction, data: bytes) -> int:
    """Store a message and return its id."""
    return tx.insert(SQL["insert_message"], {"data": data, "checksum": zlib.crc32(data)})


def store_result(tx: Transaction, seq: int, data: bytes) -> None:
    """Store what `Result.get()` reads, unread."""
    tx.run(SQL["store_result"], {"seq": seq, "data": data, "checksum": zlib.crc32(data)})


def ready_state(eta: int | None, now: int) -> State:
    """Return the state in which a job whose turn has come begins."""
    return State.SCHEDULED if eta is not None and eta > now else State.PENDING


def log(tx: Transaction, now: int, seq: int | None, kind: str, detail: str = "") -> None:
    """Write one line of the transition log that no row tells by itself."""
    tx.run(SQL["log"], {"now": now, "seq": seq, "kind": kind, "detail": detail})


def archive(
    tx: Transaction,
    seq: int,
    outcome: str | None,
    now: int,
    error_type: str | None = None,
    error_message: str | None = None,
    traceback: str | None = None,
    log_end: int | None = None,
    post_mortem: str | None = None,
    cpu: int | None = None,
    memory: int | None = None,
) -> None:
    """Keep the attempt that the row carries, before the row goes on without it."""
    tx.run(
        SQL["insert_attempt"],
        {
            "seq": seq,
            "now": now,
            "outcome": outcome,
            "error_type": error_type,
            "error_message": error_message,
            "traceback": traceback,
            "log_end": log_end,
            "post_mortem": post_mortem,
            "cpu": cpu,
            "memory": memory,
        },
    )
