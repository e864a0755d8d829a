"""What a batch or a task may have at once: in the claim, through crashes, and decided by people.

Costs about 4 s.
"""

from typing import Any

import pytest
from book import NOW, SECOND, Book, new_job
from scene import Scene

from jobdash import SqliteHuey
from jobdash.errors import IllegalMove, NotFound, UsageError
from jobdash.job import Claim, Event
from jobdash.ledger import NewJob, Settlement, lanes
from jobdash.ledger.batches import Made, NewBatch
from jobdash.policy import Stop

pytestmark = pytest.mark.usefixtures("quiet")


def fill(book: Book, jobs: int, task: str = "a", **options: Any) -> Made:
    """Make a batch of so many jobs."""
    made = book.ledger.batches.create(NewBatch(options.pop("name", "night"), **options), NOW)
    units = [job(f"{made.name}{n}", task, made) for n in range(1, jobs + 1)]
    book.ledger.batches.enter(made, units, 1, NOW)
    book.ledger.batches.close(made, NOW)
    return made


def job(id_: str, task: str, batch: Made | None = None, **columns: Any) -> NewJob:
    name = None if batch is None else batch.name
    return new_job(id_, task=task, batch=name, **columns)


def limit(book: Book, task: str, concurrency: int) -> None:
    book.ledger.limits.set(task, concurrency)


def claim(book: Book) -> str | None:
    """Claim the next job and return its id."""
    found = book.ledger.attempts.claim(worker(book), NOW)
    if found is None:
        return None
    book.claimed[found.id] = found  # type: ignore[attr-defined]
    return found.id


def worker(book: Book) -> int:
    if not hasattr(book, "claimed"):
        book.claimed = {}  # type: ignore[attr-defined]
    return book.worker()


def claims(book: Book) -> list[str]:
    """Claim until nothing may run any more."""
    found = []
    while (one := claim(book)) is not None:
        found.append(one)
    return found


def end(book: Book, id_: str, event: Event = Event.SUCCEED, **how: Any) -> None:
    found: Claim = book.claimed.pop(id_)  # type: ignore[attr-defined]
    outcome = {Event.SUCCEED: "succeeded", Event.FAIL: "failed"}.get(event)
    book.ledger.attempts.settle(found, Settlement(event, outcome, **how), NOW)


def batch(book: Book, column: str, name: str = "night") -> Any:
    return book.one(f"SELECT {column} FROM batch WHERE name = ?", (name,))[0]


