"""Where two things meet: kills that come late, enqueueing from hooks, keys on whole workflows."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from book import Book
from scene import Scene
from waiting import eventually

from jobdash import SqliteHuey, chord
from jobdash.broker.times import now
from jobdash.errors import DatabaseBusy
from jobdash.job import Job
from jobdash.ledger import Death
from jobdash.report import Report

GUEST = """
import sys
from jobdash import SqliteHuey
huey = SqliteHuey(filename=sys.argv[1], utc=False)
huey.ledger.attempts.claim_for_huey(huey.storage.guest.worker, 1)
print("held", flush=True)
sys.stdin.read()
"""


class TestBlame:
    def test_a_job_that_the_kill_was_not_meant_for_goes_back_at_no_cost(self, book: Book) -> None:
        book.add("slow")
        book.add("innocent")
        worker = book.worker()
        slow = book.ledger.attempts.claim(worker, 1)
        assert slow is not None
        book.ledger.attempts.release(slow, 1)
        innocent = book.ledger.attempts.claim(worker, 1)
        assert innocent is not None
        attempts = book.ledger.attempts
        attempts.rescue(worker, "too slow", 2, Death.OVERDUE, meant=(slow.seq, slow.number))
        job = _job(book, innocent.seq)
        assert (job.state, job.failures, job.rescues) == ("pending", 0, 0)

    def test_the_job_that_it_was_meant_for_has_failed(self, book: Book) -> None:
        book.add("slow")
        worker = book.worker()
        claim = book.ledger.attempts.claim(worker, 1)
        assert claim is not None
        attempts = book.ledger.attempts
        attempts.rescue(worker, "too slow", 2, Death.OVERDUE, meant=(claim.seq, claim.number))
        job = _job(book, claim.seq)
        assert (job.state, job.failures, job.error_type) == ("failed", 1, "HardTimeLimit")


class TestGuests:
    def test_a_guest_frees_what_a_dead_one_held(self, scene: Scene, path: Path) -> None:
        huey = scene.huey()

        @huey.task()
        def add(a: int, b: int) -> int:
            return a + b

        result = add(1, 2)
        with subprocess.Popen(
            [sys.executable, "-c", GUEST, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as dead:
            assert dead.stdout is not None
            assert dead.stdout.readline() == "held\n"
            os.kill(dead.pid, signal.SIGKILL)
        task = eventually(huey.dequeue)
        assert huey.execute(task) == 3
        assert scene.job(result).rescues == 1


class TestHooks:
    def test_a_hook_that_enqueues_the_running_task_makes_another_job(self, scene: Scene) -> None:
        huey = scene.huey()
        again: list[Any] = []

        @huey.task()
        def work() -> str:
            return "done"

        @huey.pre_execute()
        def once_more(task: Any) -> None:
            if not again:
                again.append(task)
                huey.enqueue(task)

        first = work()
        assert huey.execute(huey.dequeue()) == "done"
        assert scene.states() == ["succeeded", "pending"]
        assert scene.job(first).state == "succeeded"


class TestTransactions:
    def test_one_inside_another_is_refused_and_spoils_nothing(self, book: Book) -> None:
        database = book.database
        insert = "INSERT INTO kv (queue, key, value) VALUES ('q', :key, x'00')"
        with database.transaction() as outer:
            outer.run(insert, {"key": "outer"})
            with pytest.raises(RuntimeError, match="open on this thread"), database.transaction():
                pass
        assert database.rows("SELECT key FROM kv") == [("outer",)]

    def test_trouble_while_decoding_is_not_the_messages_fault(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        huey = scene.huey()

        @huey.task()
        def total(numbers: list[int]) -> int:
            return sum(numbers)

        result = huey.enqueue(chord([], total))

        def busy(_cid: str) -> list[Any]:
            raise DatabaseBusy("locked")

        with monkeypatch.context() as trouble:
            trouble.setattr(huey, "chord_results", busy)
            with pytest.raises(DatabaseBusy):
                huey.dequeue()
        assert scene.states() == ["pending"]
        huey.execute(huey.dequeue())
        assert result() == 0


class TestKeys:
    @pytest.fixture
    def app(self, scene: Scene) -> tuple[SqliteHuey, Any, Any]:
        huey = scene.huey()

        @huey.task()
        def add(a: int, b: int) -> int:
            return a + b

        @huey.task()
        def total(numbers: list[int]) -> int:
            return sum(numbers)

        return huey, add, total

    def test_a_keyed_chord_enters_once_with_its_members(
        self, scene: Scene, app: tuple[SqliteHuey, Any, Any]
    ) -> None:
        huey, add, total = app
        first, second = (
            huey.enqueue(chord([add.s(n, 1), add.s(n, 2)], total.s(idempotency_key="K")))
            for n in (0, 100)
        )
        _run_all(huey)
        assert scene.states() == ["succeeded"] * 3
        assert first.get(preserve=True) == second.get(preserve=True) == 3
        assert second.results.get(preserve=True) == [1, 2]

    def test_a_keyed_pipeline_gives_handles_of_the_first_one(
        self, scene: Scene, app: tuple[SqliteHuey, Any, Any]
    ) -> None:
        huey, add, _ = app
        _, second = (huey.enqueue(add.s(1, n, idempotency_key="P").then(add, 5)) for n in (2, 3))
        _run_all(huey)
        assert scene.states() == ["succeeded"] * 2
        assert [result.get(preserve=True) for result in second] == [3, 8]


def _job(book: Book, seq: int) -> Job:
    with Report(book.database.path) as report:
        found = report.job_by_seq(seq)
    assert found is not None
    return found


def _run_all(huey: SqliteHuey) -> None:
    while task := huey.dequeue():
        huey.execute(task)


class TestPauses:
    def test_rows_are_freed_before_the_pause_ends_and_none_is_left_behind(self, book: Book) -> None:
        seqs = [book.add(f"mail {number}") for number in range(3)]
        decisions = book.ledger.decisions
        assert decisions.pause("mail.send", now())
        assert book.ledger.attempts.claim(book.worker(), 1) is None
        assert decisions.resume("mail.send", now())
        assert book.database.rows("SELECT count(*) FROM job WHERE held = 1") == [(0,)]
        claim = book.ledger.attempts.claim(book.worker(), 1)
        assert claim is not None
        assert claim.seq == seqs[0]
