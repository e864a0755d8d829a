"""The file: who may read it, what it may be, how it is opened, locked and shared."""

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from scene import NOW, Book, new_job
from waiting import eventually

from jobdash import SqliteHuey
from jobdash.broker.interrupts import Interrupt
from jobdash.control import Control
from jobdash.database import Database, open_database, open_reader, statements
from jobdash.errors import DatabaseBusy, DatabaseError, NotADatabase, SchemaTooNew
from jobdash.ledger import Ledger

NOBODY = 65_534


def raw(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Do something to a file without jobdash."""
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be somebody without rights for a while, if these tests run as root."""
    if os.getuid() != 0:
        yield
        return
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody can enter, unlike pytest's own."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


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


def _folder(path: Path) -> None:
    path.mkdir()


def _random(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be one " * 100)


def _header_only(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00")


def _somebody_elses(path: Path) -> None:
    raw(path, "CREATE TABLE theirs (x)")


def _somebody_elses_number(path: Path) -> None:
    raw(path, "PRAGMA application_id = 77; CREATE TABLE theirs (x)")


def _too_new(path: Path) -> None:
    open_database(path).close()
    raw(path, "PRAGMA user_version = 9999")


def _cut(path: Path) -> None:
    database = open_database(path)
    Ledger(database, "huey").intake.enqueue([new_job(f"j{n}") for n in range(500)], NOW)
    database.close()
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


BAD: dict[str, tuple[Callable[[Path], None], type[DatabaseError], str]] = {
    "a folder": (_folder, DatabaseError, "is a folder, not a database file"),
    "random bytes": (_random, NotADatabase, "is not an SQLite database"),
    "a header and nothing else": (_header_only, NotADatabase, "SQLite database|damaged"),
    "another program's file": (_somebody_elses, NotADatabase, "belongs to another program"),
    "another program's number": (_somebody_elses_number, NotADatabase, r"application_id 77"),
    "a newer schema": (_too_new, SchemaTooNew, "has schema 9999.*upgrade jobdash"),
}


class TestBadFiles:
    @pytest.mark.parametrize("kind", BAD)
    @pytest.mark.parametrize("door", [open_database, open_reader, Control])
    def test_a_bad_file_is_explained_and_left_alone(
        self, path: Path, kind: str, door: Callable[[Path], object]
    ) -> None:
        make, error, told = BAD[kind]
        make(path)
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(error, match=told) as caught:
            door(path)
        assert str(path) in str(caught.value)
        assert (path.read_bytes() if path.is_file() else None) == before
        if door is not open_reader:  # which cannot remove what SQLite needs to read a WAL file
            assert {file.name for file in path.parent.iterdir()} == {"jobs.db"}

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseError, match=r"the folder .*nowhere does not exist"):
            open_database(tmp_path / "nowhere" / "jobs.db")

    def test_a_file_cut_in_half_is_called_damaged(self, path: Path) -> None:
        _cut(path)
        with pytest.raises(NotADatabase, match="damaged"):
            open_database(path).rows("SELECT count(*) FROM job WHERE args <> ''")

    def test_nothing_at_all_cannot_be_read(self, path: Path) -> None:
        with pytest.raises(DatabaseError, match="there is no database at"):
            open_reader(path)
        path.touch()
        with pytest.raises(NotADatabase, match="holds no jobs yet"):
            open_reader(path)

    def test_a_plain_huey_file_says_what_to_do(self, path: Path) -> None:
        import huey

        plain = huey.SqliteHuey(filename=str(path))
        plain.storage.close()
        with pytest.raises(NotADatabase, match="from jobdash import SqliteHuey"):
            open_reader(path)


class TestRights:
    def test_a_folder_that_cannot_be_written_is_named(self, public: Path) -> None:
        public.chmod(0o555)
        with unprivileged(), pytest.raises(DatabaseError, match="not writable by this user"):
            open_database(public / "jobs.db")

    def test_a_file_that_cannot_be_read_is_named(self, public: Path) -> None:
        path = public / "jobs.db"
        open_database(path).close()
        path.chmod(0)
        with unprivileged(), pytest.raises(DatabaseError, match="no permission to read"):
            open_database(path)

    def test_a_file_that_cannot_be_written_is_left_as_it_is(self, public: Path) -> None:
        path = public / "jobs.db"
        book = Book(path)
        seq = book.add("a")
        for file in public.iterdir():
            file.chmod(0o444)
        with unprivileged():
            with pytest.raises(DatabaseError, match=r"read-only|permission|cannot be opened"):
                Control(path).cancel([seq], NOW)
            reader = open_reader(path)
            assert reader.rows("SELECT state FROM job") == [("pending",)]
            reader.close()
        book.end()


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
            eventually(lambda: reader.interrupt() or not thread.is_alive(), seconds=20)

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
        # An interrupt may come just after BEGIN, before anybody can catch it.
        cut_off = book.database.transaction()
        cut_off.__enter__()
        cut_off.run("INSERT INTO event (at, kind) VALUES (1, 'half done')")
        book.add("a")
        assert book.rows("SELECT * FROM event") == []
        assert book.rows("SELECT id FROM job") == [("a",)]

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
        book.drain(worker)
        assert asked == [False, False, False]
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


@contextmanager
def full(book: Book) -> Iterator[None]:
    """Let the file grow no more for a while, as on a full disk."""
    ((pages,),) = book.rows("PRAGMA page_count")
    book.rows(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        book.rows("PRAGMA max_page_count = 1000000")


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


class TestPlans:
    """Statements that run for every job read an index, however many jobs have ended."""

    HOT = (
        "succeed",
        "fail",
        "try_again",
        "set_running",
        "due",
        "next_due",
        "held_by",
        "cancel_requests",
        "overdue",
        "job_by_id",
        "job_by_key",
        "next_step",
        "membership",
        "complete_callback",
    )

    @pytest.mark.parametrize("name", HOT)
    def test_no_hot_statement_scans_the_jobs(self, book: Book, name: str) -> None:
        from collections import defaultdict

        sql = statements("ledger")[name]
        plan = "EXPLAIN QUERY PLAN " + sql
        told = [row[3] for row in book.rows(plan, defaultdict(lambda: 0))]
        scans = [line for line in told if line.startswith("SCAN job")]
        # The index of what runs holds as many rows as there are workers.
        assert not [line for line in scans if "job_running" not in line], told

    def test_a_claim_reads_the_index_of_what_is_ready(self, book: Book) -> None:
        from collections import defaultdict

        from jobdash.ledger.rows import CLAIMABLE

        plan = "EXPLAIN QUERY PLAN " + CLAIMABLE["next_pending"]
        told = " / ".join(row[3] for row in book.rows(plan, defaultdict(lambda: 0)))
        assert "job_ready" in told
        assert "TEMP B-TREE" not in told


def _migrations() -> list[tuple[int, str]]:
    from jobdash.database.schema import migrations

    return migrations()


class TestHueysArguments:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"filename": ":memory:"}, "need a file"),
            ({"journal_mode": "delete"}, "needs WAL"),
            ({"pragmas": {}}, "pragmas"),
            ({"isolation_level": None, "check_same_thread": 1}, "check_same_thread"),
        ],
    )
    def test_an_argument_that_cannot_be_honoured_is_refused_by_name(
        self, path: Path, options: dict[str, object], told: str
    ) -> None:
        from huey.exceptions import ConfigurationError

        with pytest.raises(ConfigurationError, match=told):
            SqliteHuey(**{"filename": str(path)} | options)

    @pytest.mark.parametrize(
        ("options", "level"),
        [({}, 2), ({"fsync": True}, 2), ({"fsync": False}, 1), ({"durability": "fast"}, 1)],
    )
    def test_fsync_is_durability(self, path: Path, options: dict[str, object], level: int) -> None:
        huey = SqliteHuey(filename=str(path), **options)
        with huey.storage.database.transaction(durable=True) as tx:
            assert tx.run("PRAGMA synchronous") == [(level,)]
        huey.storage.close()

    def test_all_of_hueys_arguments_are_taken(self, path: Path) -> None:
        huey = SqliteHuey(
            "q", filename=str(path), cache_mb=4, fsync=True, journal_mode="WAL", timeout=1,
            strict_fifo=True, results=True, store_none=True, utc=False, compression=True,
        )  # fmt: skip
        assert isinstance(huey.storage.database, Database)
        huey.storage.close()
