"""What follows the end of a batch: a task, a command that is told; once, whoever is killed.

Costs about three seconds: one pool that is killed.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, refused, run, run_json, start, wait_for
from scene import Scene, run_all
from waiting import PATIENCE

from jobdash import SqliteHuey
from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.report import Report

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def add(huey: SqliteHuey) -> Any:
    """A task."""
    return huey.task(name="add")(lambda a: 1 // a)


@pytest.fixture
def report(huey: SqliteHuey) -> Any:
    """The task that follows."""
    return huey.task(name="report")(lambda batch: f"batch {batch}")


class TestThen:
    def test_it_runs_after_the_last_of_them(
        self, huey: SqliteHuey, scene: Scene, add: Any, report: Any
    ) -> None:
        batch = add.map_batch([1, 0, 2], name="night", then=report)
        assert scene.state(1) is State.WAITING
        with Report(scene.path) as report_of_file:
            (reason,) = report_of_file.why(scene.job(1), 5)
        assert reason.said == "it waits for the end of batch night"
        assert run_all(huey) == 4
        assert scene.job(1).result == f'"batch {batch.id}"'
        assert [scene.state(seq) for seq in (2, 3, 4)] == ["succeeded", "failed", "succeeded"]

    def test_it_runs_once_though_the_batch_ends_twice(
        self, huey: SqliteHuey, scene: Scene, add: Any, report: Any
    ) -> None:
        add.map_batch([0], then=report)
        assert run_all(huey) == 2
        huey.ledger.decisions.retry(2, 5)
        assert run_all(huey) == 1
        assert scene.job(1).attempts == 1

    def test_what_has_not_ended_holds_it_back(
        self, huey: SqliteHuey, scene: Scene, add: Any, report: Any
    ) -> None:
        add.map_batch([1, 2], then=report)
        claim = huey.claim_next()
        following = huey.run_claim(claim, lambda: True)
        assert scene.state(1) is State.WAITING
        assert huey.run_claim(following, lambda: True).seq == 1

    def test_an_empty_batch_has_an_end_too(
        self, huey: SqliteHuey, scene: Scene, add: Any, report: Any
    ) -> None:
        add.map_batch([], then=report)
        assert scene.state(1) is State.PENDING

    def test_so_has_one_that_is_cancelled(
        self, huey: SqliteHuey, scene: Scene, add: Any, report: Any
    ) -> None:
        add.map_batch([1, 2], name="night", then=report)
        huey.ledger.batch_decisions.cancel("night", 5)
        assert [scene.state(seq) for seq in (1, 2, 3)] == ["pending", "cancelled", "cancelled"]

    def test_of_a_batch_that_never_was_nothing_follows(
        self, huey: SqliteHuey, scene: Scene, add: Any, report: Any
    ) -> None:
        def fill() -> None:
            with huey.batch("night", then=report):
                add(1)
                raise KeyError

        with pytest.raises(KeyError):
            fill()
        assert scene.states() == []

    def test_a_limit_of_its_task_holds_it_no_longer_than_that(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        limited = huey.task(name="limited", concurrency=1)(lambda batch: batch)
        add.map_batch([1], then=limited)
        assert run_all(huey) == 2

    @pytest.mark.parametrize("bad", [{"then": "report"}, {"notify": " "}])
    def test_what_cannot_follow_is_refused(self, huey: SqliteHuey, bad: dict[str, Any]) -> None:
        with pytest.raises(UsageError):
            huey.batch("night", **bad)


class TestNotify:
    def test_a_command_gets_the_outcome(
        self, huey: SqliteHuey, scene: Scene, add: Any, tmp_path: Path
    ) -> None:
        told = tmp_path / "told"
        add.map_batch([1, 0], name="night", notify=f"cat > {told}")
        assert run_all(huey) == 3
        document = json.loads(told.read_text())
        assert (document["name"], document["total"]) == ("night", 2)
        assert (document["succeeded"], document["failed"]) == (1, 1)
        assert document["finished_at"].endswith("Z")

    def test_an_app_that_has_made_no_batch_can_run_it(
        self, huey: SqliteHuey, scene: Scene, add: Any, tmp_path: Path
    ) -> None:
        told = tmp_path / "told"
        add.map_batch([1], notify=f"cat > {told}")
        other = scene.huey()
        other.task(name="add")(lambda a: a)
        run_all(other)
        assert told.exists()

    def test_one_that_fails_is_a_dead_letter(
        self, huey: SqliteHuey, scene: Scene, add: Any
    ) -> None:
        add.map_batch([1], notify="echo no such list >&2; exit 3")
        run_all(huey)
        job = scene.job(1)
        assert (job.state, job.error_message) == (State.FAILED, "exit 3: no such list")


class TestCommand:
    @pytest.fixture
    def shop(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
        with a_shop(tmp_path, monkeypatch) as made:
            yield made

    def words(self, shop: Shop, *more: object) -> tuple[object, ...]:
        (shop.folder / "in.csv").write_text("to\n" + "ada\n" * 40)
        return ("-A", shop.app, "batch", "send", "--from", "in.csv", "--name", "night", *more)

    def test_both_follow_and_are_told_of(self, shop: Shop) -> None:
        assert run(*self.words(shop, "--then", "total", "--notify", "cat > told")).exit_code == 0
        batch = run_json("--db", shop.db, "batches", "show", "night")
        assert {batch["then_job"], batch["notify_job"]} == {1, 2}
        shop.work()
        assert json.loads((shop.folder / "told").read_text())["succeeded"] == 40
        assert shop.state(batch["then_job"]) == "succeeded"

    def test_a_task_that_does_not_fit_is_refused_before_anything(self, shop: Shop) -> None:
        refused(run(*self.words(shop, "--then", "sned")), 3, "send")
        assert not shop.db.exists() or run_json("--db", shop.db, "batches") == []

    def test_a_resumed_batch_is_followed_too(self, shop: Shop) -> None:
        assert run(*self.words(shop)).exit_code == 0
        assert run(*self.words(shop, "--resume", "--notify", "echo x >> told")).exit_code == 0
        assert run(*self.words(shop, "--resume", "--notify", "echo x >> told")).exit_code == 0
        shop.work()
        assert (shop.folder / "told").read_text() == "x\n"

    def test_once_though_the_pool_is_killed(self, shop: Shop) -> None:
        assert run(*self.words(shop, "--notify", "echo x >> told")).exit_code == 0
        pools = [_pool(shop)]
        try:
            wait_for(lambda: "succeeded" in run("--db", shop.db, "stats").stdout)
            pools[0].kill()
            pools.append(_pool(shop))
            wait_for((shop.folder / "told").exists)
            assert run("--db", shop.db, "wait", "--idle", "-q").exit_code == 0
        finally:
            for pool in pools:
                pool.terminate()
                pool.wait(PATIENCE)
        assert (shop.folder / "told").read_text() == "x\n"


def _pool(shop: Shop) -> subprocess.Popen[str]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return start("-A", shop.app, "worker", "-w", 2, cwd=shop.folder, **silent)
