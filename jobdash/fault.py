"""Faults that a run can be given on purpose, and what the run then does in words."""

from enum import StrEnum


class Fault(StrEnum):
    """What happens to a run on purpose."""

    RAISE = "raise"
    HANG = "hang"
    KILL = "kill"
    TWICE = "twice"

    @property
    def words(self) -> str:
        """What the run does: `this run …`."""
        return _WORDS[self]


_WORDS = {
    Fault.RAISE: "raises",
    Fault.HANG: "hangs",
    Fault.KILL: "kills its worker",
    Fault.TWICE: "is delivered twice",
}
