"""When and how urgently a job that has not begun is to run."""

import math
from dataclasses import dataclass

from jobdash.database import Transaction
from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.ledger import rows
from jobdash.ledger.rows import SQL
from jobdash.text import iso

_DELAYED = (State.SCHEDULED, State.RETRYING)


@dataclass(frozen=True, slots=True)
class Timing:
    """What is to be changed; None stays as it is. `eta` is in microseconds since the epoch.

    Raises `UsageError` if nothing is to be changed, or if the priority is no number.
    """

    priority: float | None = None
    eta: int | None = None

    def __post_init__(self) -> None:
        """Check it."""
        if self.priority is None and self.eta is None:
            raise UsageError("say what to change: the priority, or when it is to run")
        if self.priority is not None and not math.isfinite(self.priority):
            raise UsageError(f"a priority is a number, not {self.priority}")

    def __str__(self) -> str:
        """Return what is changed, in words."""
        priority = [] if self.priority is None else [f"priority {self.priority:g}"]
        return ", ".join(priority + ([] if self.eta is None else [f"not before {iso(self.eta)}"]))


def bring_forward(tx: Transaction, seq: int, now: int) -> None:
    """Make a job pending whose time has not come, behind what is as urgent."""
    tx.run(SQL["now"], {"seq": seq, "place": rows.next_place(tx, seq, now), "now": now})


def change(tx: Transaction, seq: int, wanted: Timing, now: int) -> State:
    """Change a job that has not begun; return its new state."""
    ((was, priority, place, eta),) = tx.run(SQL["changeable"], {"seq": seq})
    urgent = priority if wanted.priority is None else wanted.priority
    state = State(was) if wanted.eta is None else _state(State(was), wanted.eta, now)
    if (urgent, state) != (priority, was):
        place = rows.next_place(tx, seq, now, urgent)
    row = {"seq": seq, "state": state, "place": place, "priority": urgent}
    tx.run(SQL["change"], row | {"eta": eta if wanted.eta is None else wanted.eta})
    return state


def _state(was: State, eta: int, now: int) -> State:
    """Return the state in which a job waits for this time, or that it waits no more."""
    if was is State.WAITING or (was in _DELAYED and eta > now):
        return was
    return rows.ready_state(eta, now)
