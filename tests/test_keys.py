"""Idempotency keys as apps use them: given at the call or computed, with a window, or refused."""

from collections.abc import Callable
from typing import Any

import pytest
from huey.api import chord, group
from scene import Scene, raises, run_all

from jobdash import SqliteHuey
from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.report import Report

pytestmark = pytest.mark.usefixtures("quiet")


def keys(scene: Scene) -> list[str | None]:
    return [key for (key,) in scene.rows("SELECT key FROM job ORDER BY seq")]


class TestComputed:
    @pytest.mark.parametrize(
        "rule",
        ["order:{order}", lambda order: f"order:{order}", lambda *, order: f"order:{order}"],
    )
    def test_calls_with_the_same_key_are_one_job(
        self, huey: SqliteHuey, scene: Scene, rule: Any
    ) -> None:
        @huey.task(idempotency_key=rule)
        def pay(order: int, note: str = "") -> str:
            return f"{order} {note}"

        first, again, by_name, other = pay(7, "a"), pay(7, "b"), pay(note="c", order=7), pay(8)
        assert first.id == again.id == by_name.id != other.id
        assert keys(scene) == ["order:7", "order:8"]
        run_all(huey)
        assert again.get() == "7 a"

    def test_a_rule_sees_defaults_and_what_its_format_reaches(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        task = huey.task(name="t", idempotency_key="{a[id]}-{b:03}")(lambda a, b=5: None)
        task({"id": "x"})
        assert keys(scene) == ["x-005"]

    def test_the_tasks_own_argument_is_left_out(self, huey: SqliteHuey, scene: Scene) -> None:
        @huey.task(context=True, idempotency_key="{order}")
        def pay(order: int, task: Any = None) -> None: ...

        pay(1)
        assert keys(scene) == ["1"]

    def test_a_rule_may_give_no_key(self, huey: SqliteHuey, scene: Scene) -> None:
        pay = huey.task(name="pay", idempotency_key=lambda order: None)(lambda order: None)
        pay(1), pay(1)
        assert keys(scene) == [None, None]

    def test_a_key_at_the_call_comes_first(self, huey: SqliteHuey, scene: Scene) -> None:
        pay = huey.task(name="pay", idempotency_key="{order}")(lambda order: None)
        pay(1, idempotency_key="mine")
        assert keys(scene) == ["mine"]

    @pytest.mark.parametrize("rule", ["{ordr}", lambda ordr: "", lambda *all_: "", "{", "{}"])
    def test_a_rule_that_cannot_work_is_refused_at_once(self, huey: SqliteHuey, rule: Any) -> None:
        with pytest.raises(UsageError, match=r"argument|format"):
            huey.task(name="pay", idempotency_key=rule)(lambda order: None)

    def test_a_rule_that_fails_enqueues_nothing(self, huey: SqliteHuey, scene: Scene) -> None:
        pay = huey.task(name="pay", idempotency_key=lambda order: order.id)(lambda order: None)
        with pytest.raises(UsageError, match="the idempotency_key of pay fails: AttributeError"):
            pay(1)
        with pytest.raises(UsageError, match="missing a required argument: 'order'"):
            pay()
        assert scene.states() == []


class TestWindow:
    @pytest.mark.parametrize("where", ["decorator", "call", "schedule"])
    def test_a_key_holds_for_so_long(self, huey: SqliteHuey, scene: Scene, where: str) -> None:
        options = {"dedupe_seconds": 60} if where == "decorator" else {}
        task = huey.task(name="sync", **options)(lambda: None)
        call: Callable[[], Any] = {
            "decorator": lambda: task(idempotency_key="k"),
            "call": lambda: task(idempotency_key="k", dedupe_seconds=60),
            "schedule": lambda: task.schedule(delay=900, idempotency_key="k", dedupe_seconds=60),
        }[where]
        first = call()
        assert call().id == first.id
        self.age(scene, 61)
        assert call().id != first.id
        assert [scene.job(seq).key_window for seq in (1, 2)] == [60_000_000] * 2

    def test_without_one_a_key_holds_on(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="sync")(lambda: None)
        first = task(idempotency_key="k")
        self.age(scene, 86_400 * 365)
        assert task(idempotency_key="k").id == first.id

    @pytest.mark.parametrize("seconds", [0, -1, "60", True, float("nan"), float("inf"), 1e12])
    def test_a_window_that_makes_no_sense_is_refused(self, huey: SqliteHuey, seconds: Any) -> None:
        task = huey.task(name="sync")(lambda: None)
        with pytest.raises(UsageError, match="dedupe_seconds is a number above 0"):
            task.s(idempotency_key="k", dedupe_seconds=seconds)
        with pytest.raises(UsageError, match="dedupe_seconds is a number above 0"):
            huey.task(name="other", dedupe_seconds=seconds)(lambda: None)

    def test_a_window_needs_a_key(self, huey: SqliteHuey) -> None:
        task = huey.task(name="sync")(lambda: None)
        with pytest.raises(UsageError, match="give a key too"):
            task(dedupe_seconds=5)

    @staticmethod
    def age(scene: Scene, seconds: int) -> None:
        with scene.database.transaction() as tx:
            tx.run(
                "UPDATE job SET created_at = created_at - :us, key_until = key_until - :us",
                {"us": seconds * 1_000_000},
            )


class TestWhoStandsForAKey:
    def test_a_failure_that_is_tried_again_does(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="f", retries=1, retry_delay=60)(raises(ValueError()))
        first = task(idempotency_key="k")
        run_all(huey)
        assert scene.state(first) is State.RETRYING
        assert task(idempotency_key="k").id == first.id

    def test_a_dead_letter_does_not(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="f")(raises(ValueError()))
        first = task(idempotency_key="k")
        run_all(huey)
        second = task(idempotency_key="k")
        assert second.id != first.id
        assert scene.states() == ["failed", "pending"]

    @pytest.mark.parametrize("rule", [None, "{n}"])
    def test_what_is_rescheduled_is_not_lost(
        self, huey: SqliteHuey, scene: Scene, rule: str | None
    ) -> None:
        task = huey.task(name="t", idempotency_key=rule)(lambda n: n)
        result = task(7) if rule else task(7, idempotency_key="7")
        moved = result.reschedule(delay=0)
        run_all(huey)
        assert moved.get() == 7
        assert scene.states() == ["cancelled", "succeeded"]

    def test_two_tasks_may_use_the_same_key(self, huey: SqliteHuey, scene: Scene) -> None:
        for name in ("pay", "mail"):
            huey.task(name=name)(lambda: None)(idempotency_key="order:7")
        assert scene.states() == ["pending", "pending"]

    def test_a_tick_is_not_doubled_even_if_it_fails_at_once(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        tick = huey.periodic_task(lambda _: True, name="tick")(raises(ValueError())).task_class
        assert huey.enqueue_tick(tick(), 1)
        run_all(huey)
        assert not huey.enqueue_tick(tick(), 1)
        assert scene.states() == ["failed"]

    def test_what_a_job_was_asked_for_again_is_told(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="t")(lambda: None)
        for _ in range(4):
            result = task(idempotency_key="k")
        assert scene.job(result).repeats == 3
        with Report(scene.path) as report:
            told = [(line.kind, line.detail) for line in report.history(1)]
        assert told[1:] == [("asked for again", "its key was enqueued again, so far 3 times")]


class TestWorkflows:
    def test_each_member_of_a_group_has_its_own(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="t", idempotency_key="{n}")(lambda n: n)
        huey.enqueue(group([task.s(1), task.s(2), task.s(1)]))
        assert keys(scene) == ["1", "2"]

    def test_a_pipeline_has_that_of_its_first_step(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="t", idempotency_key="{n}")(lambda n, m=0: n)
        huey.enqueue(task.s(1).then(task, 5))
        assert keys(scene) == ["1", None]

    def test_a_callbacks_is_not_computed(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="t", idempotency_key="{n}")(lambda n: n)
        huey.enqueue(chord([task.s(1), task.s(2)], task.s()))
        assert keys(scene) == ["1", "2", None]

    def test_an_error_handlers_is_not_computed(self, huey: SqliteHuey, scene: Scene) -> None:
        handler = huey.task(name="h", idempotency_key="{n[0]}")(lambda n: n)
        failing = huey.task(name="f")(raises(ValueError()))
        huey.enqueue(failing.s().error(handler))
        run_all(huey)
        assert keys(scene) == [None, None]
        assert scene.states()[0] == "failed"

    @pytest.mark.parametrize("where", ["step", "handler", "handler of a step"])
    def test_a_key_that_would_have_no_effect_is_refused(
        self, huey: SqliteHuey, scene: Scene, where: str
    ) -> None:
        task = huey.task(name="t")(lambda n=0: n)
        keyed = task.s(idempotency_key="k")
        unit = {
            "step": task.s().then(keyed),
            "handler": task.s().error(keyed),
            "handler of a step": task.s().then(task.s().error(keyed)),
        }[where]
        with pytest.raises(UsageError, match="first step of a pipeline"):
            huey.enqueue(unit)
        assert scene.states() == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (7, "is a text, not int"),
        (b"k", "is a text, not bytes"),
        (" ", "must not be empty"),
        ("k" * 1001, "at most 1,000 characters, not 1,001"),
        ("\ud800", "lone surrogates"),
    ],
)
@pytest.mark.parametrize("how", ["call", "computed", "many"])
def test_an_impossible_key_enqueues_nothing(
    huey: SqliteHuey, scene: Scene, key: Any, told: str, how: str
) -> None:
    rule = {"idempotency_key": lambda: key} if how == "computed" else {}
    task = huey.task(name="t", **rule)(lambda: None)
    given = {} if rule else {"idempotency_key": key}
    units = [task.s(**given)] if how != "many" else [task.s(), task.s(**given)]
    with pytest.raises(UsageError, match=told):
        huey.enqueue_many(units)
    assert scene.states() == []
