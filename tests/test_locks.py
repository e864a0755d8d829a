"""Task locks: whoever dies lets go, whoever lives is never robbed, and one is told who holds it."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from actors import make_huey
from book import NOW
from huey.exceptions import TaskLockedException
from pool_support import Site, open_gate
from scene import Scene, run_all, run_next
from stage import Stage, stage
from waiting import eventually

from jobdash import SqliteHuey
from jobdash.broker.calls import find_task
from jobdash.job import State
from jobdash.report import Report

pytestmark = pytest.mark.usefixtures("quiet")
pytest_plugins = ("pool_fixtures",)


class TestInATask:
    def test_it_is_held_while_the_body_runs(self, huey: SqliteHuey) -> None:
        seen: list[bool] = []
        task = huey.task(name="t")(huey.lock_task("door")(lambda: seen.append(is_open(huey))))
        task()
        run_all(huey)
        assert (seen, is_open(huey)) == ([False], True)

    def test_who_is_refused_is_told_who_holds_it(self, scene: Scene, huey: SqliteHuey) -> None:
        second = scene.huey()
        task = second.task(name="t")(second.lock_task("door")(lambda: None))
        holder = huey.task(name="h")(huey.lock_task("door")(lambda: run_next(second)))
        refused = task.s(priority=1)
        second.enqueue(refused)
        huey.enqueue(holder.s(priority=2))
        run_next(huey)
        told = scene.job(refused).error_message
        assert told == "unable to acquire lock door: job #2 holds it"
        assert scene.state(2) is State.SUCCEEDED

    def test_the_holder_is_told_in_its_history(self, huey: SqliteHuey, scene: Scene) -> None:
        told: list[Any] = []

        @huey.task()
        @huey.lock_task("door")
        def look() -> None:
            told.extend(history(scene))

        look()
        run_all(huey)
        assert ("holds a lock", "door") in told
        assert ("holds a lock", "door") not in history(scene)

    def test_what_a_run_has_left_behind_is_free(self, huey: SqliteHuey) -> None:
        # As when an interrupt comes between the taking of a lock and its block.
        task = huey.task(name="t")(lambda: huey.lock_task("door").__enter__() and None)
        task(), task()
        run_next(huey)
        assert is_open(huey)
        with huey.lock_task("door"):
            assert not is_open(huey)

    def test_what_is_acquired_by_hand_outlasts_the_run(self, huey: SqliteHuey) -> None:
        huey.task(name="t")(lambda: huey.lock_task("door").acquire())()
        run_all(huey)
        assert not is_open(huey)
        assert huey.lock_task("door").release()
        assert is_open(huey)

    def test_a_child_of_the_body_does_not_let_go(self, huey: SqliteHuey, scene: Scene) -> None:
        seen: list[bool] = []

        @huey.task()
        def forks() -> None:
            with huey.lock_task("door"):
                child = os.fork()
                if not child:
                    return
                assert os.waitpid(child, 0)[1] == 0
                seen.append(is_open(huey))

        forks()
        run_all(huey)
        assert (seen, is_open(huey)) == ([False], True)
        assert scene.rows("SELECT count(*) FROM worker") == [(1,)], "the child has enlisted"


class TestLettingGo:
    def test_a_plain_hueys_lock_is_freed_by_hand_only(self, huey: SqliteHuey) -> None:
        huey.put_if_empty("huey.lock.door", "1")
        with pytest.raises(TaskLockedException, match=r"^unable to acquire lock door$"):
            huey.lock_task("door").acquire()
        assert huey.flush_locks("door") == {"door"}
        assert is_open(huey)

    def test_a_lock_that_was_flushed_and_taken_by_another_stays_the_others(
        self, scene: Scene, huey: SqliteHuey
    ) -> None:
        other = scene.huey()
        task = other.task(name="t")(lambda: other.lock_task("door").acquire())
        with huey.lock_task("door"):
            huey.flush_locks()
            task()
            run_all(other)
        assert not is_open(huey)

    def test_in_memory_it_is_hueys_own(self, scene: Scene) -> None:
        huey = scene.huey(immediate=True)
        with huey.lock_task("door"):
            assert not is_open(huey)
        assert is_open(huey)


class TestKilled:
    @pytest.fixture
    def cast(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
        with stage(path) as made:
            monkeypatch.setenv("OUTSIDE", str(made.outside))
            yield made

    @pytest.fixture
    def app(self, scene: Scene, path: Path) -> SqliteHuey:
        made: SqliteHuey = make_huey(str(path))
        scene.watch(made)
        return made

    def test_a_killed_workers_lock_is_released_with_its_job(
        self, app: SqliteHuey, scene: Scene, cast: Stage
    ) -> None:
        app.enqueue(find_task(app, "locked")())
        runner = cast.actor("runner")
        worker = int(runner.line())
        runner.until("ready")
        runner.go()
        runner.until("in body")
        with pytest.raises(TaskLockedException, match="job #1 holds it"):
            app.lock_task("door").acquire()
        runner.kill()
        assert not is_open(app), "its job is not free yet"
        app.ledger.attempts.rescue(worker, "killed", NOW)
        assert is_open(app)
        assert scene.rows("SELECT * FROM kv") == []

    def test_a_killed_scripts_lock_is_free_at_once(self, app: SqliteHuey, cast: Stage) -> None:
        script = cast.actor("locker")
        script.until("ready")
        with pytest.raises(TaskLockedException, match=f"process {script.pid} holds it"):
            app.lock_task("door").acquire()
        script.kill()
        assert is_open(app)
        with app.lock_task("door"):
            assert not is_open(app)


def killed(site: Site, seq: int, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert len(site.begun(2)) == 2
    open_gate(site.folder / "gate")
    site.ends_as(State.SUCCEEDED, seq)


def pool_killed(site: Site, seq: int, pid: int) -> None:
    site.pools[0].signal(signal.SIGKILL)
    site.pools[0].ends()
    site.serve()
    site.begun(2)
    open_gate(site.folder / "gate")
    site.ends_as(State.SUCCEEDED, seq)


def cancelled(site: Site, seq: int, pid: int) -> None:
    site.ledger().decisions.cancel(seq, NOW)
    site.ends_as(State.CANCELLED, seq)


def timed_out(site: Site, seq: int, pid: int) -> None:
    site.ends_as(State.FAILED, seq)


@pytest.mark.parametrize(
    ("gate", "end"),
    [("gate", killed), ("gate", pool_killed), ("deaf", cancelled), ("deaf", timed_out)],
)
def test_a_pool_releases_the_locks_of_whom_it_loses(
    site: Site, gate: str, end: Callable[[Site, int, int], None]
) -> None:
    site.gate()
    app = site.app()
    app.locked.task_class.hard_timeout = 0.3 if end is timed_out else None
    site.serve()
    where = site.folder / "gate" if gate == "gate" else gate
    seq = site.enqueue("locked", site.book, where)
    (line,) = site.begun()
    end(site, seq, int(line.split()[-1]))
    eventually(lambda: is_open(app.huey))
    site.pools[-1].stop()


def is_open(huey: SqliteHuey) -> bool:
    return not huey.is_locked("door")


def history(scene: Scene) -> list[tuple[str, str]]:
    with Report(scene.path) as report:
        return [(line.kind, line.detail) for line in report.history(1)]
