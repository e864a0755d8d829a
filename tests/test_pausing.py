"""Pausing a task or a queue and resuming it, whatever happens in between."""

from collections.abc import Callable
from typing import Any

import pytest
from book import NOW, SECOND, Book, new_job

from jobdash.job import Event

MINUTE = 60 * SECOND


@pytest.fixture
def worker(book: Book) -> int:
    return book.worker()


class TestPausing:
    def test_a_paused_task_is_not_handed_out_and_others_are(self, book: Book, worker: int) -> None:
        book.add("before", task="slow")
        assert book.ledger.decisions.pause("slow", NOW)
        book.add("after", task="slow")
        book.add("other")
        assert book.drain(worker) == ["other"]
        assert book.ledger.decisions.resume("slow", NOW)
        assert book.drain(worker) == ["before", "after"]

    def test_held_jobs_cost_claims_nothing(self, book: Book) -> None:
        book.add("before", task="slow")
        book.ledger.decisions.pause("slow", NOW)
        book.add("after", task="slow")
        assert book.rows("SELECT held FROM job") == [(1,), (1,)]

    def test_a_paused_queue_hands_out_nothing(self, book: Book, worker: int) -> None:
        book.add("a")
        book.ledger.decisions.pause("", NOW)
        assert book.ledger.attempts.claim(worker, NOW) is None
        assert book.ledger.attempts.claim_for_huey(worker, NOW) is None
        book.ledger.decisions.resume("", NOW)
        assert book.drain(worker) == ["a"]

    def test_pausing_twice_is_pausing_once(self, book: Book) -> None:
        assert book.ledger.decisions.pause("slow", NOW)
        assert not book.ledger.decisions.pause("slow", NOW)
        assert book.ledger.decisions.resume("slow", NOW)
        assert not book.ledger.decisions.resume("slow", NOW)

    def test_a_task_stays_paused_when_its_queue_is_resumed(self, book: Book, worker: int) -> None:
        book.add("a", task="slow")
        book.ledger.decisions.pause("slow", NOW)
        book.ledger.decisions.pause("", NOW)
        book.ledger.decisions.resume("", NOW)
        assert book.drain(worker) == []

    def test_what_is_due_while_paused_waits_for_the_resume(self, book: Book, worker: int) -> None:
        book.add("a", task="slow", eta=NOW + SECOND)
        book.ledger.decisions.pause("slow", NOW)
        book.ledger.attempts.promote(NOW + MINUTE)
        assert book.drain(worker) == []
        book.ledger.decisions.resume("slow", NOW)
        assert book.drain(worker) == ["a"]

    def test_what_fails_while_paused_waits_for_the_resume(self, book: Book, worker: int) -> None:
        book.add("a", task="slow", retries=1)
        claim = book.claim(worker)
        book.ledger.decisions.pause("slow", NOW)
        book.settle(claim, Event.TRY_AGAIN)
        assert book.drain(worker) == []
        book.ledger.decisions.resume("slow", NOW)
        assert book.drain(worker) == ["a"]

    def test_an_ended_job_does_not_stay_held(self, book: Book, worker: int) -> None:
        seq = book.add("a", task="slow")
        book.ledger.decisions.pause("slow", NOW)
        book.ledger.decisions.cancel(seq, NOW)
        book.ledger.decisions.resume("slow", NOW)
        book.ledger.decisions.retry(seq, NOW)
        assert book.drain(worker) == ["a"]

    def test_a_step_does_not_stay_held(self, book: Book, worker: int) -> None:
        seq = book.add("a", steps=(new_job("b", data=None, task="slow"),))
        book.ledger.decisions.pause("slow", NOW)
        book.settle(book.claim(worker), Event.FAIL, linked=True)
        book.ledger.decisions.resume("slow", NOW)
        book.ledger.decisions.retry(seq, NOW)
        book.run_pipelines(worker)
        assert book.rows("SELECT state FROM job") == [("succeeded",), ("succeeded",)]

    def test_what_hueys_scheduler_held_does_not_stay_held(self, book: Book, worker: int) -> None:
        job = new_job("a", task="slow", eta=NOW + SECOND)
        book.ledger.intake.schedule(job, NOW)
        book.ledger.decisions.pause("slow", NOW)
        (claim,) = book.ledger.attempts.claim_due(worker, NOW + MINUTE)
        book.ledger.decisions.resume("slow", NOW)
        book.ledger.attempts.requeue(claim, NOW)
        assert book.drain(worker) == ["a"]

    def test_hueys_own_consumer_heeds_a_pause_too(self, book: Book, worker: int) -> None:
        book.add("a", task="slow")
        book.add("b", task="slow", eta=NOW + SECOND)
        book.ledger.decisions.pause("slow", NOW)
        assert book.ledger.attempts.claim_for_huey(worker, NOW + MINUTE) is None

    def test_a_resume_that_dies_on_its_way_leaves_no_job_behind(
        self, book: Book, worker: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        book.enter(*(new_job(f"j{n}", task="slow") for n in range(20)))
        book.ledger.decisions.pause("slow", NOW)
        monkeypatch.setattr("jobdash.ledger.pausing.HOLD_AT_ONCE", 7)
        commits = _DiesAfter(book, monkeypatch)
        deaths = 0
        while not commits.are_enough_for(lambda: book.ledger.decisions.resume("slow", NOW)):
            deaths += 1
            held, paused = _held_and_paused(book)
            assert paused or not held
        assert deaths > 1
        assert len(book.drain(worker)) == 20

    def test_a_pause_that_is_overtaken_by_a_resume_holds_nothing(
        self, book: Book, worker: int
    ) -> None:
        book.add("a", task="slow")
        decisions = book.ledger.decisions
        decisions.pause("slow", NOW)
        decisions.resume("slow", NOW)
        decisions._hold("slow")  # the pause's second half, late
        assert book.drain(worker) == ["a"]


class _Died(Exception):
    """A process that was killed between two commits."""


class _DiesAfter:
    """Lets the ledger commit so many times, and no more: one time more at each try."""

    def __init__(self, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tries = 0
        self.left = 1000
        begin = book.database.transaction

        def transaction(**options: Any) -> Any:
            if self.left == 0:
                raise _Died
            self.left -= 1
            return begin(**options)

        monkeypatch.setattr(book.database, "transaction", transaction)

    def are_enough_for(self, act: Callable[[], object]) -> bool:
        self.left, self.tries = self.tries, self.tries + 1
        try:
            act()
        except _Died:
            return False
        finally:
            self.left = 1000
        return True


def _held_and_paused(book: Book) -> tuple[bool, bool]:
    (held,) = book.one("SELECT count(*) FROM job WHERE held")
    (paused,) = book.one("SELECT count(*) FROM pause")
    return bool(held), bool(paused)