class TestRoom:
    @pytest.mark.parametrize(
        ("event", "how"),
        [
            (Event.SUCCEED, {}),
            (Event.FAIL, {}),
            (Event.TRY_AGAIN, {"eta": NOW + SECOND, "retries_left": 1}),
            (Event.POSTPONE, {"eta": NOW + SECOND}),
            (Event.EXPIRE, {}),
            (Event.CONFIRM_CANCEL, {}),
        ],
    )
    def test_whatever_way_a_job_ends_the_next_one_runs(
        self, book: Book, event: Event, how: dict[str, Any]
    ) -> None:
        fill(book, 4, concurrency=2)
        assert claims(book) == ["night1", "night2"]
        end(book, "night2", event, **how)
        assert claims(book) == ["night3"]

    def test_what_is_given_back_is_the_next(self, book: Book) -> None:
        fill(book, 3, concurrency=1)
        assert claims(book) == ["night1"]
        end(book, "night1", Event.RELEASE)
        assert claims(book) == ["night1"]

    def test_a_dead_workers_place_is_free(self, book: Book) -> None:
        limit(book, "a", 1)
        book.enter(job("x", "a", is_limited=True), job("y", "a", is_limited=True))
        who = worker(book)
        assert book.ledger.attempts.claim(who, NOW)
        assert claims(book) == []
        book.ledger.attempts.rescue(who, "killed", NOW)
        assert claims(book) == ["x"]

    def test_a_tasks_limit_holds_over_batches(self, book: Book) -> None:
        limit(book, "a", 2)
        fill(book, 3, name="one")
        fill(book, 3, name="two")
        book.enter(job("alone", "a", is_limited=True), job("other", "b"))
        assert claims(book) == ["one1", "one2", "other"]
        end(book, "one1")
        assert claims(book) == ["one3"]

    def test_one_end_may_let_two_through(self, book: Book) -> None:
        limit(book, "a", 1)
        made = book.ledger.batches.create(NewBatch("night", concurrency=1), NOW)
        units = [job("first", "a", made), job("second", "b", made)]
        book.ledger.batches.enter(made, units, 1, NOW)
        book.ledger.batches.close(made, NOW)
        book.enter(job("alone", "a", is_limited=True))
        assert claims(book) == ["first"]
        end(book, "first")
        assert sorted(claims(book)) == ["alone", "second"]

    def test_a_held_lane_stands_in_nobodys_way(self, book: Book) -> None:
        limit(book, "a", 2)
        fill(book, 3, name="one", is_paused=True)
        fill(book, 3, name="two", concurrency=1)
        assert claims(book) == ["two1"]
        end(book, "two1")
        assert claims(book) == ["two2"]

    def test_the_most_urgent_goes_first(self, book: Book) -> None:
        limit(book, "a", 1)
        book.enter(*(job(f"j{n}", "a", is_limited=True, priority=n) for n in (1, 3, 2)))
        order = []
        while found := claims(book):
            order += found
            end(book, found[0])
        assert order == ["j3", "j2", "j1"]

    def test_a_more_urgent_one_takes_the_turn_of_one_that_has_not_begun(self, book: Book) -> None:
        limit(book, "a", 2)
        book.enter(*(job(f"j{n}", "a", is_limited=True) for n in range(3)))
        assert claim(book) == "j0"
        book.enter(*(job(f"urgent{n}", "a", is_limited=True, priority=n) for n in (5, 6)))
        assert claims(book) == ["urgent6"]
        end(book, "j0")
        assert claims(book) == ["urgent5"]

    def test_in_a_batch_too(self, book: Book) -> None:
        made = book.ledger.batches.create(NewBatch("night", is_whole=False, concurrency=1), NOW)
        for number, priority in enumerate((0, 1), 1):
            unit = job(f"j{number}", "ab"[priority], made, priority=priority)
            book.ledger.batches.enter(made, [unit], number, NOW)
        assert claims(book) == ["j2"]

    def test_what_is_due_later_waits_for_room_too(self, book: Book) -> None:
        limit(book, "a", 1)
        eta = NOW + SECOND
        book.enter(*(job(f"j{n}", "a", is_limited=True, eta=eta) for n in (1, 2)))
        book.ledger.attempts.promote(eta)
        assert len(claims(book)) == 1

    def test_a_window_is_filled_up_again_and_again(self, book: Book) -> None:
        fill(book, 1_700)
        ready = "SELECT count(*) FROM job WHERE state = 'pending' AND held = 0"
        assert book.one(ready) == (1_000,)
        who = worker(book)
        found = book.ledger.attempts.claim(who, NOW)
        done = 0
        while found is not None:
            done += 1
            ended = Settlement(Event.SUCCEED, "succeeded")
            found = book.ledger.attempts.settle(found, ended, NOW, next_for=who).following
        assert done == 1_700
        assert batch(book, "finished_at") == NOW


