"""Workers as readers see them, and what may be wanted of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jobdash.job.units import Amount

MOST_WORKERS = 1000


class Wish(StrEnum):
    """What may be wanted of one worker of a pool. Each lets it finish its job first.

    A drained worker stays, but takes no jobs until it is resumed.
    """

    DRAIN = "drain"
    REMOVE = "remove"
    RESTART = "restart"


# Whoever is told one of these is on its way out.
PARTING = frozenset({Wish.REMOVE, Wish.RESTART})


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs jobs or supervises those that do.

    `is_here` is whether it runs on this machine, where its pid means something. `size` is how many
    workers a pool shall have, None if it cannot be resized.
    """

    id: int
    queue: str
    kind: str
    name: str
    pid: int
    pool: int | None
    started_at: int
    ended_at: int | None
    ended_how: str | None
    done: int
    failed: int
    alive: bool
    job: int | None
    job_task: str | None
    job_started_at: int | None
    job_done: Amount | None = None
    job_total: Amount | None = None
    wish: Wish | None = None
    size: int | None = None
    is_here: bool = True

    @property
    def doing(self) -> str:
        """What it does, in one word."""
        if not self.alive:
            return "ended" if (self.ended_how or "").startswith(_ENDED_WELL) else "died"
        if self.kind == "pool":
            return "stops" if self.size is None else "serves"
        if self.wish in PARTING:
            return _DOING[self.wish]
        if self.wish is Wish.DRAIN:
            return "drained" if self.job is None else "draining"
        return "idle" if self.job is None else "busy"


# How processes end that were meant to: renewed, with their pool, or because somebody wished it.
_ENDED_WELL = ("exit code 0", "stopped", "removed", "restarted", "returned by a stop")
_DOING = {Wish.REMOVE: "leaving", Wish.RESTART: "restarting"}
