"""Batches in Python: `enqueue_many`, `map_batch`, `huey.batch`; what is held back and let through.

Costs about 3 s.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from huey.api import chord, group
from scene import Scene, hear, run_all, run_next

from jobdash import SqliteHuey
from jobdash.broker.batch import Batch
from jobdash.control.pruning import prune
from jobdash.errors import Refused, UsageError
from jobdash.job import MICROSECONDS, State
from jobdash.ledger.pruning import Retention
from jobdash.tui.clock import now_us

pytestmark = pytest.mark.usefixtures("quiet")


def batches(scene: Scene) -> list[tuple[Any, ...]]:
    """Return name, total, and whether it is closed and finished, of each batch."""
    columns = "name, total, closed_at IS NOT NULL, finished_at IS NOT NULL"
    return scene.rows(f"SELECT {columns} FROM batch ORDER BY id")


def phases(scene: Scene, batch: str = "") -> dict[str, int]:
    """Return how many jobs of a batch are in each phase."""
    columns = "phase, sum(jobs) FROM lane WHERE jobs > 0 AND batch = ?"
    return dict(scene.rows(f"SELECT {columns} GROUP BY 1", (batch,)))


def fill(batch: Batch, tasks: Iterable[Any]) -> None:
    """Add tasks in the batch's block."""
    with batch:
        for task in tasks:
            batch.add(task)


@pytest.fixture
def add(huey: SqliteHuey) -> Any:
    """A task."""
    return huey.task(name="add")(lambda a, b=0: a + b)


