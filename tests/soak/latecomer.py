"""A worker that was taken for dead and comes back. Run as `python -m soak.latecomer`.

It enters as a worker, claims a job and loses its liveness lock. The pool gives that job to somebody
else; once that one is running it, the latecomer finishes it with a result of its own. The fence
must turn that away.
"""

import sys
import time
from functools import partial

from jobdash import liveness
from jobdash.errors import DatabaseError, LostClaim
from jobdash.identity import Identity
from jobdash.job import Claim, Event, State
from jobdash.ledger import Settlement
from jobdash.report import Report
from soak import app
from soak.load import Unit
from soak.producer import enqueue, is_to_go_on
from soak.weather import Trouble

LATE = b"late"
PATIENCE_SECONDS = 15.0


def now() -> int:
    return time.time_ns() // 1000


def claim_a_slow_one() -> Claim | None:
    """Enqueue a job that is not due yet, so that no worker is quicker, and take it."""
    nobody = Identity(pid=0, pgid=None, boot="none", born=0)
    path, ledger = app.huey.storage.database.path, app.huey.ledger
    name, hold = Trouble.LATECOMER.whom, partial(liveness.hold, path)
    worker = ledger.crew.register("worker", name, None, nobody, now(), hold=hold)
    task = app.slow.s(1.0, delay=600, priority=100)
    enqueue(Unit([task], [(task.id, "slow")]))
    claim: Claim | None = ledger.attempts.take(task.id, worker, now())
    liveness.let_go(path, worker)
    return claim


def is_run_by_another(claim: Claim) -> bool:
    with Report(app.huey.storage.database.path) as report:
        job = report.job_by_seq(claim.seq)
        runs = len(report.attempts(claim.seq))
    return job is not None and job.state is State.RUNNING and runs > 1


def finish(claim: Claim) -> None:
    """Say that it succeeded."""
    late = Settlement(Event.SUCCEED, outcome="succeeded", result=LATE, preview='"late"')
    try:
        app.huey.ledger.attempts.settle(claim, late, now())
    except LostClaim:
        return


def main() -> None:
    """Come too late once."""
    claim = claim_a_slow_one()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while claim is not None and time.monotonic() < deadline and is_to_go_on(0.02):
        if is_run_by_another(claim):
            finish(claim)
            return


if __name__ == "__main__":
    try:
        main()
    except DatabaseError as error:
        sys.exit(str(error))
