"""The file: who may read it, what it may be, how it is opened, locked and shared."""

import logging
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest
from book import NOW, Book, new_job
from scene import Scene, run_all
from waiting import eventually

from jobdash import SqliteHuey
from jobdash.broker.interrupts import Interrupt
from jobdash.database import Database, open_database, open_reader
from jobdash.database.connection import CHECKPOINT_PAGES
from jobdash.errors import DatabaseBusy, DatabaseError
from jobdash.ledger import Ledger


def raw(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Do something to a file without jobdash."""
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestCreating:
    def test_only_its_owner_can_read_it_and_its_companions(self, path: Path) -> None:
        before = os.umask(0)
        try:
            database = open_database(path)
            with database.transaction() as tx:
                tx.run("INSERT INTO event (at, kind) VALUES (1, 'x')")
            found = {file.name: mode(file) for file in path.parent.iterdir()}
        finally:
            os.umask(before)
        assert found == {"jobs.db": 0o600, "jobs.db-wal": 0o600, "jobs.db-shm": 0o600}
        database.close()

    def test_an_empty_file_becomes_a_database(self, path: Path) -> None:
        path.touch()
        open_database(path).close()
        assert raw(path, "SELECT count(*) FROM job") == [(0,)]

    def test_opening_again_changes_nothing(self, path: Path) -> None:
        open_database(path).close()
        before = raw(path, "SELECT sql FROM sqlite_schema"), path.read_bytes()
        open_database(path).close()
        assert (raw(path, "SELECT sql FROM sqlite_schema"), path.read_bytes()) == before

    def test_a_file_is_not_made_unless_asked_for(self, path: Path) -> None:
        with pytest.raises(DatabaseError, match="--db"):
            open_database(path, create=False)
        assert not path.exists()

    def test_a_symlink_leads_to_the_same_file(self, path: Path, tmp_path: Path) -> None:
        open_database(path).close()
        (tmp_path / "link.db").symlink_to(path)
        database = open_database(tmp_path / "link.db")
        Ledger(database, "huey").intake.enqueue([new_job("a")], NOW)
        database.close()
        assert raw(path, "SELECT id FROM job") == [("a",)]

    @pytest.mark.parametrize("name", ["a b'c.db", "ü€😀.db", "new\nline\x1b[31m.db", "?mode=ro.db"])
    def test_any_name_will_do(self, tmp_path: Path, name: str) -> None:
        open_database(tmp_path / name).close()
        assert (tmp_path / name).exists()

    def test_a_relative_path_survives_a_change_of_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        database = open_database("here.db")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        thread = threading.Thread(target=database.data_version)
        thread.start()
        thread.join()
        assert list((tmp_path / "elsewhere").iterdir()) == []
        database.close()


class TestLocks:
    def test_a_writer_waits_for_its_turn(self, book: Book) -> None:
        other = open_database(book.database.path)
        entered = threading.Event()

        def second() -> None:
            entered.set()
            Ledger(other, "huey").intake.enqueue([new_job("second")], NOW)

        with book.database.transaction() as tx:
            thread = threading.Thread(target=second)
            thread.start()
            entered.wait()
            tx.run("INSERT INTO event (at, kind) VALUES (1, 'first')")
            assert tx.run("SELECT count(*) FROM job") == [(0,)]
        thread.join()
        assert book.rows("SELECT id FROM job") == [("second",)]
        other.close()

    def test_a_writer_gives_up_after_its_deadline(self, book: Book) -> None:
        other = open_database(book.database.path, deadline=0.05)
        with book.database.transaction():
            begun = time.monotonic()
            with pytest.raises(DatabaseBusy, match="stayed locked by another process"):
                Ledger(other, "huey").intake.enqueue([new_job("a")], NOW)
            assert 0.05 <= time.monotonic() - begun < 2
        Ledger(other, "huey").intake.enqueue([new_job("a")], NOW)
        other.close()

    def test_a_deadline_begins_anew_each_time(self, book: Book) -> None:
        other = open_database(book.database.path, deadline=0.05)
        for _ in range(3):
            with book.database.transaction():
                begun = time.monotonic()
                with pytest.raises(DatabaseBusy), other.transaction():
                    pass
                assert time.monotonic() - begun >= 0.05
        other.close()

    def test_a_finish_is_never_given_up(self, book: Book) -> None:
        from jobdash.job import Event
        from jobdash.ledger import Settlement

        other = open_database(book.database.path, deadline=0.01)
        worker = book.worker()
        book.add("a")
        claim = book.claim(worker)
        settled = threading.Event()

        def finish() -> None:
            settlement = Settlement(Event.SUCCEED, outcome="succeeded")
            Ledger(other, "huey").attempts.settle(claim, settlement, NOW)
            settled.set()

        with book.database.transaction() as tx:
            thread = threading.Thread(target=finish)
            thread.start()
            waited = settled.wait(0.1)
            tx.run("INSERT INTO event (at, kind) VALUES (1, 'long')")
        thread.join()
        assert not waited
        assert book.rows("SELECT state FROM job") == [("succeeded",)]
        other.close()

    def test_reading_is_not_held_up_by_a_writer(self, book: Book) -> None:
        seq = book.add("a")
        reader = open_reader(book.database.path)
        with book.database.transaction() as tx:
            tx.run("UPDATE job SET reason = 'x' WHERE seq = ?", (seq,))
            assert reader.rows("SELECT reason FROM job") == [(None,)]
        assert reader.rows("SELECT reason FROM job") == [("x",)]
        reader.close()

    def test_a_writer_never_waits_for_a_reader(self, book: Book) -> None:
        reading = apsw.Connection(str(book.database.path))
        # It reads all the time, so what is written meanwhile cannot go into the file.
        assert reading.execute("BEGIN; SELECT count(*) FROM event").fetchall() == [(0,)]
        pages = 0
        while pages < 2 * CHECKPOINT_PAGES:
            with book.database.transaction(deadline=0) as tx:
                tx.run("INSERT INTO event (at, kind) VALUES (1, ?)", ("x" * 1_000_000,))
            pages += 1_000_000 // 4096
        assert reading.execute("SELECT count(*) FROM event").fetchall() == [(0,)]
        reading.close()

    def test_a_reader_cannot_write(self, book: Book) -> None:
        reader = open_reader(book.database.path)
        with pytest.raises(DatabaseError, match="read-only"):
            reader.rows("DELETE FROM job")
        reader.close()

    def test_a_reader_sees_that_somebody_has_committed(self, book: Book) -> None:
        reader = open_reader(book.database.path)
        before = reader.data_version()
        assert reader.data_version() == before
        book.add("a")
        assert reader.data_version() != before
        reader.close()

    def test_a_long_read_can_be_interrupted(self, book: Book) -> None:
        reader = open_reader(book.database.path)
        begun = threading.Event()

        def interrupt() -> None:
            begun.wait()
            eventually(lambda: reader.interrupt() or not thread.is_alive())

        forever = (
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        )

        def read() -> None:
            begun.set()
            with pytest.raises(DatabaseError):
                reader.rows(forever)

        thread = threading.Thread(target=read)
        thread.start()
        interrupt()
        thread.join()
        reader.close()


class TestTransactions:
    def test_an_exception_undoes_everything(self, book: Book) -> None:
        with pytest.raises(ZeroDivisionError):
            write_and_raise(book.database, ZeroDivisionError())
        assert book.rows("SELECT * FROM event") == []

    def test_an_interrupt_undoes_everything_too(self, book: Book) -> None:
        with pytest.raises(Interrupt):
            write_and_raise(book.database, Interrupt("cancel"))
        assert book.rows("SELECT * FROM event") == []

    def test_a_bad_statement_is_told_in_words(self, book: Book) -> None:
        with pytest.raises(DatabaseError, match=r"jobs\.db.*no such table"):
            book.write("INSERT INTO nowhere VALUES (1)")
        book.add("a")

    def test_what_an_interrupt_left_open_does_not_stay_open(self, book: Book) -> None:
        # An interrupt may come between a block and its end, where nobody can catch it.
        cut_off = book.database.transaction()
        cut_off.__enter__()
        cut_off.run("INSERT INTO event (at, kind) VALUES (1, 'half done')")
        book.database.tidy()
        book.database.tidy()
        book.add("a")
        assert book.rows("SELECT * FROM event") == []
        assert book.rows("SELECT id FROM job") == [("a",)]

    def test_a_transaction_inside_another_is_refused(self, book: Book) -> None:
        with book.database.transaction() as tx:
            tx.run("INSERT INTO event (at, kind) VALUES (1, 'outer')")
            with pytest.raises(RuntimeError, match="open on this thread already"):
                book.add("a")
        assert book.rows("SELECT kind FROM event") == [("outer",)]

    @pytest.mark.parametrize(
        ("durability", "durable", "ordinary"), [("default", 2, 1), ("full", 2, 2), ("fast", 1, 1)]
    )
    def test_durability_is_what_was_asked_for(
        self, path: Path, durability: str, durable: int, ordinary: int
    ) -> None:
        database = open_database(path, durability=durability)  # type: ignore[arg-type]
        for asked, level in ((True, durable), (False, ordinary)):
            with database.transaction(durable=asked) as tx:
                assert tx.run("PRAGMA synchronous") == [(level,)]
        database.close()

    def test_accepted_jobs_survive_a_power_cut_and_finishes_may_not(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        book = Book(path)
        asked: list[bool] = []
        begin = book.database.transaction

        def transaction(*, durable: bool = False, deadline: float | None = None) -> object:
            asked.append(durable)
            return begin(durable=durable, deadline=deadline)

        monkeypatch.setattr(book.database, "transaction", transaction)
        seq = book.add("a")
        worker = book.worker()
        asked.clear()
        book.add("b")
        book.ledger.decisions.cancel(seq, NOW)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        assert asked == [True, True, True]
        asked.clear()
        assert book.drain(worker) == ["b"]
        assert asked
        assert not any(asked)
        book.end()


def write_and_raise(database: Database, error: BaseException) -> None:
    with database.transaction() as tx:
        tx.run("INSERT INTO event (at, kind) VALUES (1, 'x')")
        raise error


class TestFullDisk:
    def test_what_does_not_fit_is_refused_and_what_was_there_stays(self, book: Book) -> None:
        kept = book.add("kept")
        with full(book):
            with pytest.raises(DatabaseError, match="the disk is full: nothing was written"):
                book.add("too much", data=b"x" * 1_000_000)
            assert book.rows("SELECT id, state FROM job") == [("kept", "pending")]
        book.add("fits again", data=b"x" * 1_000_000)
        assert book.state(kept) == "pending"

    def test_a_finish_that_does_not_fit_can_be_made_later(self, book: Book) -> None:
        from jobdash.job import Event

        seq, worker = book.add("a"), book.worker()
        claim = book.claim(worker)
        with full(book), pytest.raises(DatabaseError, match="the disk is full"):
            book.settle(claim, Event.SUCCEED, result=b"x" * 1_000_000)
        assert book.state(seq) == "running"
        book.settle(claim, Event.SUCCEED, result=b"x" * 1_000_000)
        assert book.state(seq) == "succeeded"

    def test_a_pools_worker_tries_again_until_its_finish_fits(
        self, huey: SqliteHuey, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran: list[int] = []

        def body() -> bytes:
            ran.append(1)
            fill(scene.database)
            return b"x" * 1_000_000

        class MakesRoom(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                told.append(record.getMessage())
                if len(told) == 1:
                    make_room(scene.database)

        told: list[str] = []
        monkeypatch.setattr("jobdash.broker.running.FINISH_RETRY_SECONDS", 0.001)
        handler = MakesRoom(logging.ERROR)
        logging.getLogger("huey").addHandler(handler)
        huey.use_worker(huey.storage.guest.worker)
        huey.task(name="body")(body)()
        run_all(huey)
        logging.getLogger("huey").removeHandler(handler)
        assert scene.states() == ["succeeded"]
        assert ran == [1]
        assert "the disk is full" in told[0]


@contextmanager
def full(book: Book) -> Iterator[None]:
    """Let the file grow no more for a while, as on a full disk."""
    fill(book.database)
    try:
        yield
    finally:
        make_room(book.database)


def fill(database: Database) -> None:
    ((pages,),) = database.rows("PRAGMA page_count")
    database.rows(f"PRAGMA max_page_count = {pages}")


def make_room(database: Database) -> None:
    database.rows("PRAGMA max_page_count = 1000000")


class TestThreads:
    def test_threads_write_side_by_side(self, book: Book) -> None:
        def enter(name: str) -> None:
            for n in range(25):
                book.add(f"{name}{n}")

        threads = [threading.Thread(target=enter, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert book.one("SELECT count(*), count(DISTINCT place) FROM job") == (100, 100)

    @pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors in /proc")
    def test_threads_that_come_and_go_do_not_pile_up_connections(self, book: Book) -> None:
        path = str(book.database.path)
        for n in range(30):
            thread = threading.Thread(target=book.add, args=(f"j{n}",))
            thread.start()
            thread.join()
        links = [_link(fd) for fd in os.listdir("/proc/self/fd")]
        assert sum(link == path for link in links) < 10

    def test_closing_twice_is_closing_once(self, path: Path) -> None:
        database = open_database(path)
        assert database.close()
        assert not database.close()

    def test_a_closed_database_opens_again_when_it_is_used(self, path: Path) -> None:
        database = open_database(path)
        database.close()
        assert database.rows("SELECT count(*) FROM job") == [(0,)]
        database.close()


def _link(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


_FORKING = """
import os, sys
from jobdash.database import open_database
from jobdash.ledger import Ledger, NewJob

database = open_database(sys.argv[1])
ledger = Ledger(database, "huey")

def add(name):
    ledger.intake.enqueue([NewJob(id=name, task="t", data=b"d")], 1)

add("before")
for n in range(5):
    pid = os.fork()
    if pid == 0:
        add(f"child {n}")
        code = 7 if database.close() else 8
        os._exit(code)
    add(f"parent {n}")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
add("after")
assert database.rows("PRAGMA integrity_check") == [("ok",)]
"""


_FORKING_INSIDE = """
import os, sys
from jobdash.database import open_database

database = open_database(sys.argv[1])
with database.transaction() as tx:
    tx.run("INSERT INTO event (at, kind) VALUES (1, 'parent')")
    pid = os.fork()
    if pid == 0:
        sys.exit(0)  # leaves the block, and so would commit or roll back the parent's work
    os.waitpid(pid, 0)
assert database.rows("SELECT kind FROM event") == [("parent",)]
"""


class TestForks:
    @pytest.mark.parametrize("script", [_FORKING, _FORKING_INSIDE], ids=["between", "inside"])
    def test_a_connection_never_crosses_a_fork(self, path: Path, script: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60
        )
        assert done.stderr == ""
        assert done.returncode == 0

    def test_both_sides_of_a_fork_have_written(self, path: Path) -> None:
        subprocess.run([sys.executable, "-c", _FORKING, str(path)], check=True, timeout=60)
        assert raw(path, "SELECT count(*) FROM job") == [(12,)]


class TestMigrations:
    def test_the_file_says_whose_it_is_and_which_schema_it_has(self, path: Path) -> None:
        open_database(path).close()
        assert raw(path, "PRAGMA application_id") == [(int.from_bytes(b"jobd", "big"),)]
        ((version,),) = raw(path, "PRAGMA user_version")
        assert version == len(_migrations())

    def test_migrations_are_numbered_without_gaps(self) -> None:
        assert [number for number, _ in _migrations()] == list(range(1, len(_migrations()) + 1))

    def test_a_migration_that_fails_leaves_no_trace(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jobdash.database import schema

        broken = [*_migrations(), (len(_migrations()) + 1, "9999_broken.sql")]
        text = schema.sql_file

        def sql_file(name: str) -> str:
            return "CREATE TABLE half (x); SELEC" if "broken" in name else text(name)

        monkeypatch.setattr(schema, "migrations", lambda: broken)
        monkeypatch.setattr(schema, "sql_file", sql_file)
        with pytest.raises(DatabaseError):
            open_database(path)
        monkeypatch.undo()
        assert raw(path, "SELECT count(*) FROM sqlite_schema") == [(0,)]
        open_database(path).close()

    def test_an_older_file_is_brought_up_to_date(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jobdash.database import schema

        book = Book(path)
        book.add("a")
        book.database.close()
        more = [*_migrations(), (len(_migrations()) + 1, "9999_more.sql")]
        text = schema.sql_file
        monkeypatch.setattr(schema, "migrations", lambda: more)
        monkeypatch.setattr(
            schema,
            "sql_file",
            lambda name: "CREATE TABLE more (x)" if "more" in name else text(name),
        )
        open_database(path).close()
        assert raw(path, "SELECT count(*) FROM more, job") == [(0,)]
        assert raw(path, "PRAGMA user_version") == [(len(more),)]

    def test_where_jobs_printed_is_known_of_an_older_file(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jobdash.database import schema

        older = _migrations()[:4]
        monkeypatch.setattr(schema, "migrations", lambda: older)
        with closing(open_database(path)) as database, database.transaction() as tx:
            for seq, log_end in ((1, 9 << 20), (2, None), (3, 9 << 20 | 5), (1024, 9 << 20 | 7)):
                tx.run(
                    "INSERT INTO job (seq, id, queue, state, place, created_at, log_end)"
                    " VALUES (?, 'job ' || ?, 'huey', 'pending', 1, 1, ?)", (seq, seq, log_end),
                )  # fmt: skip
        monkeypatch.undo()
        open_database(path).close()
        assert raw(path, "SELECT stretch, block FROM log_use") == [(9, 0), (9, 1)]


def _migrations() -> list[tuple[int, str]]:
    from jobdash.database.schema import migrations

    return migrations()