class TestTheAppsLimits:
    def test_a_task_says_how_many(self, huey: SqliteHuey) -> None:
        task = huey.task(name="a", concurrency=2)(lambda: None)
        huey.enqueue_many([task.s() for _ in range(3)])
        assert [huey.claim_next() is None for _ in range(3)] == [False, False, True]

    def test_a_step_of_a_pipeline_waits_for_its_own(self, huey: SqliteHuey, scene: Scene) -> None:
        first = huey.task(name="a")(lambda: None)
        second = huey.task(name="b", concurrency=1)(lambda *_: None)
        huey.enqueue_many([first.s().then(second), first.s().then(second)])
        for _ in range(2):
            huey.run_claim(huey.claim_next(), lambda: False)
        assert [huey.claim_next() is None for _ in range(2)] == [False, True]

    @pytest.mark.parametrize("concurrency", [0, -1, 1.5, "2", True])
    def test_a_limit_that_makes_no_sense(self, huey: SqliteHuey, concurrency: Any) -> None:
        with pytest.raises(UsageError, match="concurrency"):
            huey.task(name="a", concurrency=concurrency)(lambda: None)

    def test_what_was_there_before_falls_in(self, book: Book) -> None:
        book.enter(*(job(f"j{n}", "a") for n in range(1, 701)), job("other", "b"))
        assert claim(book) == "j1"
        limit(book, "a", 2)
        assert claims(book) == ["other", "j2"] or claims(book) == []
        assert len(book.rows("SELECT 1 FROM job WHERE state = 'running' AND task = 'a'")) == 2

    def test_a_lower_limit_takes_back(self, book: Book) -> None:
        limit(book, "a", 3)
        book.enter(*(job(f"j{n}", "a", is_limited=True) for n in range(5)))
        assert claim(book) == "j0"
        limit(book, "a", 2)
        assert claims(book) == ["j1"]
        limit(book, "a", 4)
        assert claims(book) == ["j2", "j3"]

    def test_a_limit_that_is_lifted_frees_all(self, book: Book) -> None:
        limit(book, "a", 1)
        book.enter(*(job(f"j{n}", "a", is_limited=True) for n in range(1_200)))
        book.ledger.limits.lift("a")
        assert book.one("SELECT count(*) FROM job WHERE state = 'pending' AND held = 0") == (1_200,)


class TestDecisions:
    def test_a_pause_holds_at_once(self, book: Book) -> None:
        fill(book, 3)
        assert claim(book) == "night1"
        assert book.ledger.batch_decisions.pause("night", NOW)
        assert not book.ledger.batch_decisions.pause("night", NOW)
        end(book, "night1")
        assert claims(book) == []
        assert book.ledger.batch_decisions.resume("night", NOW)
        assert not book.ledger.batch_decisions.resume("night", NOW)
        assert claims(book) == ["night2", "night3"]

    def test_a_pause_of_the_task_and_of_the_batch(self, book: Book) -> None:
        fill(book, 2)
        book.ledger.decisions.pause("a", NOW)
        book.ledger.batch_decisions.pause("night", NOW)
        book.ledger.decisions.resume("a", NOW)
        assert claims(book) == []
        book.ledger.decisions.pause("a", NOW)
        book.ledger.batch_decisions.resume("night", NOW)
        assert claims(book) == []
        book.ledger.decisions.resume("a", NOW)
        assert claims(book) == ["night1", "night2"]

    def test_cancelling_ends_it_with_its_last_run(self, book: Book) -> None:
        fill(book, 500)
        assert claim(book) == "night1"
        assert book.ledger.batch_decisions.cancel("night", NOW, running=False)
        assert (claims(book), batch(book, "finished_at")) == ([], None)
        end(book, "night1")
        assert batch(book, "finished_at") == NOW
        assert book.one("SELECT count(*) FROM job WHERE state = 'cancelled'") == (499,)

    def test_cancelling_stops_what_runs(self, book: Book) -> None:
        fill(book, 2)
        assert claim(book) == "night1"
        assert book.ledger.batch_decisions.cancel("night", NOW)
        assert [seq for seq, *_ in book.ledger.attempts.cancel_requests()] == [1]

    def test_a_cancel_that_was_cut_off_is_done_by_others(self, book: Book) -> None:
        fill(book, 3)
        with book.database.transaction() as tx:
            tx.run("UPDATE batch SET cancelled_at = 1, cancelled_why = 'enough'")
            lanes.shut(tx, "night", NOW, at_once=False)
        assert book.ledger.batch_duties.next_at() == 0
        book.ledger.batch_duties.do(NOW)
        assert batch(book, "finished_at") == NOW
        assert book.ledger.batch_duties.next_at() is None

    def test_a_job_of_a_cancelled_batch_can_be_retried(self, book: Book) -> None:
        fill(book, 2)
        book.ledger.batch_decisions.cancel("night", NOW)
        book.ledger.decisions.retry(2, NOW)
        assert claims(book) == ["night2"]

    def test_what_has_ended_or_is_not_there(self, book: Book) -> None:
        fill(book, 0)
        for act in (book.ledger.batch_decisions.pause, book.ledger.batch_decisions.cancel):
            with pytest.raises(IllegalMove, match="ended"):
                act("night", NOW)
            with pytest.raises(NotFound, match="no batch day"):
                act("day", NOW)

    def test_the_acts_are_told(self, book: Book) -> None:
        fill(book, 1)
        book.ledger.batch_decisions.pause("night", NOW)
        book.ledger.batch_decisions.resume("night", NOW)
        book.ledger.batch_decisions.cancel("night", NOW, reason="enough")
        told = book.rows("SELECT kind, detail FROM event WHERE kind LIKE 'batch%' ORDER BY id")
        assert told == [
            ("batch created", "night"),
            ("batch paused", "night"),
            ("batch resumed", "night"),
            ("batch cancelled", "night: enough"),
        ]


