"""One attempt: every way in which a body can end, and what is committed and announced then."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from huey import signals as S
from huey.exceptions import (
    CancelExecution,
    RateLimitExceeded,
    ResultTimeout,
    RetryTask,
    TaskException,
    TaskTimeout,
)
from scene import NOW, Scene, run_all, run_next

from jobdash import GiveUp, SqliteHuey, current_job
from jobdash.broker.interrupts import Interrupt
from jobdash.broker.retry import DELAY_LIMIT, actual_delay, next_delay
from jobdash.job import State


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="huey")


class Mute(Exception):
    """An error that cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")

    __repr__ = __str__


class Rude(BaseException):
    """An end that is no Exception."""


class Unpicklable(Exception):
    """An error that cannot be stored."""

    def __reduce__(self) -> Any:
        raise TypeError("not this one")


class Follower(Exception):
    """An error that can be stored but not read again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("only one")


def raises(error: BaseException) -> Callable[[], None]:
    def body() -> None:
        raise error

    return body


ENDS: dict[str, tuple[Callable[[], Any], State, str]] = {
    "a value": (lambda: 42, State.SUCCEEDED, ""),
    "nothing": (lambda: None, State.SUCCEEDED, ""),
    "a result that cannot be stored": (lambda: (_ for _ in ()), State.FAILED, "TypeError"),
    "an exception": (raises(ValueError("no")), State.FAILED, "ValueError"),
    "an exception without a message": (raises(ValueError()), State.FAILED, "ValueError"),
    "sys.exit": (raises(SystemExit(3)), State.FAILED, "SystemExit"),
    "a cancelled coroutine": (
        raises(asyncio.CancelledError()),
        State.FAILED,
        "CancelledError",
    ),
    "a closed generator": (raises(GeneratorExit()), State.FAILED, "GeneratorExit"),
    "an end that is no exception": (raises(Rude("x")), State.FAILED, "Rude"),
    "an exception that cannot be stored": (raises(Unpicklable()), State.FAILED, "Unpicklable"),
    "an exception that cannot be read again": (
        raises(Follower(1, 2)),
        State.FAILED,
        "Follower",
    ),
    "an exception that cannot be told": (raises(Mute()), State.FAILED, "Mute"),
    "an exception group": (
        raises(ExceptionGroup("two", [ValueError("a"), KeyError("b")])),
        State.FAILED,
        "ExceptionGroup",
    ),
    "a text that is no text": (raises(ValueError("\udcff\x00")), State.FAILED, "ValueError"),
    "memory": (raises(MemoryError()), State.FAILED, "MemoryError"),
    "recursion": (lambda: _forever(1), State.FAILED, "RecursionError"),
    "a timeout": (raises(TaskTimeout("timeout 1s")), State.FAILED, "TaskTimeout"),
    "CancelExecution": (raises(CancelExecution("stop")), State.CANCELLED, ""),
    "RetryTask": (raises(RetryTask("again")), State.PENDING, "RetryTask"),
    "RetryTask with a delay": (raises(RetryTask(delay=60)), State.RETRYING, "RetryTask"),
    "a rate limit": (
        raises(RateLimitExceeded("api", 60)),
        State.RETRYING,
        "RateLimitExceeded",
    ),
    "a rate limit that is final": (
        raises(RateLimitExceeded("api", 60, retry=False)),
        State.FAILED,
        "RateLimitExceeded",
    ),
    "GiveUp": (raises(GiveUp("bad address")), State.FAILED, "GiveUp"),
    "an interrupt by a cancel": (raises(Interrupt("cancel")), State.CANCELLED, ""),
    "an interrupt by a stop": (raises(Interrupt("stop")), State.PENDING, ""),
}


def _forever(n: int) -> int:
    return _forever(n + 1) + 1


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("door", ["execute", "run_claim"])
def test_whatever_a_body_ends_with_is_committed(
    huey: SqliteHuey, scene: Scene, how: str, door: str
) -> None:
    body, state, error = ENDS[how]
    task = huey.task(name="body")(body)
    result = task()
    if door == "execute":
        run_next(huey)
    else:
        claim = huey.claim_next()
        assert claim is not None
        assert huey.run_claim(claim, lambda: False) is None
    job = scene.job(result)
    assert job.state is state
    assert job.worker is None or state is not State.RUNNING
    assert (job.error_type or "") == error
    assert not huey._tasks_in_flight
    assert current_job() is None
    if state is State.FAILED:
        assert job.failures == 1
        with pytest.raises(TaskException):
            result.get(blocking=True, timeout=1)
    assert huey.claim_next() is None or state is State.PENDING


class TestSuccess:
    def test_the_result_is_readable_and_shown(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task()
        def answer() -> dict[str, Any]:
            return {"n": 42, "password": "hunter2"}

        result = answer()
        run_next(huey)
        assert result.get() == {"n": 42, "password": "hunter2"}
        shown = scene.job(result).result
        assert shown is not None
        assert "42" in shown
        assert "hunter2" not in shown

    def test_a_result_is_read_once_but_kept(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="answer")(lambda: 42)
        result = task()
        run_next(huey)
        assert huey.result_count() == 1
        assert result.get() == 42
        assert huey.result_count() == 0
        assert huey.result(result.id) is None
        assert scene.job(result).result == "42"

    def test_nothing_returned_is_no_result_unless_asked_for(self, scene: Scene) -> None:
        for store, count in ((False, 0), (True, 1)):
            huey = scene.huey(f"store-{store}", store_none=store)
            huey.task(name="none")(lambda: None)()
            run_next(huey)
            assert huey.result_count() == count

    def test_one_transaction_ends_an_attempt(self, huey: SqliteHuey, scene: Scene) -> None:
        huey.task(name="answer")(lambda: 42)()
        claim = huey.claim_next()
        assert claim is not None
        with commits(scene) as count:
            huey.run_claim(claim, lambda: False)
        assert count() == 1

    def test_the_next_claim_is_made_in_the_same_transaction(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        task = huey.task(name="answer")(lambda: 42)
        task(), task()
        claim = huey.claim_next()
        assert claim is not None
        with commits(scene) as count:
            following = huey.run_claim(claim, lambda: True)
        assert following is not None
        assert count() == 1
        huey.run_claim(following, lambda: True)
        assert scene.states() == ["succeeded"] * 2

    def test_no_job_is_held_while_a_receiver_runs(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="answer")(lambda: 42)
        huey.signal()(lambda *_: None)
        task(), task()
        claim = huey.claim_next()
        assert claim is not None
        assert huey.run_claim(claim, lambda: True) is None
        assert scene.states() == ["succeeded", "pending"]

    def test_what_a_worker_has_done_is_counted(self, huey: SqliteHuey) -> None:
        huey.task(name="well")(lambda: 1)()
        huey.task(name="badly")(lambda: 1 / 0)()
        run_all(huey, fused=True)
        assert huey.outcome_counts == (1, 1)


class TestFailure:
    def test_an_error_is_kept_with_its_traceback(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task()
        def broken() -> None:
            raise ValueError("it is broken")

        result = broken()
        run_next(huey)
        job = scene.job(result)
        assert (job.error_type, job.error_message) == ("ValueError", "it is broken")
        ((traceback,),) = scene.rows("SELECT traceback FROM attempt")
        assert "raise ValueError" in traceback
        with pytest.raises(TaskException, match="it is broken"):
            result.get()

    def test_secrets_in_errors_are_not_shown(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task()
        def connect() -> None:
            raise ValueError("cannot reach https://me:hunter2@example.org")

        result = connect()
        run_next(huey)
        assert "hunter2" not in str(scene.job(result).error_message)
        ((traceback,),) = scene.rows("SELECT traceback FROM attempt")
        assert "//me:hunter2" not in traceback

    def test_a_huge_error_is_cut(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="huge")(raises(ValueError("x" * 1_000_000)))()
        run_next(huey)
        assert len(scene.job(result).error_message or "") <= 8192
        ((traceback,),) = scene.rows("SELECT traceback FROM attempt")
        assert len(traceback) <= 262_144

    def test_an_apps_own_error_record_may_itself_be_broken(
        self, huey: SqliteHuey, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> Any:
            raise RuntimeError("broken record")

        monkeypatch.setattr(huey, "build_error_result", broken)
        result = huey.task(name="fails")(raises(ValueError("no")))()
        run_next(huey)
        assert scene.state(result) is State.FAILED
        with pytest.raises(TaskException):
            result.get()

    def test_an_apps_own_error_record_may_not_be_storable(
        self, huey: SqliteHuey, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Any] = []
        note = huey.task(name="note")(lambda error: seen.append(error))
        monkeypatch.setattr(huey, "build_error_result", lambda *_: {"error": lambda: None})
        task = huey.task(name="fails")(raises(Unpicklable()))
        huey.enqueue(task.s().error(note))
        run_all(huey)
        assert scene.states() == ["failed", "succeeded"]
        assert len(seen) == 1

    def test_an_error_that_cannot_be_stored_reaches_its_handler_as_text(
        self, huey: SqliteHuey
    ) -> None:
        seen: list[Any] = []
        note = huey.task(name="note")(lambda error: seen.append(error))
        task = huey.task(name="fails")(raises(Unpicklable("told")))
        huey.enqueue(task.s().error(note))
        run_all(huey)
        (error,) = seen
        assert "told" in str(error)

    def test_a_handler_is_entered_with_the_failure(self, huey: SqliteHuey, scene: Scene) -> None:
        note = huey.task(name="note")(lambda error: None)
        task = huey.task(name="fails")(raises(ValueError("no")))
        huey.enqueue(task.s().error(note))
        claim = huey.claim_next()
        assert claim is not None
        with commits(scene) as count:
            huey.run_claim(claim, lambda: False)
        assert count() == 1
        assert scene.states() == ["failed", "pending"]

    def test_a_message_that_cannot_be_decoded_is_kept(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="gone")(lambda: 42)
        result = task()
        task.unregister()
        assert run_all(huey) == 1
        job = scene.job(result)
        assert (job.state, job.error_type) == (State.FAILED, "CannotDecode")
        assert "gone not found" in str(job.error_message)
        with pytest.raises(TaskException, match="gone not found"):
            result.get()
        huey._registry.register(task.task_class)
        huey.ledger.decisions.retry(job.seq, NOW)
        run_all(huey)
        result.reset()
        assert result.get() == 42

    def test_a_damaged_message_is_not_run(self, huey: SqliteHuey, scene: Scene) -> None:
        ran: list[int] = []
        result = huey.task(name="note")(lambda: ran.append(1))()
        with huey.storage.database.transaction() as tx:
            ((data,),) = tx.run("SELECT data FROM message")
            tx.run("UPDATE message SET data = ?", (data[:-1] + b"!",))
        run_all(huey)
        assert not ran
        assert "checksum" in str(scene.job(result).error_message)
        with huey.storage.database.transaction() as tx:
            tx.run("UPDATE message SET data = ?", (data,))

    def test_a_bad_message_does_not_keep_others_from_running(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        huey.storage.enqueue(b"no message at all")
        huey.task(name="answer")(lambda: 42)()
        assert run_next(huey) == 42
        assert scene.states() == ["failed", "succeeded"]


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


class TestInterrupts:
    def test_a_stop_gives_the_job_back_uncounted(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="body")(raises(Interrupt("stop")))()
        run_all_once(huey)
        job = scene.job(result)
        assert (job.state, job.failures, job.rescues) == (State.PENDING, 0, 0)
        assert scene.outcomes(result) == ["returned"]

    def test_hueys_own_consumer_stops_by_a_keyboard_interrupt(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        result = huey.task(name="body")(raises(KeyboardInterrupt()))()
        run_next(huey)
        assert scene.state(result) is State.PENDING
        assert scene.outcomes(result) == ["returned"]

    def test_in_our_pool_a_keyboard_interrupt_is_the_tasks_own(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        huey.use_worker(huey.storage.guest.worker)
        result = huey.task(name="body")(raises(KeyboardInterrupt()))()
        run_all(huey)
        assert scene.job(result).error_type == "KeyboardInterrupt"

    def test_interrupt_does_nothing_between_jobs(self, huey: SqliteHuey) -> None:
        huey.interrupt("stop")
        huey.interrupt("cancel")

    def test_interrupt_raises_in_a_running_body(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="body")(lambda: huey.interrupt("stop"))()
        run_all_once(huey)
        assert scene.state(result) is State.PENDING

    def test_a_cancel_interrupts_only_the_job_that_is_meant(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        @huey.task(context=True)
        def body(asked: bool, task: Any = None) -> str:
            if asked:
                huey.ledger.decisions.cancel(scene.job(task).seq, NOW)
            huey.interrupt("cancel")
            return "went on"

        meant, other = body(True), body(False)
        run_all(huey)
        assert scene.state(meant) is State.CANCELLED
        assert scene.outcomes(meant) == ["cancelled"]
        assert other.get() == "went on"

    def test_a_job_run_inside_another_leaves_that_one_interruptible(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        inner = huey.task(name="inner")(lambda: 1)

        @huey.task()
        def outer() -> None:
            huey.execute(inner.s())
            job = current_job()
            assert job is not None
            assert job.seq == 1
            huey.interrupt("stop")

        result = outer()
        run_all_once(huey)
        assert scene.state(result) is State.PENDING

    def test_no_interrupt_reaches_a_hook_after_the_body(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        told: list[Any] = []

        @huey.post_execute()
        def note(task: Any, value: Any, error: Any) -> None:
            huey.interrupt("stop")
            told.append((value, type(error), current_job()))

        good = huey.task(name="good")(lambda: 42)()
        bad = huey.task(name="bad")(raises(ValueError()))()
        run_all(huey)
        assert told == [(42, type(None), None), (None, ValueError, None)]
        assert scene.state(good) is State.SUCCEEDED
        assert scene.state(bad) is State.FAILED

    def test_a_job_to_be_cancelled_that_fails_is_not_tried_again(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        heard = signals(huey)

        @huey.task(retries=3, context=True)
        def body(task: Any = None) -> None:
            huey.ledger.decisions.cancel(scene.job(task).seq, NOW)
            raise ValueError("while it was being stopped")

        result = body()
        run_all(huey)
        assert scene.state(result) is State.CANCELLED
        assert heard[-2:] == ["error", "canceled"]


class TestSignalsAndHooks:
    def test_signals_follow_the_commit_in_hueys_order(self, huey: SqliteHuey, scene: Scene) -> None:
        seen: list[tuple[str, str]] = []

        @huey.signal()
        def note(signal: str, task: Any, *_: Any) -> None:
            seen.append((signal, str(scene.state(task))))

        add = huey.task(name="add")(lambda n: n + 1)
        huey.enqueue(add.s(1).then(add))
        run_all(huey)
        assert seen == [
            ("enqueued", "pending"),
            ("executing", "running"),
            ("complete", "succeeded"),
            ("enqueued", "pending"),
            ("executing", "running"),
            ("complete", "succeeded"),
        ]

    @pytest.mark.parametrize(
        ("settings", "error", "expected"),
        [
            ({}, ValueError(), ["error"]),
            ({"retries": 1}, ValueError(), ["error", "retrying", "enqueued"]),
            (
                {"retries": 1, "retry_delay": 60},
                ValueError(),
                ["error", "retrying", "scheduled"],
            ),
            ({}, RetryTask(delay=60), ["retrying", "scheduled"]),
            ({}, RateLimitExceeded("k", 60), ["rate-limited", "retrying", "scheduled"]),
            ({}, CancelExecution(), ["canceled"]),
            ({}, TaskTimeout("t"), ["timeout"]),
            ({}, Interrupt("stop"), ["interrupted"]),
            ({}, GiveUp("x"), ["error"]),
        ],
    )
    def test_each_end_has_its_signals(
        self,
        huey: SqliteHuey,
        settings: dict[str, Any],
        error: BaseException,
        expected: list[str],
    ) -> None:
        huey.task(name="body", **settings)(raises(error))()
        heard = signals(huey)
        run_all_once(huey)
        assert heard == ["executing", *expected]

    def test_a_result_is_readable_when_complete_is_heard(self, huey: SqliteHuey) -> None:
        got: list[Any] = []

        @huey.signal(S.SIGNAL_COMPLETE)
        def note(signal: str, task: Any) -> None:
            got.append(huey.result(task.id))

        huey.task(name="answer")(lambda: 42)()
        run_all(huey)
        assert got == [42]

    def test_a_receiver_that_fails_harms_nothing(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.signal()
        def broken(*_: Any) -> None:
            raise RuntimeError("broken receiver")

        huey.enqueue(huey.task(name="answer")(lambda: 42).s())
        run_all(huey)
        assert scene.states() == ["succeeded"]

    def test_hooks_run_before_the_commit_and_what_they_enqueue_stays(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        seen: list[str] = []
        other = huey.task(name="other")(lambda: None)
        body = huey.task(name="body")(lambda: 42)

        @huey.pre_execute()
        def before(task: Any) -> None:
            seen.append("before " + scene.state(task))

        @huey.post_execute()
        def after(task: Any, value: Any, error: Any) -> None:
            seen.append("after " + scene.state(task))
            if task.name == "body":
                other()

        body()
        run_all_once(huey)
        assert seen == ["before running", "after running"]
        assert scene.states() == ["succeeded", "pending"]

    def test_a_hook_that_fails_harms_nothing(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.pre_execute()
        @huey.post_execute()
        def broken(*_: Any) -> None:
            raise RuntimeError("broken hook")

        huey.task(name="body")(lambda: 42)()
        run_all(huey)
        assert scene.states() == ["succeeded"]

    def test_no_code_of_the_users_runs_in_a_write_transaction(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        other = scene.huey("other", timeout=0.05)
        note = other.task(name="note")(lambda: None)

        class Nosy:
            def __reduce__(self) -> Any:
                note()
                return (str, ())

            __repr__ = __str__ = lambda self: note() and "nosy"

        @huey.signal()
        @huey.pre_execute()
        @huey.post_execute()
        def nosy(*_: Any) -> None:
            note()

        def fails() -> None:
            raise ValueError(Nosy())

        body = huey.task(name="body")(lambda nosy: Nosy())
        results = [huey.enqueue(body.s(Nosy())), huey.task(name="f", retries=1)(fails)()]
        run_all(huey)
        assert all(scene.job(result).is_final for result in results)


class TestWho:
    def test_a_body_knows_its_job(self, huey: SqliteHuey, scene: Scene) -> None:
        known: list[Any] = []

        @huey.task(retries=1)
        def body() -> None:
            known.append(current_job())
            if len(known) == 1:
                raise ValueError("once")

        result = body()
        assert current_job() is None
        run_all(huey)
        first, second = known
        assert first.id == second.id == result.id
        assert first.seq == scene.job(result).seq
        assert (first.attempt, second.attempt) == (1, 2)
        assert first.token == second.token
        assert not first.cancel_requested

    def test_a_body_can_ask_whether_it_is_to_stop(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task()
        def body() -> bool:
            job = current_job()
            assert job is not None
            huey.ledger.decisions.cancel(job.seq, NOW)
            return job.cancel_requested

        result = body()
        run_all(huey)
        assert result.get() is True


class TestExecute:
    def test_a_task_that_was_never_enqueued_becomes_a_job(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        task = huey.task(name="answer")(lambda: 42).s()
        assert huey.execute(task) == 42
        assert scene.state(task) is State.SUCCEEDED

    def test_a_pending_task_is_run_here_and_now(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="answer")(lambda: 42).s()
        huey.enqueue(task)
        assert huey.execute(task) == 42
        assert scene.states() == ["succeeded"]

    def test_a_task_that_has_ended_runs_again_in_its_row(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        task = huey.task(name="answer")(lambda: 42).s()
        assert [huey.execute(task), huey.execute(task)] == [42, 42]
        assert scene.states() == ["succeeded"]
        assert scene.outcomes(task) == ["succeeded", "succeeded"]

    def test_a_task_that_somebody_runs_is_not_run_a_second_time(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        from jobdash.errors import LostClaim

        ran: list[int] = []
        task = huey.task(name="note")(lambda: ran.append(1)).s()
        huey.enqueue(task)
        claim = scene.huey().claim_next()
        assert claim is not None
        with pytest.raises(LostClaim, match="being run"):
            huey.execute(task)
        assert not ran
        assert scene.states() == ["running"]
        huey.return_claim(claim)

    def test_a_step_whose_turn_has_not_come_is_not_run(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        from jobdash.errors import LostClaim

        add = huey.task(name="add")(lambda n=0: n + 1)
        pipeline = add.s(1).then(add)
        huey.enqueue(pipeline)
        with pytest.raises(LostClaim, match="waits"):
            huey.execute(pipeline.on_complete)
        assert scene.states() == ["pending", "waiting"]

    def test_threads_share_one_huey(self, huey: SqliteHuey, scene: Scene) -> None:
        import threading

        ran: list[int] = []
        task = huey.task(name="note")(lambda n: ran.append(n))
        huey.enqueue_many([task.s(n) for n in range(60)])
        threads = [threading.Thread(target=run_all, args=(huey,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ran) == list(range(60))
        assert scene.states() == ["succeeded"] * 60


class TestKeys:
    def test_a_second_call_with_a_key_returns_the_first_job(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        heard = signals(huey)
        task = huey.task(name="pay")(lambda n: n)
        first, second = task(1, idempotency_key="k"), task(2, idempotency_key="k")
        assert first.id == second.id
        run_all(huey)
        assert second.get() == 1
        assert scene.states() == ["succeeded"]
        assert heard.count("enqueued") == 1

    def test_a_task_may_have_an_argument_of_that_name(self, huey: SqliteHuey) -> None:
        @huey.task()
        def own(idempotency_key: str) -> str:
            return idempotency_key

        result = own(idempotency_key="mine")
        run_all(huey)
        assert result.get() == "mine"

    def test_a_tick_is_entered_once_whoever_asks(self, scene: Scene) -> None:
        hueys = [scene.huey(), scene.huey()]
        asked = []
        for huey in hueys:
            task = huey.periodic_task(lambda _: True, name="tick")(lambda: None)
            asked += [huey.enqueue_tick(task.task_class(), minute) for minute in (1, 1, 2)]
        assert asked == [True, False, True, False, False, False]
        assert scene.states() == ["pending", "pending"]

    def test_a_tick_stores_no_result(self, huey: SqliteHuey) -> None:
        task = huey.periodic_task(lambda _: True, name="tick")(lambda: 42)
        huey.enqueue_tick(task.task_class(), 1)
        run_all(huey)
        assert huey.result_count() == 0


class TestImmediate:
    @pytest.fixture(params=[True, False], ids=["in memory", "in the file"])
    def immediate(self, scene: Scene, request: pytest.FixtureRequest) -> SqliteHuey:
        return scene.huey(immediate=True, immediate_use_memory=request.param)

    def test_a_task_is_run_by_its_call(self, immediate: SqliteHuey) -> None:
        assert immediate.task(name="answer")(lambda: 42)().get() == 42

    def test_a_pipeline_is_run_to_its_end(self, immediate: SqliteHuey) -> None:
        add = immediate.task(name="add")(lambda a, b=1: a + b)
        assert immediate.enqueue(add.s(1).then(add, 5).then(add)).get() == [2, 7, 8]

    def test_a_failure_is_tried_again_at_once(self, immediate: SqliteHuey) -> None:
        ran: list[int] = []

        @immediate.task(retries=2)
        def fails() -> None:
            ran.append(1)
            raise ValueError("no")

        with pytest.raises(TaskException):
            fails().get()
        assert len(ran) == 3

    def test_an_error_handler_is_run(self, immediate: SqliteHuey) -> None:
        seen: list[Any] = []
        note = immediate.task(name="note")(lambda error: seen.append(error))
        immediate.enqueue(immediate.task(name="f")(raises(ValueError())).s().error(note))
        assert len(seen) == 1

    def test_what_is_scheduled_is_not_run(self, immediate: SqliteHuey) -> None:
        result = immediate.task(name="later")(lambda: 42).schedule(delay=60)
        assert immediate.scheduled_count() == 1
        assert result.get() is None

    def test_a_known_key_is_not_run_again(self, scene: Scene) -> None:
        huey = scene.huey(immediate=True, immediate_use_memory=False)
        ran: list[int] = []
        task = huey.task(name="pay")(lambda: ran.append(1))
        task(idempotency_key="k"), task(idempotency_key="k")
        assert ran == [1]

    def test_memory_is_left_for_the_file_and_taken_again(self, scene: Scene) -> None:
        huey = scene.huey()
        task = huey.task(name="answer")(lambda: 42)
        huey.immediate = True
        assert task().get() == 42
        huey.immediate = False
        result = task()
        assert scene.states() == ["pending"]
        run_all(huey)
        assert result.get() == 42

    def test_many_can_be_enqueued_at_once(self, immediate: SqliteHuey) -> None:
        add = immediate.task(name="add")(lambda a, b=1: a + b)
        results = immediate.enqueue_many([add.s(1), add.s(2)])
        assert [result.get() for result in results] == [2, 3]


class TestFlush:
    def test_what_is_active_is_cancelled_and_history_kept(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        task = huey.task(name="answer")(lambda: 42)
        task()
        run_all(huey)
        huey.enqueue_many([task.s(), task.s().then(task), task.s(delay=60)])
        huey.put("key", "value")
        huey.flush()
        assert scene.states() == ["succeeded", "cancelled", "cancelled", "cancelled", "cancelled"]
        assert len(huey) == huey.scheduled_count() == huey.result_count() == 0
        assert huey.get("key") is None
        assert scene.job(1).result == "42"


class TestWaiting:
    def test_waiting_ends_with_the_result(self, huey: SqliteHuey) -> None:
        import threading

        result = huey.task(name="answer")(lambda: 42)()
        thread = threading.Thread(target=run_all, args=(huey,))
        thread.start()
        assert result.get(blocking=True, timeout=10) == 42
        thread.join()

    def test_waiting_has_its_limit(self, huey: SqliteHuey) -> None:
        result = huey.task(name="answer")(lambda: 42)()
        begun = time.monotonic()
        with pytest.raises(ResultTimeout):
            result.get(blocking=True, timeout=0.01)
        assert time.monotonic() - begun < 5


def run_all_once(huey: SqliteHuey) -> None:
    """Run the next job as a pool's worker does."""
    claim = huey.claim_next()
    assert claim is not None
    huey.run_claim(claim, lambda: False)


def signals(huey: SqliteHuey) -> list[str]:
    """Note the names of all signals from now on."""
    heard: list[str] = []
    huey.signal()(lambda signal, *_: heard.append(signal))
    return heard


@contextmanager
def commits(scene: Scene) -> Iterator[Callable[[], int]]:
    """Count the transactions that the hueys' ledger makes."""
    database = scene.database
    begin, made = database.transaction, []

    def transaction(**options: Any) -> Any:
        made.append(1)
        return begin(**options)

    database.transaction = transaction  # type: ignore[method-assign]
    try:
        yield lambda: len(made)
    finally:
        database.transaction = begin  # type: ignore[method-assign]
