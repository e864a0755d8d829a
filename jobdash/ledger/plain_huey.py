"""Taking over messages from the tables of a plain huey, which deletes what it hands out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobdash.database import Database, Transaction, statements
from jobdash.job import State
from jobdash.ledger.intake import Intake
from jobdash.ledger.records import NewJob
from jobdash.ledger.rows import SQL as LEDGER

SQL = statements("plain_huey")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Leftover:
    """One message in a plain huey's table; `timestamp` (seconds) if it was scheduled."""

    table: str
    id: int
    data: bytes
    priority: float
    timestamp: float | None


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a leftover becomes, and the chord that it is a member of, if any."""

    job: NewJob
    callback: NewJob | None = None
    chord_size: int = 0


class PlainHuey:
    """The tables of a plain huey in this file."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._intake = Intake(database, queue, ring)
        self._ring = ring

    def leftovers(self) -> list[Leftover]:
        """Return the messages that wait there, in the order in which huey would run them."""
        ((tables,),) = self._database.rows(SQL["tables"])
        if tables < 2:
            return []
        rows = [
            row
            for name in ("queued", "scheduled")
            for row in self._database.rows(SQL[name], {"queue": self._queue})
        ]
        return [Leftover(*row) for row in rows]

    def adopt(self, pairs: Sequence[tuple[Leftover, Adopted]], now: int) -> int:
        """Move messages into the ledger; return how many. None is lost and none is doubled."""
        moved = 0
        # A chord must not fire while some of its members are not in yet.
        at_once = len(pairs) if any(adopted.callback for _, adopted in pairs) else AT_ONCE
        for start in range(0, len(pairs), at_once or 1):
            with self._database.transaction(durable=True) as tx:
                for leftover, adopted in pairs[start : start + at_once]:
                    moved += self._move(tx, leftover, adopted, now)
        if moved:
            self._ring()
        return moved

    def _move(self, tx: Transaction, leftover: Leftover, adopted: Adopted, now: int) -> bool:
        taken = {"id": leftover.id, "queue": self._queue}
        if not tx.run(SQL[f"take_{leftover.table}"], taken):
            return False
        is_sorted = leftover.table == "schedule"
        enter = self._intake.enter_sorted if is_sorted else self._intake.enter
        entry = enter(tx, adopted.job, now)
        if adopted.callback is not None and adopted.job.member_of is not None:
            self._join_chord(tx, adopted, _last(tx, entry.seq), now)
        return True

    def _join_chord(self, tx: Transaction, adopted: Adopted, member: int, now: int) -> None:
        assert adopted.callback is not None
        assert adopted.job.member_of is not None
        cid, position = adopted.job.member_of
        if not tx.run(SQL["chord_known"], {"cid": cid}):
            self._found_chord(tx, cid, adopted.callback, adopted.chord_size, now)
        row = {"cid": cid, "position": position, "member": member, "value": None}
        tx.run(SQL["insert_member"], row)

    def _found_chord(
        self, tx: Transaction, cid: str, callback: NewJob, size: int, now: int
    ) -> None:
        entry = self._intake.enter_as(tx, callback, State.WAITING, now)
        tx.run(LEDGER["insert_chord"], {"cid": cid, "callback": entry.seq})
        for position, value in self._ended_members(tx, cid, size):
            row = {"cid": cid, "position": position, "member": entry.seq, "value": value}
            tx.run(SQL["insert_member"], row)
        tx.run(SQL["forget_count"], {"cid": cid, "queue": self._queue})

    def _ended_members(self, tx: Transaction, cid: str, size: int) -> Iterator[tuple[int, bytes]]:
        # Until its message turns up a member counts as ended: plain huey loses what it runs.
        for position in range(size):
            key: dict[str, Any] = {"cid": cid, "position": position, "queue": self._queue}
            found = tx.one(SQL["finished_member"], key)
            yield position, found[0] if found else b""


def _last(tx: Transaction, head: int) -> int:
    later = tx.run(LEDGER["later_steps"], {"seq": head})
    return int(later[-1][0]) if later else head
