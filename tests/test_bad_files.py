"""Files that cannot be used: each is explained, and left as it is."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from book import NOW, Book, new_job

from jobdash import SqliteHuey
from jobdash.control import Control
from jobdash.database import Database, open_database, open_reader
from jobdash.errors import DatabaseError, NotADatabase, SchemaTooNew
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


class TestLostFiles:
    def test_a_file_that_was_removed_is_not_made_anew_by_who_had_it_open(self, path: Path) -> None:
        database = open_database(path)
        database.close()
        path.unlink()
        with pytest.raises(DatabaseError, match="cannot be opened"):
            database.rows("SELECT 1")
        assert not path.exists()


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

    def test_a_file_that_nobody_uses_in_a_folder_of_somebody_else_says_what_it_needs(
        self, public: Path
    ) -> None:
        path = public / "jobs.db"
        open_database(path).close()
        path.chmod(0o644)
        for door in (open_database, open_reader):
            with unprivileged(), pytest.raises(DatabaseError, match=r"FILE-wal.*ask its owner"):
                door(path)

    def test_a_file_that_cannot_be_written_is_left_as_it_is(self, public: Path) -> None:
        path = public / "jobs.db"
        book = Book(path)
        seq = book.add("a")
        for file in public.iterdir():
            file.chmod(0o444)
        with unprivileged():
            with pytest.raises(DatabaseError, match=r"read-only|permission|cannot be opened"):
                Control(path).cancel([seq], NOW).raise_refusal()
            reader = open_reader(path)
            assert reader.rows("SELECT state FROM job") == [("pending",)]
            reader.close()
        book.end()


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
