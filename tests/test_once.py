"""`once`: work is done one time, its result kept, and nobody waits for the dead."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from actors import make_huey
from scene import Scene, run_all, run_next
from stage import Stage, stage

from jobdash import SqliteHuey, once
from jobdash.broker.calls import find_task
from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.report import Report

pytestmark = pytest.mark.usefixtures("quiet")

LATER = 4_000_000_000_000_000


@pytest.fixture
def calls() -> list[int]:
    return []


def works(huey: SqliteHuey, function: Callable[[], Any], **options: Any) -> Any:
    """Make a task that does one piece of work."""
    return huey.task(name="works", **options)(lambda: once("w", function))


def retry(huey: SqliteHuey, seq: int) -> None:
    huey.ledger.decisions.retry(seq, LATER)
    run_all(huey)


class TestOnce:
    @pytest.mark.parametrize("value", [None, 7, "text", [1, [2]], {"a": None}])
    def test_who_comes_later_gets_what_the_first_got(
        self, huey: SqliteHuey, calls: list[int], value: Any
    ) -> None:
        seen: list[Any] = []
        task = huey.task(name="t")(lambda: seen.append(once("w", lambda: calls.append(1) or value)))
        task(), task()
        run_all(huey)
        assert (len(calls), seen) == (1, [value, value])

    def test_the_first_run_too_gets_what_json_makes_of_it(self, huey: SqliteHuey) -> None:
        result = works(huey, lambda: {1: (2, 3)})()
        run_all(huey)
        assert result.get() == {"1": [2, 3]}

    def test_arguments_are_handed_on(self, huey: SqliteHuey) -> None:
        task = huey.task(name="t")(lambda: once("w", lambda a, key: [a, key], 1, key=2))
        result = task()
        run_all(huey)
        assert result.get() == [1, 2]

    def test_a_retry_of_the_job_goes_on_behind_it(
        self, huey: SqliteHuey, scene: Scene, calls: list[int]
    ) -> None:
        @huey.task()
        def charges() -> None:
            once("w", calls.append, 1)
            if len(scene.outcomes(1)) < 2:
                raise ValueError("after the work")

        charges()
        run_all(huey)
        retry(huey, 1)
        assert (calls, scene.states()) == ([1], ["succeeded"])

    def test_what_raised_is_not_done(
        self, huey: SqliteHuey, scene: Scene, calls: list[int]
    ) -> None:
        def work() -> None:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("no")

        works(huey, work)()
        run_all(huey)
        assert scene.states() == ["failed"]
        assert scene.rows("SELECT * FROM work") == []
        retry(huey, 1)
        assert (len(calls), scene.states()) == (2, ["succeeded"])

    @pytest.mark.parametrize("value", [object(), float("nan"), "x" * 65_536, b"bytes"])
    def test_a_result_that_cannot_be_kept_is_an_error_every_time(
        self, huey: SqliteHuey, scene: Scene, calls: list[int], value: Any
    ) -> None:
        works(huey, lambda: calls.append(1) or value)()
        run_all(huey)
        retry(huey, 1)
        assert (calls, scene.states()) == ([1], ["failed"])
        assert "done and will not be done again" in str(scene.job(1).error_message)

    def test_it_is_told_in_the_jobs_history(self, huey: SqliteHuey, scene: Scene) -> None:
        works(huey, lambda: None)()
        run_all(huey)
        with Report(scene.path) as report:
            assert ("done once", "w") in [(e.kind, e.detail) for e in report.history(1)]

    def test_the_record_goes_with_its_job(self, huey: SqliteHuey, scene: Scene) -> None:
        works(huey, lambda: None)()
        run_all(huey)
        with scene.database.transaction() as tx:
            tx.run("DELETE FROM job")
        assert scene.rows("SELECT * FROM work") == []

    @pytest.mark.parametrize("key", ["", 7, "k" * 1001])
    def test_an_impossible_key_is_refused(self, huey: SqliteHuey, scene: Scene, key: Any) -> None:
        huey.task(name="t")(lambda: once(key, lambda: None))()
        run_all(huey)
        assert "a key of once()" in str(scene.job(1).error_message)

    def test_it_is_not_for_plain_code(self) -> None:
        with pytest.raises(UsageError, match="call it in a task"):
            once("w", lambda: None)

    def test_a_child_that_the_work_forks_records_nothing(
        self, huey: SqliteHuey, scene: Scene
    ) -> None:
        def forks() -> int:
            child = os.fork()
            if child:
                assert os.waitpid(child, 0)[1] == 0
                assert scene.rows("SELECT done_at FROM work") == [(None,)]
            return child

        result = works(huey, forks)()
        run_all(huey)
        assert result.get() > 0

    def test_in_immediate_mode_it_just_calls(self, scene: Scene, calls: list[int]) -> None:
        huey = scene.huey(immediate=True)
        result = works(huey, lambda: calls.append(1) or (1,))()
        assert (calls, result.get()) == ([1], [1])


class TestAtTheSameTime:
    def test_the_second_job_comes_again_when_the_first_is_through(
        self, scene: Scene, huey: SqliteHuey, calls: list[int]
    ) -> None:
        second = scene.huey()

        def work() -> int:
            if not calls:
                calls.append(1)
                run_next(second)
            return 42

        results = [works(app, work)() for app in (second, huey)]
        run_next(huey)
        waiting = scene.job(results[1])
        assert waiting.state is State.RETRYING
        assert waiting.error_message == "job #1 is doing 'w'"
        assert (waiting.failures, waiting.retries_left) == (0, 0)
        assert 0.9e6 < (waiting.eta or 0) - (waiting.started_at or 0) < 2e6
        huey.ledger.attempts.promote(LATER)
        run_all(huey)
        assert [result.get() for result in results] == [42, 42]
        assert scene.states() == ["succeeded", "succeeded"]

    def test_inside_itself_it_is_refused(self, huey: SqliteHuey, scene: Scene) -> None:
        works(huey, lambda: once("w", lambda: None))()
        run_all(huey)
        assert scene.job(1).error_message == "once('w') is called inside itself"


class TestKilled:
    @pytest.fixture
    def cast(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
        with stage(path) as made:
            monkeypatch.setenv("OUTSIDE", str(made.outside))
            yield made

    @pytest.mark.parametrize(("where", "charges"), [("behind", 1), ("inside", 2)])
    def test_only_what_was_recorded_is_not_repeated(
        self, scene: Scene, path: Path, cast: Stage, where: str, charges: int
    ) -> None:
        app = make_huey(str(path))
        scene.watch(app)
        app.enqueue(find_task(app, "pays")((where,)))
        runner = cast.actor("runner")
        worker = int(runner.line())
        runner.until("ready")
        runner.go()
        runner.until("in body")
        runner.kill()
        app.ledger.attempts.rescue(worker, "killed", LATER)
        again = cast.actor("runner")
        again.until("ready")
        for _ in ("cue", "body"):
            again.go()
        again.until("nothing left")
        assert [word for word, _ in cast.runs()] == ["charge"] * charges
        assert scene.job(1).result == '"receipt"'