class TestStopping:
    @pytest.mark.parametrize(
        ("stop", "failures"),
        [(Stop(failures=2), 2), (Stop(percent=30), 3), (Stop(percent=0.1), 1)],
    )
    def test_after_so_many_failures_the_rest_is_cancelled(
        self, book: Book, stop: Stop, failures: int
    ) -> None:
        fill(book, 10, total=10, stop=stop)
        found = claims(book)[:failures]
        for id_ in found:
            assert batch(book, "cancelled_at") is None
            end(book, id_, Event.FAIL)
        assert "failure" in batch(book, "cancelled_why")

    def test_soon_lets_what_runs_go_on(self, book: Book) -> None:
        fill(book, 10, stop=Stop(failures=1), concurrency=2)
        claims(book)
        end(book, "night1", Event.FAIL)
        assert (claims(book), book.ledger.attempts.cancel_requests()) == ([], [])
        book.ledger.batch_duties.do(NOW)
        end(book, "night2")
        assert batch(book, "finished_at") == NOW

    def test_now_cancels_what_runs(self, book: Book) -> None:
        fill(book, 10, stop=Stop(failures=1, now=True), concurrency=2)
        claims(book)
        end(book, "night1", Event.FAIL)
        assert [seq for seq, *_ in book.ledger.attempts.cancel_requests()] == [2]

    def test_a_lost_worker_counts_as_a_failure(self, book: Book) -> None:
        made = fill(book, 0, stop=Stop(failures=1), is_whole=False, name="day")
        book.write("UPDATE batch SET closed_at = NULL")
        book.ledger.batches.enter(made, [job("x", "a", made, max_rescues=1)], 1, NOW)
        who = worker(book)
        assert book.ledger.attempts.claim(who, NOW)
        book.ledger.attempts.rescue(who, "killed", NOW)
        assert batch(book, "cancelled_at", "day") == NOW

    def test_a_retry_goes_on_until_the_next_failure(self, book: Book) -> None:
        fill(book, 3, stop=Stop(failures=1), concurrency=1)
        end(book, claims(book)[0], Event.FAIL)
        book.ledger.batch_duties.do(NOW)
        for seq in (2, 3):
            book.ledger.decisions.retry(seq, NOW)
        assert claims(book) == ["night2"]
        end(book, "night2", Event.FAIL)
        assert claims(book) == []


