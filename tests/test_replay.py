"""Replay with changed arguments: only what was asked for changes, and only if it fits.

Costs about a second.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from book import NOW
from cli_support import Shop, a_shop, refused, run, run_json
from scene import Scene, run_all, run_next

from jobdash import SqliteHuey
from jobdash.annotations import fits
from jobdash.control import Control, Outcome
from jobdash.control.replay import Changes, replay_changed
from jobdash.errors import UsageError
from jobdash.job import State


@pytest.fixture
def huey(scene: Scene) -> SqliteHuey:
    return scene.huey()


@pytest.fixture
def control(huey: SqliteHuey, path: Path) -> Iterator[Control]:
    made = Control(path)
    yield made
    made.close()


def replay(control: Control, huey: SqliteHuey, *seqs: int, **changes: Any) -> Outcome:
    return replay_changed(control, huey, seqs, Changes(**changes), NOW)


class TestReplayChanged:
    def test_what_is_not_changed_is_as_recorded_and_never_its_preview(
        self, scene: Scene, huey: SqliteHuey, control: Control
    ) -> None:
        seen: list[Any] = []

        @huey.task()
        def send(to: str, password: str, price: Decimal, note: str = "", **more: Any) -> None:
            seen.append((to, password, price, note, more))

        long = "x" * 50_000
        send("ada", "hunter2", Decimal("1.5"), note=long, extra={1: 2})
        run_all(huey)
        assert "hunter2" not in scene.job(1).args
        outcome = replay(control, huey, 1, named={"to": "bob"})
        assert (outcome.changed, outcome.created, outcome.refused) == ((1,), (2,), ())
        job = scene.job(2)
        assert (job.replay_of, job.state, job.failures) == (1, State.PENDING, 0)
        run_all(huey)
        assert seen[1] == ("bob", "hunter2", Decimal("1.5"), long, {"extra": {1: 2}})
        assert scene.state(1) is State.SUCCEEDED

    def test_all_arguments_can_be_replaced(self, huey: SqliteHuey, control: Control) -> None:
        seen = []

        @huey.task()
        def total(first: int, *more: int, unit: str = "EUR") -> None:
            seen.append((first, more, unit))

        total(1, 2, unit="USD")
        run_all(huey)
        replay(control, huey, 1, args=[3])
        replay(control, huey, 1, kwargs={})
        replay(control, huey, 1, named={"more": [8, 9]})
        run_all(huey)
        assert seen[1:] == [(3, (), "USD"), (1, (2,), "EUR"), (1, (8, 9), "USD")]

    def test_the_message_and_not_the_row_says_how_often_it_may_be_tried(
        self, scene: Scene, huey: SqliteHuey, control: Control
    ) -> None:
        @huey.task(retries=2, priority=7, timeout=60)
        def fail(why: str) -> None:
            raise RuntimeError(why)

        fail("one")
        run_all(huey)
        huey.ledger.decisions.retry(1, NOW)
        run_all(huey)
        replay(control, huey, 1, named={"why": "two"})
        job = scene.job(2)
        assert (job.retries, job.retries_left, job.priority) == (2, 2, 7)

    def test_a_step_and_a_callback_are_replayed_alone_with_what_they_were_given(
        self, scene: Scene, huey: SqliteHuey, control: Control
    ) -> None:
        from huey.api import chord

        seen = []

        @huey.task()
        def add(a: int, b: int) -> int:
            seen.append((a, b))
            return a + b

        @huey.task()
        def gather(values: list[int], sign: str = "+") -> None:
            seen.append((values, sign))

        huey.enqueue(chord([add.s(1, 2), add.s(3, 4)], gather.s()))
        huey.enqueue(add.s(5, 6).then(add, 7))
        run_all(huey)
        callback, head = 3, 4
        jobs = len(scene.states())
        replay(control, huey, callback, named={"sign": "-"})
        replay(control, huey, head, named={"b": 60})
        seen.clear()
        run_all(huey)
        assert seen == [([3, 7], "-"), (5, 60)]
        assert len(scene.states()) == jobs + 2

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"named": {"orders": 1}}, "did you mean order"),
            ({"named": {"order": "seven"}}, "order is to be int"),
            ({"named": {"order": True}}, "order is to be int"),
            ({"args": []}, "order"),
            ({"args": [1, 2, 3]}, "too many"),
            ({"args": ["seven"]}, "order is to be int"),
            ({"kwargs": {"flag": 1}}, "flag is to be bool"),
        ],
    )
    def test_what_does_not_fit_is_told_before_anything_is_written(
        self, scene: Scene, huey: SqliteHuey, control: Control, changes: Any, words: str
    ) -> None:
        @huey.task()
        def send(order: int, flag: "bool | None" = None) -> None:
            pass

        for order in range(2):
            send(order)
        run_all(huey)
        with pytest.raises(UsageError, match=words):
            replay(control, huey, 1, 2, **changes)
        assert len(scene.states()) == 2

    def test_jobs_that_cannot_be_are_named_and_the_others_are_replayed(
        self, scene: Scene, path: Path, huey: SqliteHuey, control: Control
    ) -> None:
        @huey.task()
        def send(order: int) -> None:
            pass

        other = scene.huey("other")
        send(1)
        other.storage.enqueue(b"no message")
        huey.storage.enqueue(b"no message")
        run_all(huey)
        send(2)
        outcome = replay(control, huey, 1, 2, 3, 4, 99, named={"order": 5})
        assert (outcome.changed, outcome.created) == ((1,), (5,))
        told = {refusal.seq: str(refusal.error) for refusal in outcome.refused}
        assert "no job #2 in the queue huey" in told[2]
        assert "cannot be read" in told[3]
        assert "only a finished job can be replayed" in told[4]
        assert "99" in told[99]

    def test_a_key_that_another_job_has_is_not_taken_by_a_change(
        self, scene: Scene, huey: SqliteHuey, control: Control
    ) -> None:
        @huey.task(idempotency_key="order:{order}")
        def send(order: int, note: str = "") -> None:
            pass

        for order in (7, 8):
            send(order)
        run_all(huey)
        told = replay(control, huey, 1, named={"order": 8}).refused
        assert "'order:8' of #2" in str(told[0].error)
        # Its own key, and one that nobody has.
        assert replay(control, huey, 1, named={"note": "again"}).created == (3,)
        assert replay(control, huey, 1, named={"order": 9}).created == (4,)
        assert [scene.job(seq).key for seq in (3, 4)] == ["order:7", "order:9"]
        assert send(9).id == scene.job(4).id

    def test_the_key_of_a_call_goes_on_with_its_replay(
        self, scene: Scene, huey: SqliteHuey, control: Control
    ) -> None:
        @huey.task()
        def send(order: int) -> None:
            pass

        send(7, idempotency_key="seven", dedupe_seconds=60)
        run_all(huey)
        replay(control, huey, 1, named={"order": 8})
        assert scene.job(2).key == "seven"
        ((until,),) = scene.rows("SELECT key_until - created_at FROM job WHERE seq = 2")
        assert until == 60_000_000

    def test_the_app_hears_of_what_is_enqueued(self, huey: SqliteHuey, control: Control) -> None:
        heard = []

        @huey.task()
        def send(order: int) -> int:
            return order

        huey.signal("enqueued")(lambda _, task: heard.append(task.args))
        send(1)
        run_next(huey)
        replay(control, huey, 1, named={"order": 2})
        assert heard == [(1,), (2,)]
        assert run_next(huey) == 2


@pytest.mark.parametrize(
    ("annotation", "value", "is_fitting"),
    [
        ("int", 1, True), ("int", 1.5, False), ("int", True, False), ("float", 1, True),
        ("str", 1, False), ("bool", True, True), ("list[int]", (1,), True), ("dict", [], False),
        ("int | None", None, True), ("int", None, False), ("Optional[str]", 3, False),
        ("datetime.date", "2026-11-22", True), ("int | str", [], True), ("", 1, True),
    ],
)  # fmt: skip
def test_an_annotation_allows_what_it_says(annotation: str, value: Any, is_fitting: bool) -> None:
    assert fits(annotation, value) is is_fitting


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def test_replay_with_another_argument(shop: Shop) -> None:
    seq = shop.ended("send", "ada", 2)
    (new,) = run_json("replay", "-A", shop.app, seq, "--set", "to=bob")["created"]
    assert (new["replay_of"], new["args"], new["state"]) == (seq, ["bob", 2], "pending")
    (new,) = run_json("replay", "-A", shop.app, seq, "--args", '["eve"]')["created"]
    assert new["args"] == ["eve"]
    refused(run("replay", "-A", shop.app, seq, "--set", "too=x"), 2, "did you mean to")
    refused(run("replay", "-A", shop.app, seq, "--set", "to"), 2, "no name=value")
    refused(run("replay", "-A", shop.app, seq, "--args", "{}"), 2, "JSON list")


def test_a_whole_group_is_replayed_with_another_argument(shop: Shop) -> None:
    for order in range(3):
        shop.ended("fail", f"order {order}")
    group = run_json("--db", shop.db, "dead")[0]["group"]
    words = ["replay", "-A", shop.app, "--group", group, "--set", "why=again"]
    refused(run(*words), 2, "replay 3 jobs", "--yes")
    outcome = run_json(*words, "--yes")
    assert [job["replay_of"] for job in outcome["created"]] == [1, 2, 3]
    assert {job["args"][0] for job in outcome["created"]} == {"again"}
