"""One attempt: every way in which a body can end, and what is committed and announced then."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from book import NOW
from huey import signals as S
from huey.exceptions import (
    CancelExecution,
    RateLimitExceeded,
    RetryTask,
    TaskException,
    TaskTimeout,
)
from scene import Scene, commits, hear, raises, run_all, run_next, run_once

from jobdash import GiveUp, SqliteHuey, current_job
from jobdash.broker.interrupts import Interrupt
from jobdash.job import State

pytestmark = pytest.mark.usefixtures("quiet")


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


ENDS: dict[str, tuple[Callable[[], Any], State, str]] = {
    "a value": (lambda: 42, State.SUCCEEDED, ""),
    "nothing": (lambda: None, State.SUCCEEDED, ""),
    "a result that holds itself": (lambda: _loop_of_lists(), State.SUCCEEDED, ""),
    "an exception that is only returned": (lambda: ValueError("no"), State.SUCCEEDED, ""),
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
    "an exception group of a thousand": (
        raises(ExceptionGroup("many", [ValueError(str(n)) for n in range(1_000)])),
        State.FAILED,
        "ExceptionGroup",
    ),
    "exceptions that cause each other": (lambda: _blame_each_other(), State.FAILED, "ValueError"),
    "an iteration that stops": (raises(StopIteration(1)), State.FAILED, "StopIteration"),
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


def _loop_of_lists() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


def _blame_each_other() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    raise one


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


class TestInterrupts:
    def test_a_stop_gives_the_job_back_uncounted(self, huey: SqliteHuey, scene: Scene) -> None:
        result = huey.task(name="body")(raises(Interrupt("stop")))()
        run_once(huey)
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
        run_once(huey)
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

    def test_an_interrupt_in_a_transaction_of_the_bodys_leaves_no_lock_behind(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        def body() -> None:
            scene.database.transaction().__enter__()
            huey.interrupt("stop")

        result = huey.task(name="body")(body)()
        run_once(huey)
        assert scene.state(result) is State.PENDING

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
        run_once(huey)
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
        heard = hear(huey)

        @huey.task(retries=3, context=True)
        def body(task: Any = None) -> None:
            huey.ledger.decisions.cancel(scene.job(task).seq, NOW)
            raise ValueError("while it was being stopped")

        result = body()
        run_all(huey)
        assert scene.state(result) is State.CANCELLED
        assert heard[-2:] == ["error", "canceled"]
        assert (scene.outcomes(result), scene.job(result).failures) == (["failed"], 1)


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
        heard = hear(huey)
        run_once(huey)
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
        run_once(huey)
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

    @pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), Rude()])
    @pytest.mark.parametrize("door", ["pre_execute", "executing"])
    def test_an_exit_before_the_body_is_a_failure_of_that_attempt(
        self, huey: SqliteHuey, scene: Scene, error: BaseException, door: str
    ) -> None:
        huey.use_worker(huey.storage.guest.worker)
        ran: list[int] = []
        exits = iter([error])

        def leave(*_: Any) -> None:
            for one in exits:
                raise one

        huey.pre_execute()(leave) if door == "pre_execute" else huey.signal(door)(leave)
        result = huey.task(name="body", retries=1)(lambda: ran.append(1))()
        run_once(huey)
        job = scene.job(result)
        assert (job.state, job.error_type, ran) == (State.PENDING, type(error).__name__, [])
        run_once(huey)
        assert (scene.state(result), ran) == (State.SUCCEEDED, [1])

    @pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), Rude()])
    @pytest.mark.parametrize("door", ["post_execute", "complete", "enqueued", "error"])
    def test_an_exit_after_the_body_changes_nothing_about_its_end(
        self, huey: SqliteHuey, scene: Scene, error: BaseException, door: str
    ) -> None:
        huey.use_worker(huey.storage.guest.worker)
        well, badly = huey.task(name="well")(lambda *_: 42), huey.task(name="badly")(lambda: 1 / 0)
        huey.enqueue_many([well.s().then(well), badly.s()])
        leave = raises(error)
        hook = huey.post_execute() if door == "post_execute" else huey.signal(door)
        hook(lambda *_: leave())
        run_all(huey)
        assert sorted(scene.states()) == ["failed", "succeeded", "succeeded"]

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

    def test_what_a_body_enqueues_has_its_job_as_the_parent(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        made: list[Any] = []
        leaf = huey.task(name="leaf")(lambda value=None: value)

        @huey.task()
        def body() -> None:
            made.append(leaf())
            made.append(leaf.schedule(delay=60))
            made.extend(huey.enqueue_many([leaf.s(1), leaf.s(2)]))
            made.append(next(iter(huey.enqueue(leaf.s(3).then(leaf)))))

        result, alone = body(), leaf()
        run_all(huey)
        assert scene.state(result) is State.SUCCEEDED
        parents = {scene.job(one).parent for one in made}
        assert parents == {scene.job(result).seq}
        assert scene.job(alone).parent is None

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
