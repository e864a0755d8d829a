"""The demo without a terminal: runs for a while, brings every job to its end, and counts."""

import time
from pathlib import Path

from jobdash.cli.clock import now
from jobdash.cli.demo.stage import Stage
from jobdash.cli.demo.summary import Summary, sum_up
from jobdash.control import Control
from jobdash.job import ACTIVE, State
from jobdash.report import JobFilter, Report

QUEUE = "samples"
_LOOK_EVERY = 0.05
_PATIENCE_SECONDS = 30.0
_LAST_SECONDS = 10.0
_SCHEDULED = JobFilter(states=(State.SCHEDULED,), queue=QUEUE)
_ACTIVE = JobFilter(states=tuple(ACTIVE), queue=QUEUE)
_MOST = 100_000


def run_headless(stage: Stage, seconds: float) -> Summary:
    """Keep the load up for so long, let all jobs come to their end, and sum up.

    Raises `ProgramFailed` if no pool can be kept alive.
    """
    stage.helper.start_load()
    _let_pass(stage, seconds)
    ids = stage.helper.stop_load()
    _bring_to_an_end(stage)
    return sum_up(stage.database, QUEUE, ids, stage.keeper.starts)


def _let_pass(stage: Stage, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        _check(stage)
        time.sleep(_LOOK_EVERY)


def _bring_to_an_end(stage: Stage) -> None:
    """Cancel what is scheduled for later, wait for the rest, and cancel what takes too long."""
    if not _drain(stage, _SCHEDULED, _PATIENCE_SECONDS):
        _drain(stage, _ACTIVE, _LAST_SECONDS)


def _drain(stage: Stage, unwanted: JobFilter, seconds: float) -> bool:
    """Cancel what is unwanted until no job is active; return whether that came in time."""
    deadline = time.monotonic() + seconds
    with Report(stage.database) as report:
        while time.monotonic() < deadline:
            _check(stage)
            _cancel(stage.database, [job.seq for job in report.jobs(unwanted, _MOST)])
            if not report.count(_ACTIVE):
                return True
            time.sleep(_LOOK_EVERY)
    return False


def _cancel(database: Path, seqs: list[int]) -> None:
    if seqs:
        control = Control(database)
        control.cancel(seqs, now())
        control.close()


def _check(stage: Stage) -> None:
    if stage.keeper.failure is not None:
        raise stage.keeper.failure
