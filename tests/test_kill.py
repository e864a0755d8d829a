"""SIGKILL, whenever: nothing is lost, nothing stays running, and little is run twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from actors import make_huey, whole_unit
from book import NOW, Book
from scene import Scene
from stage import Actor, Stage, stage
from waiting import eventually

from jobdash import SqliteHuey, liveness
from jobdash.broker.calls import find_task
from jobdash.job import State


@pytest.fixture
def cast(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage(path) as made:
        monkeypatch.setenv("OUTSIDE", str(made.outside))
        yield made


@pytest.fixture
def app(scene: Scene, path: Path, cast: Stage) -> SqliteHuey:
    made: SqliteHuey = make_huey(str(path))
    scene.watch(made)
    return made


def rescue(book: Book, worker: int) -> list[int]:
    """Do what a pool does when it finds a worker dead."""
    assert not liveness.is_alive(book.database.path, worker)
    return book.ledger.attempts.rescue(worker, "killed by SIGKILL", NOW)


def start(cast: Stage) -> tuple[Actor, int]:
    """Start a process that runs jobs; return it with its worker id."""
    runner = cast.actor("runner")
    worker = int(runner.line())
    runner.until("ready")
    return runner, worker


def run_to_the_end(cast: Stage) -> None:
    """Let another worker run whatever is left."""
    runner, _ = start(cast)
    runner.go()
    runner.until("nothing left")


def enqueue(app: SqliteHuey, count: int, how: str = "") -> None:
    """Enqueue the actors' task so many times."""
    body = find_task(app, "body")
    app.enqueue_many([body((how,)) for _ in range(count)])


