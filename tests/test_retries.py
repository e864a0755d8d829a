"""When a failed attempt is tried again, and when it is not worth trying."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from book import NOW
from huey.exceptions import (
    CancelExecution,
    RetryTask,
)
from scene import Scene, raises, run_next

from jobdash import GiveUp, SqliteHuey
from jobdash.broker.retry import DELAY_LIMIT, actual_delay, next_delay
from jobdash.job import State

pytestmark = pytest.mark.usefixtures("quiet")


class TestRetries:
    def test_retries_are_used_up_one_by_one(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="fails", retries=2)(raises(ValueError("no")))()
        left = []
        for _ in range(3):
            run_next(huey)
            job = scene.job(result)
            left.append((str(job.state), job.failures, job.retries_left))
        assert left == [("pending", 1, 1), ("pending", 2, 0), ("failed", 3, 0)]
        assert scene.outcomes(result) == ["failed"] * 3

    def test_a_delay_is_kept_in_the_row(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="fails", retries=3, retry_delay=60, retry_backoff=2)
        result = task(raises(ValueError("no")))()
        delays = []
        at = datetime.now()
        for _ in range(3):
            before = datetime.now()
            run_next(huey, at)
            eta = scene.job(result).eta
            assert eta is not None
            at = datetime.fromtimestamp(eta / 1_000_000)
            delays.append(round((at - before).total_seconds()))
            huey.ledger.attempts.promote(eta)
        assert delays == [60, 120, 240]

    def test_retry_task_does_not_use_up_a_retry(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="again", retries=1)(raises(RetryTask()))()
        for _ in range(4):
            run_next(huey)
        job = scene.job(result)
        assert (job.state, job.failures, job.retries_left) == (State.PENDING, 0, 1)
        assert scene.outcomes(result) == ["retried"] * 4
        huey.ledger.decisions.cancel(job.seq, NOW)

    def test_retry_task_with_an_eta_waits_for_it(self, huey: SqliteHuey, scene: Scene) -> None:
        eta = datetime(2050, 1, 1, 12, 0)
        result = huey.task(name="again")(raises(RetryTask(eta=eta)))()
        run_next(huey)
        assert scene.job(result).eta == int(eta.timestamp() * 1_000_000)

    def test_cancel_execution_can_ask_for_a_retry(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="again")(raises(CancelExecution(retry=True)))()
        run_next(huey)
        assert scene.state(result) is State.PENDING
        huey.ledger.decisions.cancel(1, NOW)

    def test_cancel_execution_can_refuse_the_retries(self, huey: SqliteHuey, scene: Scene) -> None:
        error = CancelExecution("enough", retry=False)
        result = huey.task(name="stop", retries=5)(raises(error))()
        run_next(huey)
        assert scene.state(result) is State.CANCELLED
        assert scene.job(result).reason == "cancelled itself: enough"

    def test_give_up_ends_all_retries(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="stop", retries=5, retry_delay=9)(raises(GiveUp("bad")))()
        run_next(huey)
        job = scene.job(result)
        assert (job.state, job.failures, job.retries) == (State.FAILED, 1, 5)

    @pytest.mark.parametrize(
        ("policy", "error", "state"),
        [
            ({"retry_on": (OSError,)}, OSError(), State.PENDING),
            ({"retry_on": (OSError,)}, ConnectionError(), State.PENDING),
            ({"retry_on": (OSError,)}, ValueError(), State.FAILED),
            ({"retry_on": OSError}, ValueError(), State.FAILED),
            ({"retry_on": [OSError, ValueError]}, ValueError(), State.PENDING),
            ({"give_up_on": (ValueError,)}, ValueError(), State.FAILED),
            ({"give_up_on": ValueError}, UnicodeError(), State.FAILED),
            ({"give_up_on": (ValueError,)}, OSError(), State.PENDING),
            ({"retry_on": (OSError,), "give_up_on": (TimeoutError,)}, TimeoutError(), State.FAILED),
            ({"retry_on": ()}, ValueError(), State.FAILED),
            ({"give_up_on": (SystemExit,)}, SystemExit(), State.FAILED),
        ],
    )
    def test_a_task_says_which_errors_pass_with_time(
        self,
        huey: SqliteHuey,
        scene: Scene,
        policy: dict[str, Any],
        error: BaseException,
        state: State,
    ) -> None:
        result = huey.task(name="body", retries=1, **policy)(raises(error))()
        run_next(huey)
        assert scene.state(result) is state

    def test_a_policy_does_not_touch_retry_task(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="body", retry_on=(OSError,))
        result = task(raises(RetryTask(delay=60)))()
        run_next(huey)
        assert scene.state(result) is State.RETRYING

    def test_a_delay_is_capped(self) -> None:
        capped = _Policy(retry_max_delay=30)
        assert [actual_delay(capped, delay) for delay in (10, 30, 1e9)] == [10, 30, 30]
        assert actual_delay(_Policy(), float("inf")) == DELAY_LIMIT

    def test_jitter_takes_at_most_its_share(self) -> None:
        drawn = [actual_delay(_Policy(retry_jitter=0.25), 100) for _ in range(2000)]
        assert 75 <= min(drawn) < 77
        assert 98 < max(drawn) <= 100

    def test_a_growing_delay_never_overflows(self) -> None:
        delay, policy = 1.0, _Policy(retry_backoff=10)
        for _ in range(2000):
            delay = next_delay(policy, delay)
        assert delay == DELAY_LIMIT
        assert datetime.now() + timedelta(seconds=actual_delay(policy, delay))

    def test_a_timeout_raises_in_the_body_and_counts_as_a_failure(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        @huey.task(timeout=0.001, retries=1, context=True)
        def slow(task: Any = None) -> None:
            while True:
                task.check_timeout()

        result = slow()
        run_next(huey)
        assert scene.job(result).failures == 1
        run_next(huey)
        assert scene.state(result) is State.FAILED
        assert scene.job(result).error_type == "TaskTimeout"

    def test_a_lock_that_is_taken_is_tried_again(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task(retries=1, retry_delay=60)
        @huey.lock_task("one")
        def locked() -> int:
            return 1

        result = locked()
        with huey.lock_task("one"):
            run_next(huey)
        job = scene.job(result)
        assert (job.state, job.error_type) == (State.RETRYING, "TaskLockedException")
        assert huey.result_count() == 0

    def test_a_rate_limit_waits_for_its_window(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task()
        @huey.rate_limit("api", limit=1, per=3600)
        def call() -> int:
            return 1

        call(), call()
        run_next(huey)
        run_next(huey)
        assert scene.states() == ["succeeded", "retrying"]
        assert scene.job(2).failures == 0


class _Policy:
    def __init__(self, **settings: Any) -> None:
        self.retry_backoff = 0
        self.__dict__.update(settings)
