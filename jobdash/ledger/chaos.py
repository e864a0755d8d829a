"""Faults that somebody wants the next runs of a task to have."""

from dataclasses import dataclass
from typing import Any

from jobdash.database import Database, Transaction, statements
from jobdash.fault import Fault
from jobdash.ledger import rows, telling

SQL = statements("chaos")


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that the next `left` runs of a task will have."""

    queue: str
    task: str
    fault: Fault
    left: int
    armed_at: int


class Chaos:
    """Arms and disarms faults."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def arm(self, task: str, fault: Fault, count: int, now: int) -> None:
        """Let the next `count` runs of a task have a fault, instead of any other."""
        row = {"queue": self._queue, "task": task, "fault": fault, "left": count, "now": now}
        with self._database.transaction() as tx:
            tx.run(SQL["arm"], row)
            rows.log(tx, now, None, "chaos armed", f"{task}: {fault} {count}")
        if telling.is_heard():
            why = f"{fault} {count}"
            telling.tell(now, self._queue, "chaos armed", "person", jobs=[(None, task)], why=why)

    def disarm(self, task: str, now: int) -> list[str]:
        """Take back the fault of a task, or all for ''. Return the tasks that had one."""
        with self._database.transaction() as tx:
            found = tx.run(SQL["disarm"], {"queue": self._queue, "task": task})
            for name, fault, left in found:
                rows.log(tx, now, None, "chaos off", f"{name}: {fault}, {left} left")
        return [name for name, _, _ in found]


def spend(tx: Transaction, seq: int, task: str, fault: str, parameters: dict[str, Any]) -> None:
    """Take one of a task's faults for the run that is being claimed, and say so in its history."""
    values = {"queue": parameters["queue"], "task": task}
    if not tx.change(SQL["forget_spent"], values):
        tx.change(SQL["spend"], values)
    rows.log(tx, parameters["now"], seq, "chaos", f"this run {Fault(fault).words} on purpose")
