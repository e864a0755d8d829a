"""Jobs that are not run when they are claimed: not yet, too late, revoked or refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from book import NOW
from huey.exceptions import (
    CancelExecution,
)
from scene import Scene, run_all, run_next

from jobdash import SqliteHuey
from jobdash.job import State

pytestmark = pytest.mark.usefixtures("quiet")


class TestNotYetAndNotAtAll:
    def test_an_eta_that_is_ahead_is_waited_for(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="later")(lambda: 42)
        result = task.schedule(delay=3600)
        assert scene.state(result) is State.SCHEDULED
        assert huey.claim_next() is None
        assert run_next(huey) is None  # huey's own consumer looks at it and sorts it
        assert scene.state(result) is State.SCHEDULED
        assert huey.scheduled_count() == 1
        assert scene.outcomes(result) == []

    def test_an_eta_in_the_past_is_now(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="late")(lambda: 42)
        result = task.schedule(eta=datetime.now() - timedelta(days=1))
        assert scene.state(result) is State.PENDING
        assert run_all(huey) == 1
        assert result.get() == 42

    def test_what_has_expired_is_not_run(self, huey: SqliteHuey, scene: Scene) -> None:
        ran: list[int] = []
        task = huey.task(name="note", expires=10)(lambda: ran.append(1))
        result = task()
        run_next(huey, datetime.now() + timedelta(seconds=11))
        assert not ran
        assert scene.state(result) is State.EXPIRED

    def test_a_limit_counts_from_the_eta(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="note")(lambda: 42)
        eta = datetime.now() + timedelta(hours=1)
        on_time = task.s(eta=eta, expires=10)
        too_late = task.s(eta=eta, expires=10)
        huey.enqueue_many([on_time, too_late])
        huey.ledger.attempts.promote(int(eta.timestamp() * 1_000_000) + 1)
        assert run_next(huey, eta + timedelta(seconds=9)) == 42
        assert run_next(huey, eta + timedelta(seconds=11)) is None
        assert scene.states() == ["succeeded", "expired"]

    def test_a_moment_as_limit_holds_whatever_the_eta(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="note")(lambda: 42)
        limit = datetime.now() + timedelta(minutes=1)
        huey.enqueue(task.s(delay=3600, expires=limit))
        huey.ledger.attempts.promote(4_000_000_000_000_000)
        run_next(huey, datetime.now() + timedelta(hours=2))
        assert scene.states() == ["expired"]

    def test_a_retry_by_hand_clears_the_limit(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="note", expires=10)(lambda: 42)()
        later = datetime.now() + timedelta(seconds=11)
        run_next(huey, later)
        huey.ledger.decisions.retry(1, NOW)
        assert run_next(huey, later) == 42
        assert scene.state(result) is State.SUCCEEDED

    @pytest.mark.parametrize("claimed", ["by huey", "by the pool"])
    def test_what_is_revoked_is_cancelled_when_it_is_claimed(
        self, huey: SqliteHuey, scene: Scene, claimed: str
    ) -> None:
        ran: list[int] = []
        task = huey.task(name="note")(lambda: ran.append(1))
        result = task()
        result.revoke()
        assert scene.job(result).revoked
        assert scene.state(result) is State.PENDING
        run_next(huey) if claimed == "by huey" else run_all(huey)
        assert not ran
        assert scene.state(result) is State.CANCELLED
        assert scene.job(result).reason == "revoked"

    def test_what_is_restored_runs(self, huey: SqliteHuey) -> None:
        result = huey.task(name="note")(lambda: 42)()
        result.revoke()
        assert result.restore()
        assert not result.restore()
        run_all(huey)
        assert result.get() == 42

    def test_a_whole_task_can_be_revoked_and_restored(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="note")(lambda: 42)
        task.revoke()
        task()
        run_all(huey)
        assert task.restore()
        task()
        run_all(huey)
        assert scene.states() == ["cancelled", "succeeded"]

    def test_a_task_revoked_once_runs_the_next_time(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="note")(lambda: 42)
        task.revoke(revoke_once=True)
        task(), task()
        run_all(huey)
        assert scene.states() == ["cancelled", "succeeded"]

    def test_revoking_a_running_job_has_no_effect(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task(context=True)
        def revokes_itself(task: Any = None) -> int:
            huey.revoke(task)
            return 42

        result = revokes_itself()
        run_all(huey)
        assert result.get() == 42
        assert not scene.job(result).revoked

    def test_a_retry_by_hand_clears_the_jobs_own_revocation(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        result = huey.task(name="note")(lambda: 42)()
        huey.revoke_by_id(result.id)
        run_all(huey)
        huey.ledger.decisions.retry(1, NOW)
        run_all(huey)
        assert scene.state(result) is State.SUCCEEDED

    def test_a_hook_can_cancel_before_the_body(self, huey: SqliteHuey, scene: Scene) -> None:
        ran: list[int] = []

        @huey.pre_execute()
        def refuse(task: Any) -> None:
            raise CancelExecution

        huey.task(name="note")(lambda: ran.append(1))()
        run_all(huey)
        assert not ran
        assert scene.states() == ["cancelled"]