class TestWorker:
    def test_killed_after_the_claim_its_job_goes_back(self, book: Book, cast: Stage) -> None:
        seq = book.add("a")
        actor = cast.actor("claims_and_waits")
        actor.until("ready")
        actor.go()
        worker, claimed = map(int, actor.line().split())
        assert claimed == seq
        assert liveness.is_alive(book.database.path, worker)
        actor.kill()
        assert rescue(book, worker) == [seq]
        row = book.row(seq)
        assert (row["state"], row["rescues"], row["failures"]) == ("pending", 1, 0)

    def test_killed_in_the_body_its_job_runs_again(
        self, app: SqliteHuey, scene: Scene, book: Book, cast: Stage
    ) -> None:
        enqueue(app, 1, "wait")
        runner, worker = start(cast)
        runner.go()
        runner.until("in body")
        runner.kill()
        assert rescue(book, worker) == [1]
        second, _ = start(cast)
        second.go()
        second.until("in body")
        second.go()
        second.until("nothing left")
        assert scene.outcomes(1) == ["lost", "succeeded"]
        assert cast.runs() == [("start", 1), ("start", 1), ("stop", 1)]

    def test_killed_before_its_finish_is_committed_its_job_runs_again(
        self, app: SqliteHuey, scene: Scene, book: Book, cast: Stage
    ) -> None:
        enqueue(app, 1, "wait")
        runner, worker = start(cast)
        runner.go()
        runner.until("in body")
        with book.database.transaction() as tx:
            tx.run("INSERT INTO event (at, kind) VALUES (1, 'the lock is held')")
            runner.go()
            eventually(lambda: ("stop", 1) in cast.runs())
            runner.kill()
        assert scene.state(1) is State.RUNNING
        assert rescue(book, worker) == [1]
        assert scene.state(1) is State.PENDING

    def test_killed_after_its_finish_is_committed_nothing_runs_again(
        self, app: SqliteHuey, scene: Scene, book: Book, cast: Stage
    ) -> None:
        enqueue(app, 1)
        runner, worker = start(cast)
        runner.go()
        runner.until("nothing left")
        runner.kill()
        assert rescue(book, worker) == []
        run_to_the_end(cast)
        assert cast.runs() == [("start", 1), ("stop", 1)]
        assert scene.outcomes(1) == ["succeeded"]

    def test_killed_when_it_was_to_stop_its_job_is_cancelled(
        self, app: SqliteHuey, scene: Scene, book: Book, cast: Stage
    ) -> None:
        enqueue(app, 1, "wait")
        runner, worker = start(cast)
        runner.go()
        runner.until("in body")
        book.ledger.decisions.cancel(1, NOW)
        runner.kill()
        rescue(book, worker)
        run_to_the_end(cast)
        assert scene.state(1) is State.CANCELLED
        assert cast.runs() == [("start", 1)]

    def test_killed_again_and_again_every_job_still_ends_once(
        self, app: SqliteHuey, scene: Scene, book: Book, cast: Stage
    ) -> None:
        enqueue(app, 400)
        kills, lost = 0, 0
        for quota in (1, 7, 23, 40, 61):
            runner, worker = start(cast)
            runner.go()
            for _ in range(quota):
                runner.line()
            runner.kill()
            kills += 1
            lost += len(rescue(book, worker))
        run_to_the_end(cast)
        assert set(scene.states()) == {"succeeded"}
        starts = Counter(seq for word, seq in cast.runs() if word == "start")
        assert set(starts) == set(range(1, 401))
        assert sum(starts.values()) - 400 <= lost <= kills
        stops = Counter(seq for word, seq in cast.runs() if word == "stop")
        assert all(stops[seq] >= 1 for seq in range(1, 401))

    def test_without_a_pool_the_next_consumer_frees_its_job(
        self, app: SqliteHuey, scene: Scene, cast: Stage
    ) -> None:
        enqueue(app, 1, "wait")
        runner, _ = start(cast)
        runner.go()
        runner.until("in body")
        runner.kill()
        task = app.dequeue()
        assert scene.job(task).rescues == 1
        assert scene.job(task).worker == app.storage.guest.worker

    def test_its_lock_ends_with_it_at_once(self, book: Book, cast: Stage) -> None:
        actor = cast.actor("claims_and_waits")
        actor.until("ready")
        actor.go()
        worker = int(actor.line().split()[0])
        actor.kill()
        eventually(lambda: not liveness.is_alive(book.database.path, worker))

    def test_a_child_that_a_task_left_behind_is_no_worker(
        self, app: SqliteHuey, scene: Scene, cast: Stage
    ) -> None:
        enqueue(app, 3, "fork")
        run_to_the_end(cast)
        assert scene.states() == ["succeeded"] * 3
        assert [word for word, _ in cast.runs()].count("start") == 3
        assert scene.job(1).result == '"well"'


class TestProducer:
    def test_what_was_accepted_is_there_and_whole(self, book: Book, cast: Stage) -> None:
        size = 5
        for accepted in (1, 10, 37):
            producer = cast.actor("producer")
            producer.until("ready")
            producer.go()
            told = [producer.line() for _ in range(accepted)] + producer.kill()
            units = Counter(
                id_.rpartition("-")[0]
                for (id_,) in book.rows("SELECT id FROM job")
                if id_.startswith(f"{producer.pid}-")
            )
            assert set(told) <= set(units)
            assert len(units) - len(told) in (0, 1)
            assert set(units.values()) == {size}

    def test_a_unit_has_as_many_jobs_as_this_test_thinks(self, book: Book) -> None:
        book.enter(whole_unit("u"))
        assert book.one("SELECT count(*) FROM job") == (5,)


class TestRescuer:
    def test_killed_before_it_commits_another_one_does_it(self, book: Book, cast: Stage) -> None:
        seq = book.add("a")
        worker = book.worker()
        book.claim(worker)
        first = cast.actor("rescuer", worker)
        first.until("ready")
        first.go()
        first.until("ready")
        with book.database.transaction() as tx:
            tx.run("INSERT INTO event (at, kind) VALUES (1, 'the lock is held')")
            first.go()
            first.kill()
        assert book.state(seq) == "running"
        assert cast.together(cast.actor("rescuer", worker)) == [[str(seq)]]
        assert book.state(seq) == "pending"
        assert book.row(seq)["rescues"] == 1
