"""What apps do with a huey: execute, keys, threads, immediate mode, flush, waiting."""

import time
from typing import Any

import pytest
from huey.api import chord
from huey.exceptions import (
    ResultTimeout,
    TaskException,
)
from scene import Scene, hear, raises, run_all, run_next

from jobdash import SqliteHuey
from jobdash.job import State

pytestmark = pytest.mark.usefixtures("quiet")


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

    def test_a_task_that_enqueues_itself_makes_another_job(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        @huey.task(context=True)
        def again(left: int, task: Any = None) -> None:
            if left:
                huey.enqueue(task)
                again(left - 1)

        again(1)
        run_next(huey)
        assert scene.states() == ["succeeded", "pending", "pending"]
        assert len({id_ for (id_,) in scene.rows("SELECT id FROM job")}) == 3
        huey.flush()

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
        heard = hear(huey)
        task = huey.task(name="pay")(lambda n: n)
        first, second = task(1, idempotency_key="k"), task(2, idempotency_key="k")
        assert first.id == second.id
        run_all(huey)
        assert second.get() == 1
        assert scene.states() == ["succeeded"]
        assert heard.count("enqueued") == 1

    def test_a_second_pipeline_with_a_key_is_the_first(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        add = huey.task(name="add")(lambda a, b=1: a + b)
        results = [
            huey.enqueue(add.s(n, idempotency_key="k").then(add).then(add)) for n in (1, 100)
        ]
        run_all(huey)
        assert [result.id for result in results[0]] == [result.id for result in results[1]]
        assert results[1].get() == [2, 3, 4]
        assert scene.states() == ["succeeded"] * 3

    def test_a_second_chord_with_a_key_is_the_first(self, huey: SqliteHuey, scene: Scene) -> None:
        add = huey.task(name="add")(lambda a, b=1: a + b)
        total = huey.task(name="total")(sum)
        results = [
            huey.enqueue(chord([add.s(n), add.s(n)], total.s(idempotency_key="k")))
            for n in (1, 100)
        ]
        run_all(huey)
        assert results[1].get() == 4
        assert scene.states() == ["succeeded"] * 3

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