class TestMany:
    def test_more_than_fit_in_one_transaction(self, huey: SqliteHuey, add: Any) -> None:
        results = huey.enqueue_many(add.s(n) for n in range(1_100))
        assert run_all(huey) == 1_100
        assert [result.get() for result in results] == list(range(1_100))

    def test_a_transaction_that_fails_leaves_those_before_it(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        def tasks() -> Any:
            yield from (add.s(n) for n in range(700))
            yield add.s(lambda: None)

        with pytest.raises(Exception, match="pickle"):
            huey.enqueue_many(tasks())
        assert len(scene.states()) == 500


class TestBatches:
    def test_a_batch_of_calls(self, huey: SqliteHuey, scene: Scene, add: Any) -> None:
        batch = add.map_batch(range(3), name="night")
        assert (batch.name, batch.entered) == ("night", 3)
        assert batches(scene) == [("night", 3, 1, 0)]
        assert {scene.job(seq).batch for seq in (1, 2, 3)} == {"night"}
        assert run_all(huey) == 3
        assert batches(scene) == [("night", 3, 1, 1)]
        assert phases(scene, "night") == {"succeeded": 3}

    def test_tuples_are_the_arguments_of_a_call(self, huey: SqliteHuey, add: Any) -> None:
        add.map_batch([(1, 2), (3, 4)])
        assert [run_next(huey), run_next(huey)] == [3, 7]

    def test_a_name_that_is_taken_gets_a_number(self, add: Any) -> None:
        assert [add.map_batch([1], name="night").name for _ in range(3)] == [
            *("night", "night-2", "night-3"),
        ]

    def test_calls_in_the_block_are_of_the_batch(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        with huey.batch("mixed") as batch:
            first = add(1)
            batch.add(add.s(2))
            huey.enqueue_many([add.s(3)])
            assert scene.states() == []
        last = add(4)
        assert [scene.job(seq).batch for seq in (1, 2, 3, 4)] == [*3 * ["mixed"], None]
        run_all(huey)
        assert (first.get(), last.get()) == (1, 4)

    def test_nothing_runs_before_the_block_ends(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        with huey.batch("night") as batch:
            for n in range(600):
                batch.add(add.s(n))
            assert len(scene.states()) == 500
            assert huey.claim_next() is None
        assert run_all(huey) == 600

    def test_by_chunks_what_is_there_runs_at_once(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        with huey.batch("night", chunk=2) as batch:
            for n in range(3):
                batch.add(add.s(n))
            assert run_all(huey) == 2
            assert batches(scene) == [("night", None, 0, 0)]
        assert run_all(huey) == 1
        assert batches(scene) == [("night", 3, 1, 1)]

    def test_an_error_in_the_block_leaves_nothing(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        def units() -> Any:
            yield from (chord([add.s(n)], add.s()) for n in range(2))
            yield from (add.s(n).then(add) for n in range(600))
            raise KeyError

        with pytest.raises(KeyError):
            fill(huey.batch("night"), units())
        assert (scene.states(), batches(scene)) == ([], [])
        assert scene.rows("SELECT count(*) FROM lane WHERE jobs") == [(0,)]

    def test_an_error_by_chunks_leaves_what_is_there(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        tasks = [*(add.s(n) for n in range(3)), None]
        with pytest.raises(AttributeError):
            fill(huey.batch("night", chunk=2), tasks)
        assert batches(scene) == [("night", 2, 1, 0)]
        assert run_all(huey) == 2

    def test_groups_pipelines_and_chords(self, huey: SqliteHuey, scene: Scene, add: Any) -> None:
        total = huey.task(name="total")(lambda values, *_: sum(values))
        with huey.batch("night") as batch:
            together = batch.add(group([add.s(1), add.s(2)]))
            later = batch.add(add.s(3).then(add, 10))
            summed = batch.add(chord([add.s(4), add.s(5)], total.s()))
        assert {job for (job,) in scene.rows("SELECT batch FROM job")} == {"night"}
        run_all(huey)
        assert (together.get(), later.get(), summed.get()) == ([1, 2], [3, 13], 9)
        assert batches(scene) == [("night", 4, 1, 1)]

    def test_an_empty_batch_ends_at_once(self, scene: Scene, add: Any) -> None:
        add.map_batch([], name="night")
        assert batches(scene) == [("night", 0, 1, 1)]

    def test_a_retry_opens_it_again(self, huey: SqliteHuey, scene: Scene) -> None:
        task = huey.task(name="bad")(lambda n: 1 // n)
        task.map_batch([0], name="night")
        run_all(huey)
        assert batches(scene) == [("night", 1, 1, 1)]
        huey.ledger.decisions.retry(1, 5)
        assert batches(scene) == [("night", 1, 1, 0)]
        run_all(huey)
        assert batches(scene) == [("night", 1, 1, 1)]

    def test_its_priority_is_for_those_without_one(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        with huey.batch("night", priority=5):
            add(1)
            add(2, priority=9)
        assert [scene.job(seq).priority for seq in (1, 2)] == [5, 9]

    def test_huey_tells_of_each(self, huey: SqliteHuey, add: Any) -> None:
        heard = hear(huey)
        add.map_batch(range(3))
        assert heard == ["enqueued"] * 3

    def test_a_closed_one_takes_nothing(self, huey: SqliteHuey, add: Any) -> None:
        made = huey.batch("night")

        def tasks() -> Any:
            yield add.s(1)
            huey.ledger.batches.close(made._in_file(), 5)

        with pytest.raises(Refused, match="complete"):
            fill(made, tasks())

    def test_in_memory_it_is_only_the_calls(self, scene: Scene) -> None:
        huey = scene.huey(immediate=True)
        add = huey.task(name="add")(lambda a: a)
        with huey.batch("night"):
            assert add(3).get() == 3

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"name": "12"}, "number"),
            ({"name": "a\nb"}, "line breaks"),
            ({"concurrency": 0}, "concurrency"),
            ({"rate": "fast"}, "10/s"),
            ({"rate": 0}, "10/s"),
            ({"stop_on_failures": "0"}, "10%"),
            ({"stop_on_failures": "101%"}, "10%"),
            ({"chunk": 0}, "chunk"),
            ({"priority": float("nan")}, "priority"),
        ],
    )
    def test_options_that_make_no_sense(
        self, huey: SqliteHuey, options: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(UsageError, match=said):
            huey.batch(**options)


class TestConcurrency:
    def test_so_many_of_a_batch_run_at_once(self, huey: SqliteHuey, scene: Scene, add: Any) -> None:
        add.map_batch(range(5), name="night", concurrency=2)
        other = add.map_batch(range(1), name="day")
        first, second, third = huey.claim_next(), huey.claim_next(), huey.claim_next()
        assert scene.job(third.seq).batch == other.name
        assert huey.claim_next() is None
        assert phases(scene, "night") == {"admitted": 2, "held": 3}
        following = huey.run_claim(second, lambda: True)
        assert (first.seq, second.seq, following.seq) == (1, 2, 3)
        assert huey.claim_next() is None
        for claim in (first, third, following):
            huey.run_claim(claim, lambda: False)
        assert run_all(huey) == 2
        assert scene.state(5) is State.SUCCEEDED


class TestPruning:
    def test_a_batch_goes_with_the_last_of_its_jobs(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        bad = huey.task(name="bad")(lambda: 1 / 0)
        add.map_batch(range(1_100), name="well")
        fill(huey.batch("with a dead letter"), [add.s(1), bad.s()])
        run_all(huey)
        add.map_batch(range(3), name="open")
        self._prune(huey, Retention(kept=0))
        assert [name for name, *_ in batches(scene)] == ["with a dead letter", "open"]
        assert scene.rows("SELECT batch, count(*) FROM input GROUP BY 1") == [(2, 2), (3, 3)]
        assert phases(scene, "well") == {}
        add.map_batch([1], name="well")
        run_all(huey)
        self._prune(huey, Retention(kept=0, kept_failed=0))
        assert [name for name, *_ in batches(scene)] == ["well"], "its job is the newest of all"

    def _prune(self, huey: SqliteHuey, retention: Retention) -> None:
        later = now_us() + 3600 * MICROSECONDS
        for _ in prune(huey.ledger.database, retention.too_old(later, huey.name)):
            pass
