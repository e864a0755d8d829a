"""What a benchmark tells: figures with a unit and a budget, and the readings behind them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Statistic = Literal["p50", "p95", "p99", "max"]
Unit = Literal["ms", "us", "%", "MB", "KB/s", "s", "/s", ""]


class Reading(NamedTuple):
    """One measured value. `other_load` is how many cores others kept busy meanwhile, if known."""

    figure: str
    value: float
    other_load: float | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a figure may be at most, or has to be at least.

    `times` names the subject of whose figure it is a multiple; of another reading, if `of` is that
    one's name.
    """

    bound: float
    times: str | None = None
    of: str | None = None
    is_least: bool = False

    def is_met(self, value: float, other: float | None) -> bool | None:
        """Return whether the value is within; None if there is nothing to compare it with."""
        bound = self.bound
        if self.times is not None:
            if not other:
                return None
            bound *= other
        return value >= bound if self.is_least else value <= bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a benchmark: which readings it sums up, how, and its budget.

    `reading` is the name of the readings; several figures may sum up the same ones. The budget is
    for the subject named `judged`.
    """

    reading: str
    meaning: str
    unit: Unit
    statistic: Statistic = "p50"
    budget: Budget | None = None
    judged: str = ""
