"""How urgent jobs are to be and when they are to run, as typed."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.decision import Step
from jobdash.cli.parameters import DURATION, MOMENT, PRIORITY
from jobdash.control import Control, Outcome, Timing
from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS

timing_options: tuple[Callable[[Any], Any], ...] = (
    click.option("--priority", type=PRIORITY, help="Higher is earlier."),
    click.option("--delay", type=DURATION, help="Not before this time has passed: 90s, 10m, 2h."),
    click.option("--at", type=MOMENT, help="Not before this moment: 2027-01-31T14:30Z, 14:30."),
)


def timing_step(priority: float | None, delay: float | None, at: int | None) -> Step:
    """Return what changes jobs like this. Raises `UsageError`."""
    if delay is not None and at is not None:
        raise UsageError("give --delay or --at: not both")
    if (priority, delay, at) == (None, None, None):
        raise UsageError("say what to change: --priority, --delay or --at")
    wanted = Timing(priority, at if delay is None else now() + int(delay * MICROSECONDS))

    def step(control: Control, seqs: Sequence[int], now: int) -> Outcome:
        return control.change(seqs, now, wanted)

    return step
