"""The places of a generation that shall always be taken by a living child."""

import time
from dataclasses import dataclass, field

from jobdash.pool.backoff import BackOff
from jobdash.pool.muster import Muster

PREPARE, WORKER = "prepare", "worker"


@dataclass(slots=True)
class Place:
    """One place; `due` is when to fill it next, on the monotonic clock, None while it is taken."""

    name: str
    role: str
    due: float | None = 0.0
    backoff: BackOff = field(default_factory=BackOff)


class Places:
    """Which children a generation shall have. Empty before it serves and after it was told to end.

    Before the first worker, one child writes down the tasks and flushes locks, and ends.
    """

    def __init__(self, muster: Muster) -> None:
        self._muster = muster
        self._places: dict[str, Place] = {}
        self._is_prepared = False

    def open(self) -> None:
        """Ask for everybody."""
        self._places = {PREPARE: Place(PREPARE, PREPARE)}

    def follow(self) -> None:
        """Have a place for everyone on the muster, and for nobody else."""
        if self._is_prepared and list(self._places) != self._muster.names:
            names = self._muster.names
            self._places = {name: self._places.get(name) or Place(name, WORKER) for name in names}

    def close(self) -> None:
        """Ask for nobody any more."""
        self._is_prepared = False
        self._places.clear()

    @property
    def are_prepared(self) -> bool:
        """Whether the tasks have been written down and locks flushed."""
        return self._is_prepared

    def take_due(self) -> list[Place]:
        """Return the places to fill now; they count as taken from here on."""
        now = time.monotonic()
        due = [one for one in self._places.values() if one.due is not None and one.due <= now]
        for place in due:
            place.due = None
        return due

    def postpone(self, name: str, seconds: float) -> None:
        """Try to fill a place later, as it could not be filled."""
        if name in self._places:
            self._places[name].due = time.monotonic() + seconds

    def vacate(self, name: str, lifetime: float, *, has_worked: bool) -> float:
        """Note that a child ended; return after how many seconds its place is filled again."""
        place = self._places.get(name)
        if place is None:
            return 0.0
        if place.role == PREPARE:
            self._places, self._is_prepared = {}, True
            self.follow()
            return 0.0
        delay = place.backoff.after(lifetime, has_worked=has_worked)
        place.due = time.monotonic() + delay
        return delay
