"""Small steps that several events share. Each runs inside its caller's transaction."""

import zlib
from typing import Any

from jobdash.database import Transaction, statements
from jobdash.job import Claim, State

SQL = statements("ledger")


def next_place(tx: Transaction, queue: str) -> int:
    """Return the place behind everything that is pending now."""
    ((place,),) = tx.run(SQL["next_place"], {"queue": queue})
    return int(place)


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


def claim_of(tx: Transaction, row: tuple[Any, ...], queue: str, now: int) -> Claim:
    """Build the claim of a row that was just set running, with its message."""
    (seq, number, id_, task, message, eta, expires, priority, left, delay, chord, marked) = row
    data, intact = None, True
    if message is not None:
        found = tx.one(SQL["message"], {"id": message})
        if found is not None:
            data, intact = found[0], zlib.crc32(found[0]) == found[1]
    return Claim(
        seq=seq,
        number=number,
        id=id_,
        queue=queue,
        task=task,
        message=message,
        data=data,
        intact=intact,
        chord=chord,
        marked=bool(marked),
        eta=eta,
        expires=expires,
        priority=priority,
        retries_left=left,
        retry_delay=delay,
        claimed_at=now,
    )
