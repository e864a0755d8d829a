"""When a failed attempt is tried again, and when it is not worth trying."""

import re
from datetime import datetime
from typing import Any

import pytest
from book import NOW, SECOND, Book
from huey.exceptions import (
    CancelExecution,
    RetryTask,
)
from scene import Scene, raises, run_all, run_next

from jobdash import GiveUp, SqliteHuey
from jobdash.broker.times import from_micros, to_micros
from jobdash.errors import UsageError
from jobdash.identity import Identity
from jobdash.job import State
from jobdash.ledger import Death

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

    def test_the_whole_policy_stands_in_the_row(self, huey: SqliteHuey, scene: Scene) -> None:
        policy = {"retries": 9, "retry_delay": 2, "retry_backoff": 3, "retry_jitter": 0.5}
        huey.task(name="body", retry_max_delay=60, max_rescues=1, **policy)(raises(OSError()))()
        job = scene.job(1)
        assert (job.retry_delay, job.retry_backoff, job.retry_max_delay) == (2, 3, 60)
        assert (job.retry_jitter, job.retries_left) == (0.5, 9)
        assert scene.rows("SELECT max_rescues, has_handler FROM job") == [(1, 0)]

    def test_a_call_may_have_its_own_back_off(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="body", retries=2, retry_delay=2)(raises(OSError()))
        huey.enqueue(task.s(retry_backoff=5))
        run_next(huey)
        assert (scene.job(1).retry_delay, scene.job(1).retry_backoff) == (10, 5)

    def test_the_rows_policy_holds_not_the_codes(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="body", retries=1, retry_delay=60)(raises(OSError()))
        task()
        with scene.database.transaction() as tx:
            tx.run("UPDATE job SET retry_max_delay = 10, retry_backoff = 7, retry_jitter = 0")
        before = datetime.now()
        run_next(huey)
        job = scene.job(1)
        assert job.eta is not None
        assert 10 <= job.eta / SECOND - before.timestamp() < 40
        assert job.retry_delay == 420

    def test_chance_spreads_the_retries_of_many(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="body", retries=1, retry_delay=1000, retry_jitter=0.5)
        fails = task(raises(OSError()))
        before = datetime.now().timestamp()
        for _ in range(20):
            fails()
            run_next(huey)
        waits = [eta / SECOND - before for (eta,) in scene.rows("SELECT eta FROM job")]
        assert len({round(wait) for wait in waits}) > 10
        assert 500 <= min(waits) < max(waits) < 1060

    @pytest.mark.parametrize("death", [None, Death.OVERDUE])
    def test_a_killed_run_is_retried_as_one_that_raised(
        self, huey: SqliteHuey, scene: Scene, death: Death | None
    ) -> None:
        """Back-off and cap by the same rules; jitter is left out, so that both are exact."""
        policy = {"retries": 4, "retry_delay": 60, "retry_backoff": 2, "retry_max_delay": 200}
        huey.task(name="body", **policy)(raises(OSError()))()
        told, moment = [], to_micros(datetime.now(), utc=False)
        for _ in range(5):
            moment = self._fail(huey, moment, death)
            job = scene.job(1)
            wait = None if job.state is State.FAILED else round((job.eta - moment) / SECOND, -1)
            told.append((str(job.state), wait, job.failures, job.retries_left, job.retry_delay))
            moment = moment if job.eta is None else job.eta
            huey.ledger.attempts.promote(moment)
        assert told == [
            ("retrying", 60, 1, 3, 120),
            ("retrying", 120, 2, 2, 240),
            ("retrying", 200, 3, 1, 480),
            ("retrying", 200, 4, 0, 960),
            ("failed", None, 5, 0, 960),
        ]

    def _fail(self, huey: SqliteHuey, moment: int, death: Death | None) -> int:
        """Let the next run end, by its body or by its worker's death; return when it did."""
        if death is None:
            run_next(huey, from_micros(moment, utc=False))
            return to_micros(datetime.now(), utc=False)
        worker = huey.ledger.crew.register("worker", "w", None, Identity.own(), moment)
        assert huey.ledger.attempts.claim(worker, moment)
        huey.ledger.attempts.rescue(worker, "too slow", moment, death)
        return moment

    @pytest.mark.parametrize(
        ("policy", "words"),
        [
            ({"retry_jitter": 1.5}, "retry_jitter must be a share from 0 to 1, not 1.5"),
            ({"retry_jitter": float("nan")}, "retry_jitter must be a share from 0 to 1, not nan"),
            ({"retry_max_delay": 0}, "retry_max_delay must be more than 0 seconds, not 0"),
            ({"retry_max_delay": "1m"}, "retry_max_delay must be more than 0 seconds, not '1m'"),
            ({"retry_delay": float("nan")}, "retry_delay must be a number of seconds, not nan"),
            ({"retry_backoff": float("nan")}, "retry_backoff must be a number, not nan"),
            ({"max_rescues": 0}, "max_rescues must be a whole number from 1, not 0"),
            ({"max_rescues": 1.5}, "max_rescues must be a whole number from 1, not 1.5"),
            ({"max_rescues": float("inf")}, "max_rescues must be a whole number from 1, not inf"),
        ],
    )
    def test_a_policy_that_makes_no_sense_is_refused_where_it_is_written(
        self, huey: SqliteHuey, policy: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(UsageError, match=f"^body: {re.escape(words)}$"):
            huey.task(name="body", **policy)(raises(OSError()))

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


class TestHandlerOfAKilledRun:
    """Nobody who saw the worker die can read the message in which the handler is named."""

    def kill(self, huey: SqliteHuey, times: int, death: Death = Death.CRASH) -> int:
        """Let so many workers die with the next job; return its number."""
        worker = huey.ledger.crew.register("worker", "w", None, Identity.own(), NOW)
        for _ in range(times):
            claim = huey.ledger.attempts.claim(worker, NOW)
            assert claim is not None
            huey.ledger.attempts.rescue(worker, "killed by signal 9 (SIGKILL)", NOW, death)
        return claim.seq

    def told(self, huey: SqliteHuey) -> list[tuple[str, str, tuple[Any, ...]]]:
        """Register a task that notes what it is called with, `note`; return the notes."""
        heard: list[tuple[str, str, tuple[Any, ...]]] = []

        @huey.task(name="note", retries=3, priority=5)
        def note(*args: Any) -> None:
            *rest, error = args
            heard.append((type(error).__name__, str(error), tuple(rest)))

        self.note = note
        return heard

    def test_it_runs_in_a_worker_that_has_the_app(self, huey: SqliteHuey, scene: Scene) -> None:
        heard = self.told(huey)
        body = huey.task(name="body")(print)
        huey.enqueue(body.s().error(self.note, "a word"))
        failed = self.kill(huey, 3)
        assert scene.states() == ["failed", "pending"]
        assert run_all(huey) == 1
        lost = "worker lost 3 times, the last: killed by signal 9 (SIGKILL)"
        assert heard == [("WorkerLost", lost, ("a word",))]
        handler = scene.job(failed + 1)
        assert (handler.state, handler.parent, handler.retries) == (State.SUCCEEDED, failed, 3)
        assert handler.task.endswith("note")

    def test_so_does_that_of_a_run_beyond_its_time(self, huey: SqliteHuey, scene: Scene) -> None:
        heard = self.told(huey)
        body = huey.task(name="body", retries=1)(print)
        huey.enqueue(body.s().error(self.note))
        self.kill(huey, 1, Death.OVERDUE)
        assert scene.states() == ["pending"], "it will be tried again"
        self.kill(huey, 1, Death.OVERDUE)
        run_all(huey)
        assert [kind for kind, _, _ in heard] == ["HardTimeLimit"]

    def test_without_a_handler_nothing_is_entered(self, huey: SqliteHuey, scene: Scene) -> None:
        huey.task(name="body")(print)()
        self.kill(huey, 3)
        assert scene.states() == ["failed"]

    def test_a_handler_is_called_at_the_end_only(self, huey: SqliteHuey, scene: Scene) -> None:
        self.told(huey)
        huey.enqueue(huey.task(name="body")(print).s().error(self.note))
        self.kill(huey, 2)
        assert scene.states() == ["pending"]
        huey.ledger.decisions.cancel(1, NOW)

    def test_what_was_cancelled_calls_none(self, huey: SqliteHuey, scene: Scene) -> None:
        self.told(huey)
        huey.enqueue(huey.task(name="body")(print).s().error(self.note))
        worker = huey.ledger.crew.register("worker", "w", None, Identity.own(), NOW)
        claim = huey.ledger.attempts.claim(worker, NOW)
        assert claim is not None
        huey.ledger.decisions.cancel(claim.seq, NOW)
        huey.ledger.attempts.rescue(worker, "killed", NOW)
        assert scene.states() == ["cancelled"]

    def test_a_handler_that_kills_its_workers_ends_too(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        self.told(huey)
        handler = self.note.s().error(self.note)
        huey.enqueue(huey.task(name="body")(print).s().error(handler))
        self.kill(huey, 3)
        described = huey.claim_next()
        assert described is not None
        huey._revive(described)
        huey.ledger.attempts.rescue(huey.storage.guest.worker, "killed", NOW)
        self.kill(huey, 2)
        assert scene.states() == ["failed", "failed"]

    def test_a_handler_that_fails_is_retried_by_its_own_policy(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        fails = huey.task(name="fails", retries=1)(lambda _: raises(OSError())())
        huey.enqueue(huey.task(name="body")(print).s().error(fails))
        self.kill(huey, 3)
        run_all(huey)
        assert scene.states() == ["failed", "failed"]
        assert scene.outcomes(2) == ["failed", "failed"]
        assert scene.job(2).error_type == "OSError"

    def test_it_runs_even_if_the_failed_job_is_gone(self, huey: SqliteHuey, scene: Scene) -> None:
        heard = self.told(huey)
        huey.enqueue(huey.task(name="body")(print).s().error(self.note))
        failed = self.kill(huey, 3)
        with scene.database.transaction() as tx:
            for table in ("attempt", "result", "job"):
                tx.run(f"DELETE FROM {table} WHERE seq = ?", (failed,))
        run_all(huey)
        assert [words for _, words, _ in heard] == ["no details are known"]

    def test_each_final_failure_calls_it_once(self, huey: SqliteHuey, scene: Scene) -> None:
        heard = self.told(huey)
        huey.enqueue(huey.task(name="body")(print).s().error(self.note))
        failed = self.kill(huey, 3)
        run_all(huey)
        huey.ledger.decisions.retry(failed, NOW)
        self.kill(huey, 3)
        run_all(huey)
        assert [words for _, words, _ in heard] == [
            f"worker lost {often} times, the last: killed by signal 9 (SIGKILL)" for often in (3, 6)
        ]


class TestMaxRescues:
    def test_a_task_says_how_many_workers_it_may_cost(self, book: Book) -> None:
        for most in (1, 2, 5):
            seq, worker = book.add(f"a{most}", max_rescues=most), book.worker()
            for _ in range(most):
                assert book.state(seq) == "pending"
                book.claim(worker)
                book.ledger.attempts.rescue(worker, "exit code 3", NOW)
            row = book.row(seq)
            assert (row["state"], row["rescues"], row["error_type"]) == (
                "failed", most, "WorkerLost",
            )  # fmt: skip
        reasons = [reason for (reason,) in book.rows("SELECT reason FROM job ORDER BY seq")]
        assert reasons == [
            "worker lost once: exit code 3",
            "worker lost 2 times, the last: exit code 3",
            "worker lost 5 times, the last: exit code 3",
        ]
