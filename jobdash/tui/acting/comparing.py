"""From a job, or one of its attempts, to what differs between it and another."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textual.app import App

from jobdash.errors import JobdashError, NothingLike
from jobdash.render.difference import difference, difference_lines
from jobdash.render.sides import side_of
from jobdash.report import Report
from jobdash.report.difference import Compared, compared, last_two, with_the_last
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.overlays.difference import DifferenceScreen


class Two(NamedTuple):
    """What is compared: a job with an `other`, one of its attempts with the next one, or neither.

    Without either (0) the job is compared with the last success of its task, or a success with the
    last failure; if there is none, its last two attempts.
    """

    seq: int
    attempt: int = 0
    other: int = 0


async def compare(app: App[Any], path: Path, two: Two, tell: Callable[[str, str], None]) -> None:
    """Show the difference until it is closed. Must run in one of the app's workers."""
    try:
        with preparing(app):
            lines = await asyncio.to_thread(_lines, path, two)
    except JobdashError as error:
        tell(f"{str(error)[:1].upper()}{str(error)[1:]}.", "warning")
        return
    await app.push_screen_wait(DifferenceScreen(lines))


def _lines(path: Path, two: Two) -> list[str]:
    with Report(path) as report:
        first, second = _runs(report, *two)
    return difference_lines(difference(side_of(*first), side_of(*second)))


def _runs(report: Report, seq: int, attempt: int, other: int) -> tuple[Compared, Compared]:
    if other:
        return compared(report, str(seq)), compared(report, str(other))
    if attempt:
        return compared(report, f"{seq}#{attempt}"), compared(report, f"{seq}#{attempt + 1}")
    try:
        return with_the_last(report, str(seq))
    except NothingLike as error:
        if len(report.attempts(seq)) < 2:
            raise NothingLike(f"{error}: mark two in a list and press = there") from error
        return last_two(report, str(seq))