class TestAfter:
    """A batch that is to begin when a job has succeeded."""

    @pytest.fixture
    def first(self, book: Book) -> int:
        (entry,) = book.ledger.intake.enqueue([job("first", "b")], NOW)
        fill(book, 2, after=entry.seq, concurrency=1)
        return entry.seq

    def due(self, book: Book) -> bool:
        """Whether a pool finds something to do; then it does it."""
        found = book.ledger.batch_duties.next_at() is not None
        book.ledger.batch_duties.do(NOW)
        return found

    def test_its_success_is_the_beginning(self, book: Book, first: int) -> None:
        assert claims(book) == ["first"]
        assert not self.due(book), "it costs nothing before"
        end(book, "first")
        assert self.due(book)
        assert claims(book) == ["night1"], "and its own limit holds"
        assert not self.due(book)

    @pytest.mark.parametrize("event", [Event.FAIL, Event.EXPIRE])
    def test_any_other_end_is_its_end(self, book: Book, first: int, event: Event) -> None:
        claim(book)
        end(book, "first", event)
        assert self.due(book)
        assert claims(book) == []
        assert batch(book, "finished_at") == NOW
        assert "after #1, which is " in batch(book, "cancelled_why")

    def test_one_that_is_gone_is_no_success(self, book: Book, first: int) -> None:
        book.write("UPDATE batch SET after_job = 99")
        assert self.due(book)
        assert batch(book, "cancelled_why") == "it was to begin after #99, which is gone"

    def test_a_pause_holds_longer(self, book: Book, first: int) -> None:
        book.ledger.batch_decisions.pause("night", NOW)
        claim(book)
        end(book, "first")
        assert self.due(book)
        assert claims(book) == []
        book.ledger.batch_decisions.resume("night", NOW)
        assert claims(book) == ["night1"]

    def test_with_a_rate_the_time_counts_from_there(self, book: Book, first: int) -> None:
        fill(book, 3, name="slow", after=first, rate=1.0)
        claim(book)
        end(book, "first")
        self.due(book)
        assert sorted(claims(book)) == ["night1", "slow1"]


class TestRate:
    def test_so_many_start_in_a_second(self, book: Book) -> None:
        fill(book, 100, rate=10)
        started: list[int] = []
        duties = book.ledger.batch_duties
        for moment in range(NOW, NOW + 3 * SECOND, SECOND // 20):
            duties.do(moment)
            started.append(len(claims(book)))
        assert sum(started) == 30
        assert max(started) == 1

    def test_a_high_rate_starts_some_at_once(self, book: Book) -> None:
        fill(book, 500, rate=1_000)
        duties, ran, wakes, moment = book.ledger.batch_duties, 0, 0, NOW
        while moment < NOW + SECOND // 5:
            duties.do(moment)
            ran, wakes = ran + len(claims(book)), wakes + 1
            moment = duties.next_at() or NOW
        assert 180 <= ran <= 240
        assert wakes < 15

    def test_what_nobody_has_begun_is_not_added_to(self, book: Book) -> None:
        fill(book, 100, rate=10)
        for moment in range(NOW, NOW + 3 * SECOND, SECOND // 10):
            book.ledger.batch_duties.do(moment)
        assert len(claims(book)) == 1

    def test_nothing_is_made_up_for_after_a_break(self, book: Book) -> None:
        fill(book, 100, rate=10)
        book.ledger.batch_duties.do(NOW)
        assert len(claims(book)) == 1
        book.ledger.batch_duties.do(NOW + 3600 * SECOND)
        assert len(claims(book)) == 1

    def test_with_a_limit_both_hold(self, book: Book) -> None:
        fill(book, 100, rate=10, concurrency=2)
        ran = 0
        for moment in range(NOW, NOW + 2 * SECOND, SECOND // 10):
            book.ledger.batch_duties.do(moment)
            ran += len(claims(book))
        assert ran == 2

    def test_a_paused_one_has_nothing_due(self, book: Book) -> None:
        fill(book, 3, rate=10, is_paused=True)
        assert book.ledger.batch_duties.next_at() is None
        book.ledger.batch_decisions.resume("night", NOW)
        assert book.ledger.batch_duties.next_at() == NOW


def test_hueys_own_consumer_keeps_the_rate_too(huey: SqliteHuey, scene: Scene) -> None:
    task = huey.task(name="a")(lambda: 7)
    with huey.batch("night", rate="1000/s"):
        task()
    assert huey.claim_next() is None
    assert huey.execute(huey.dequeue()) == 7
    assert scene.rows("SELECT finished_at IS NULL FROM batch") == [(0,)]
