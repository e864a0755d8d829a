"""A file that plain huey has used: what was queued and scheduled there becomes jobs, none lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import huey as plain
import pytest
from huey.api import chord
from huey.utils import SKIPPED
from scene import Scene, run_all

from jobdash import SqliteHuey
from jobdash.report import Report


class Tasks:
    """The same app on either huey."""

    def __init__(self, huey: Any) -> None:
        self.huey = huey
        self.seen: list[Any] = []
        self.add = huey.task(name="add")(self._add)
        self.gather = huey.task(name="gather")(self._gather)

    def _add(self, a: int, b: int = 1) -> int:
        self.seen.append(a)
        return a + b

    def _gather(self, values: list[Any]) -> int:
        self.seen.append(values)
        return len(values)


def left_behind(path: Path, act: Callable[[Tasks], object]) -> None:
    """Let a plain huey act on the file, and leave it."""
    old = Tasks(plain.SqliteHuey(filename=str(path), utc=False))
    act(old)
    old.huey.storage.close()


@pytest.fixture
def taken(scene: Scene) -> Callable[[], Tasks]:
    """Change the import: the same app on jobdash, its tasks registered after it was opened."""

    def take() -> Tasks:
        return Tasks(scene.huey())

    return take


def test_queued_jobs_run_in_their_order(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    def act(old: Tasks) -> None:
        for number, priority in enumerate((0, 5, 0, 5)):
            old.huey.enqueue(old.add.s(number, priority=priority))

    left_behind(path, act)
    app = taken()
    assert scene.states() == ["pending"] * 4
    assert len(app.huey) == 4
    run_all(app.huey)
    assert app.seen == [1, 3, 0, 2]
    assert scene.states() == ["succeeded"] * 4


def test_a_taken_job_keeps_its_id_and_shows_what_it_is(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    ids: list[str] = []
    left_behind(path, lambda old: ids.append(old.add(41).id))
    app = taken()
    job = scene.job(ids[0])
    assert job.task.endswith(".add")
    assert job.args == "[41]"
    run_all(app.huey)
    assert app.huey.result(ids[0]) == 42


def test_scheduled_jobs_keep_their_time(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    eta = datetime.now() + timedelta(hours=1)

    def act(old: Tasks) -> None:
        old.add.schedule((1,), eta=eta)
        old.huey.execute(old.huey.dequeue())  # puts it into the schedule
        old.add.schedule((2,), eta=eta)  # still in the queue

    left_behind(path, act)
    app = taken()
    assert scene.states() == ["scheduled"] * 2
    assert (len(app.huey), app.huey.scheduled_count()) == (1, 1)
    etas = {job.eta for job in (scene.job(1), scene.job(2))}
    assert etas == {int(eta.timestamp() * 1_000_000)}


def test_a_pipeline_goes_on(path: Path, scene: Scene, taken: Callable[[], Tasks]) -> None:
    def act(old: Tasks) -> None:
        old.huey.enqueue(old.add.s(1).then(old.add).then(old.add))
        old.huey.execute(old.huey.dequeue())

    left_behind(path, act)
    app = taken()
    assert scene.states() == ["pending", "waiting"]
    run_all(app.huey)
    assert app.seen == [2, 3]


def test_a_chord_that_is_half_done_is_completed(path: Path, taken: Callable[[], Tasks]) -> None:
    def act(old: Tasks) -> None:
        old.huey.enqueue(chord([old.add.s(n) for n in (1, 2, 3)], old.gather.s()))
        old.huey.execute(old.huey.dequeue())

    left_behind(path, act)
    app = taken()
    run_all(app.huey)
    assert app.seen == [2, 3, [2, 3, 4]]


def test_a_chord_does_not_wait_for_what_plain_huey_has_lost(
    path: Path, taken: Callable[[], Tasks]
) -> None:
    def act(old: Tasks) -> None:
        old.huey.enqueue(chord([old.add.s(n) for n in (1, 2)], old.gather.s()))
        old.huey.dequeue()  # and its consumer was killed

    left_behind(path, act)
    app = taken()
    run_all(app.huey)
    assert app.seen == [2, [SKIPPED, 3]]


def test_results_locks_and_revocations_stay(path: Path, taken: Callable[[], Tasks]) -> None:
    ids: list[str] = []

    def act(old: Tasks) -> None:
        done = old.add(1)
        old.huey.execute(old.huey.dequeue())
        revoked = old.add(2)
        revoked.revoke()
        old.huey.lock_task("held").acquire()
        ids.extend((done.id, revoked.id))

    left_behind(path, act)
    app = taken()
    assert app.huey.result(ids[0]) == 2
    assert app.huey.is_locked("held")
    run_all(app.huey)
    assert app.seen == []


def test_what_cannot_be_read_is_kept_as_a_dead_letter(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    def act(old: Tasks) -> None:
        old.huey.storage.enqueue(b"no message at all")
        old.add(1)

    left_behind(path, act)
    app = taken()
    run_all(app.huey)
    assert sorted(scene.states()) == ["failed", "succeeded"]
    assert scene.rows("SELECT data FROM message ORDER BY length(data) LIMIT 1") == [
        (b"no message at all",)
    ]


def test_a_task_that_is_registered_later_runs_all_the_same(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    left_behind(path, lambda old: old.huey.enqueue(old.add.s(1).then(old.add)))
    huey = scene.huey()
    assert scene.states() == ["pending", "waiting"]
    app = Tasks(huey)
    run_all(huey)
    assert app.seen == [1, 2]


def test_other_queues_of_the_file_are_left_for_their_own_apps(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    def act(old: Tasks) -> None:
        other = plain.SqliteHuey("other", filename=str(path), utc=False)
        Tasks(other).add(1)
        # Two SQLite libraries must never have the file open in one process.
        other.storage.close()
        old.add(2)

    left_behind(path, act)
    taken()
    assert [job for (job,) in scene.rows("SELECT args FROM job")] == ["[2]"]
    with Report(path) as report:
        assert report.plain_messages() == 1
    scene.huey("other")
    assert scene.rows("SELECT queue, args FROM job") == [("huey", "[2]"), ("other", "[1]")]


def test_opening_again_takes_only_what_has_come_since(
    path: Path, scene: Scene, taken: Callable[[], Tasks]
) -> None:
    left_behind(path, lambda old: old.add(1))
    taken().huey.storage.close()
    left_behind(path, lambda old: old.add(2))
    with Report(path) as report:
        assert report.plain_messages() == 1
    taken()
    assert scene.states() == ["pending"] * 2
    with Report(path) as report:
        assert report.plain_messages() == 0


def test_a_takeover_that_is_cut_off_goes_on_at_the_next_opening(
    path: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(path, lambda old: [old.add(n) for n in range(10)])
    monkeypatch.setattr("jobdash.ledger.plain_huey.AT_ONCE", 4)
    moves = 0

    from jobdash.ledger.plain_huey import PlainHuey

    move = PlainHuey._move

    def stops(self: PlainHuey, *arguments: Any) -> bool:
        nonlocal moves
        moves += 1
        if moves == 7:
            raise KeyboardInterrupt
        return move(self, *arguments)

    with monkeypatch.context() as cut:
        cut.setattr(PlainHuey, "_move", stops)
        with pytest.raises(KeyboardInterrupt):
            SqliteHuey(filename=str(path), utc=False)
    app = Tasks(scene.huey())
    run_all(app.huey)
    assert sorted(app.seen) == list(range(10))
