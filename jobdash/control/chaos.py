"""Faults on purpose: armed and disarmed."""

import os

from jobdash.control.control import Control
from jobdash.fault import Fault


class ChaosControl:
    """Arms and disarms faults of one file's tasks."""

    def __init__(self, path: str | os.PathLike[str], **options: float) -> None:
        self._control = Control(path, **options)  # type: ignore[arg-type]

    def arm(self, queue: str, task: str, fault: str, count: int, now: int) -> None:
        """Let the next `count` runs of a task in a pool have a fault, instead of any other."""
        self._control.ledger(queue).chaos.arm(task, Fault(fault), count, now)

    def disarm(self, queue: str, task: str, now: int) -> list[str]:
        """Take back the fault of a task, or all for ''. Return the tasks that had one."""
        return self._control.ledger(queue).chaos.disarm(task, now)

    def close(self) -> None:
        """Close the file."""
        self._control.close()
