"""What huey stores by key, and the ledger's list of who works."""

import zlib
from typing import Any

import pytest
from book import NOW, Book

from jobdash.errors import AlreadyRunning
from jobdash.identity import Identity
from jobdash.job import Event, TaskType


@pytest.fixture
def worker(book: Book) -> int:
    return book.worker()


class TestStore:
    def test_a_result_is_read_once_and_kept(self, book: Book, worker: int) -> None:
        book.add("a")
        book.settle(book.claim(worker), Event.SUCCEED, result=b"42")
        keys = book.ledger.keys
        assert keys.peek("a") == (b"42", 1)
        assert keys.size() == 1
        assert keys.pop("a") == (b"42", 1)
        assert keys.pop("a") is None
        assert keys.size() == 0
        assert book.one("SELECT data FROM result") == (b"42",)

    def test_values_live_by_key(self, book: Book) -> None:
        keys = book.ledger.keys
        keys.put("k", b"1")
        keys.put("k", b"2")
        assert not keys.put_if_empty("k", b"3")
        assert keys.peek_many(["k", "absent"]) == {"k": b"2"}
        assert keys.items() == {"k": (b"2", None)}
        assert keys.pop("k") == (b"2", None)
        assert keys.put_if_empty("k", b"3")

    def test_counters_count(self, book: Book) -> None:
        keys = book.ledger.keys
        assert [keys.increase("n", 2), keys.increase("n", 0), keys.increase("n", 1)] == [2, 2, 3]
        keys.delete_counter("n")
        assert keys.increase("n", 1) == 1
        keys.flush_counters()
        assert keys.increase("n", 1) == 1

    def test_flushing_results_deletes_keys_and_keeps_history(self, book: Book, worker: int) -> None:
        book.add("a")
        book.settle(book.claim(worker), Event.SUCCEED, result=b"42")
        book.ledger.keys.put("k", b"v")
        book.ledger.keys.flush_results()
        assert book.ledger.keys.items() == {}
        assert book.one("SELECT data FROM result") == (b"42",)

    def test_a_stored_result_has_its_checksum(self, book: Book, worker: int) -> None:
        book.add("a")
        book.settle(book.claim(worker), Event.SUCCEED, result=b"42")
        assert book.one("SELECT checksum FROM result") == (zlib.crc32(b"42"),)


class TestCrew:
    def test_who_registers_is_present_until_retired(self, book: Book) -> None:
        worker = book.worker("w1")
        (present,) = book.ledger.crew.present()
        assert (present.id, present.name, present.kind) == (worker, "w1", "worker")
        book.ledger.crew.retire(worker, "stopped", NOW)
        book.ledger.crew.retire(worker, "again", NOW + 1)
        assert book.ledger.crew.present() == []
        assert book.one("SELECT ended_at, ended_how FROM worker") == (NOW, "stopped")

    def test_the_lock_is_taken_before_anyone_can_see_the_row(self, book: Book) -> None:
        seen: list[Any] = []

        def hold(worker: int) -> None:
            seen.append((worker, _seen_from_outside(book)))

        identity = Identity.own()
        worker = book.ledger.crew.register("worker", "w", None, identity, NOW, hold=hold)
        assert seen == [(worker, 0)]

    def test_a_second_pool_is_told_who_has_the_queue(self, book: Book) -> None:
        crew, identity = book.ledger.crew, Identity.own()
        crew.register("pool", "p", None, identity, NOW)
        with pytest.raises(AlreadyRunning, match=str(identity.pid)):
            crew.register("pool", "p2", None, identity, NOW, only=lambda one: one.kind == "pool")
        assert len(crew.present()) == 1

    def test_counters_add_up(self, book: Book, worker: int) -> None:
        book.ledger.crew.count(worker, 2, 1)
        book.ledger.crew.count(worker, 3, 0)
        assert book.one("SELECT done, failed FROM worker") == (5, 1)

    def test_recorded_tasks_replace_the_old_ones(self, book: Book) -> None:
        for name in ("old", "new"):
            task = TaskType(name, "huey", "[]", "doc", 1, 2.0, 0, None, False, NOW, False)
            book.ledger.crew.record_tasks([task], NOW)
        assert book.rows("SELECT name FROM task_type") == [("new",)]


def _seen_from_outside(book: Book) -> int:
    from jobdash.database import open_reader

    reader = open_reader(book.database.path)
    try:
        ((count,),) = reader.rows("SELECT count(*) FROM worker")
        return int(count)
    finally:
        reader.close()
