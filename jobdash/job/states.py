"""Where a job can stand."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a job stands; see `MOVES` for how it gets from one to another."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    PENDING = "pending"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISCARDED = "discarded"

    @property
    def is_final(self) -> bool:
        """True if nothing happens to the job any more unless a person asks for it."""
        return self in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.EXPIRED, State.DISCARDED})
ACTIVE = frozenset(State) - FINAL
