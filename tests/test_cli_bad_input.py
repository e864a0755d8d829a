"""What is wrong is said in one line, with the right exit code, and nothing is changed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import click
import pytest
from cli_support import Shop, a_shop, refused, run

from jobdash.cli.failure import exit_code
from jobdash.cli.main import command_line
from jobdash.errors import (
    AlreadyRunning,
    AppError,
    DatabaseBusy,
    IllegalMove,
    SchemaTooNew,
    UnknownJob,
    UnsupportedPlatform,
    UsageError,
)

READERS = ["list", "dead", "stats", "workers", "tasks"]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def sqlite_file(path: Path, *statements: str) -> Path:
    """Make an SQLite file that jobdash has not made."""
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path


# -- the file ------------------------------------------------------------------------------------


def folder(place: Path) -> Path:
    place.mkdir()
    return place


def garbage(place: Path) -> Path:
    place.write_bytes(b"not a database at all, but long enough to be one" * 20)
    return place


def somebody_elses(place: Path) -> Path:
    return sqlite_file(place, "PRAGMA application_id = 99", "CREATE TABLE t (x)")


def newer(place: Path) -> Path:
    return sqlite_file(
        place,
        "PRAGMA application_id = 0x6A6F6264",
        "PRAGMA user_version = 999",
        "CREATE TABLE t (x)",
    )


def nowhere(place: Path) -> Path:
    return place / "below" / "jobs.db"


def hostile_name(place: Path) -> Path:
    return place.with_name("a\nb\x1b[31m.db")


def endless_name(place: Path) -> Path:
    return place.with_name("x" * 4_000)


BAD_FILES = {
    folder: "is a folder",
    garbage: "not an SQLite database",
    somebody_elses: "belongs to another program",
    newer: "upgrade jobdash",
    nowhere: "does not exist",
    hostile_name: "there is no database at",
    endless_name: "",
}


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize(
    ("make", "words"), BAD_FILES.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_a_file_that_cannot_be_read(shop: Shop, make: object, words: str, command: str) -> None:
    place = make(shop.folder / "file.db")  # type: ignore[operator]
    before = place.read_bytes() if place.name == "file.db" and place.is_file() else None
    told = refused(run(command, "--db", place), 5, words)
    assert told.isprintable()
    assert len(told) < 5_000
    assert before is None or place.read_bytes() == before


@pytest.mark.parametrize("make", [folder, garbage, somebody_elses, newer, nowhere])
def test_a_file_that_cannot_be_written(shop: Shop, make: object) -> None:
    place = make(shop.folder / "file.db")  # type: ignore[operator]
    refused(run("enqueue", "-A", shop.app, "--db", place, "nap"), 5)


@pytest.mark.parametrize("command", ["show", "cancel", "wait", "pause"])
def test_a_missing_file_is_not_made(shop: Shop, command: str) -> None:
    missing = shop.folder / "missing.db"
    refused(run(command, "1", "--db", missing), 5, "there is no database at", "--db")
    assert not missing.exists()


def test_a_plain_huey_file_says_how_to_take_it_over(shop: Shop) -> None:
    from huey import SqliteHuey

    plain = shop.folder / "plain.db"
    SqliteHuey(filename=str(plain)).storage.close()
    refused(run("list", "--db", plain), 5, "from jobdash import SqliteHuey")


def test_an_empty_file_holds_no_jobs(shop: Shop) -> None:
    empty = shop.folder / "empty.db"
    empty.touch()
    refused(run("list", "--db", empty), 5, "holds no jobs yet")


def test_a_symlink_is_the_file_itself(shop: Shop) -> None:
    shop.enqueue("nap")
    link = shop.folder / "link.db"
    link.symlink_to(shop.db)
    assert run("list", "--db", link).exit_code == 0


@pytest.mark.skipif(IS_ROOT, reason="root may read and write everything")
def test_a_folder_without_permission(shop: Shop) -> None:
    locked = shop.folder / "locked"
    locked.mkdir(mode=0o500)
    refused(run("enqueue", "-A", shop.app, "--db", locked / "jobs.db", "nap"), 5, "not writable")


@pytest.mark.parametrize("name", ["", ":memory:"])
def test_a_file_has_to_be_a_file(shop: Shop, name: str) -> None:
    refused(run("list", "--db", name), 2, "--db")


# -- the app -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ("nosuch.mod", ["no module 'nosuch'"]),
        ("nosuch", ["no module 'nosuch'"]),
        ("{module}:nothing", ["no attribute 'nothing'", "{module}:huey"]),
        ("{module}:send", ["not a huey object"]),
        ("json", ["no huey object"]),
        ("", ["module:attribute"]),
        ("not a module", ["module:attribute"]),
    ],
)
def test_an_app_that_is_not_there(shop: Shop, app: str, words: list[str]) -> None:
    named = app.format(module=shop.module)
    expected = [word.format(module=shop.module) for word in words]
    refused(run("enqueue", "-A", named, "nap"), 3, *expected)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("raise RuntimeError('no settings')", ["RuntimeError: no settings", ".py:1"]),
        ("import nothing_like_it", ["nothing_like_it", ".py:1"]),
        ("def (", ["SyntaxError", ".py:1"]),
        ("import sys; sys.exit(3)", ["sys.exit", ".py:1"]),
        ("raise RuntimeError('\\x1b[31mred\\nsecond line')", ["red"]),
    ],
)
def test_an_app_that_does_not_import(shop: Shop, line: str, words: list[str]) -> None:
    shop.source.write_text(line + "\n")
    told = refused(run("enqueue", "-A", shop.app, "nap"), 3, *words)
    assert told.isprintable()


def test_an_app_on_plain_huey_is_told_what_to_change(shop: Shop) -> None:
    shop.source.write_text("from huey import MemoryHuey\nhuey = MemoryHuey()\n")
    refused(run("enqueue", "-A", shop.app, "nap"), 3, "MemoryHuey", "jobdash.SqliteHuey")


def test_the_traceback_is_there_for_who_asks(shop: Shop) -> None:
    shop.source.write_text("raise RuntimeError('no settings')\n")
    result = run("--traceback", "enqueue", "-A", shop.app, "nap")
    assert result.exit_code == 3
    assert "Traceback" in result.stderr
    assert f"{shop.module}.py" in result.stderr
    assert run("enqueue", "-A", shop.app, "nap", "--traceback").stderr.count("Traceback") >= 1


# -- the command line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["lst"], ["did you mean list?"]),
        (["xyzzy"], ["no command 'xyzzy'"]),
        (["list", "--foo"], ["--foo", "jobdash list --help"]),
        (["-w", "4", "list"], ["dashboard options"]),
        (["-w", "0"], ["1<=x<=1000"]),
        (["show"], ["REF"]),
        (["show", "1", "2"], ["2"]),
        (["demo", "-A", "x:huey"], ["leave out -A"]),
        (["demo", "--seconds", "3"], ["--headless"]),
        (["demo", "--headless", "--seconds", "soon"], ["duration"]),
        (["demo", "--headless", "-w", "0"], ["1<=x"]),
    ],
)
def test_wrong_usage(shop: Shop, words: list[str], parts: list[str]) -> None:
    refused(run(*words), 2, *parts)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["-w", "0"], ["1<=x<=1000"]),
        (["-w", "-1"], ["1<=x<=1000"]),
        (["-w", "1.5"], ["integer"]),
        (["-w", "10000"], ["1<=x<=1000"]),
        (["-k", "thread"], ["huey_consumer"]),
        (["-k", "fibre"], ["thread"]),
        (["-v", "-q"], ["not both"]),
        (["--max-tasks", "0"], ["1"]),
        (["--max-rss", "0"], ["1"]),
        (["--shutdown-timeout", "-1"], ["0"]),
        (["other:huey"], ["one app at a time"]),
    ],
)
def test_wrong_options_of_worker(shop: Shop, words: list[str], parts: list[str]) -> None:
    refused(run("worker", "-A", shop.app, *words), 2, *parts)


def test_the_dashboard_needs_a_terminal(shop: Shop) -> None:
    refused(run("-A", shop.app), 2, "terminal", "jobdash list")
    refused(run("demo"), 2, "terminal")
    assert not shop.db.exists()


@pytest.mark.parametrize("name", command_line.list_commands(click.Context(command_line)))
def test_every_command_has_help_with_an_example(shop: Shop, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert re.search(rf"Examples?:\s+jobdash {name}\b", result.stdout)


def test_every_kind_of_error_has_its_code() -> None:
    codes = {
        UsageError: 2,
        UnknownJob: 3,
        AppError: 3,
        IllegalMove: 4,
        AlreadyRunning: 4,
        UnsupportedPlatform: 4,
        DatabaseBusy: 5,
        SchemaTooNew: 5,
        OSError: 5,
    }
    assert {kind: exit_code(kind("why")) for kind in codes} == codes


# What takes long to import; so no clock is needed to know that a command starts fast.
SLOW = {
    "asyncio", "email", "http", "huey", "logging", "multiprocessing", "PIL", "pydoc", "rich",
    "sqlite3", "ssl", "subprocess", "textual", "tomllib", "urllib",
}  # fmt: skip
IMPORTED = """
import sys
before = set(sys.modules)
from jobdash.cli.main import command_line
for command in sys.argv[2:]:
    try:
        command_line.main([*command.split(), "--db", sys.argv[1]])
    except SystemExit as end:
        assert end.code == 0
print(*set(sys.modules) - before)
"""


def test_reading_imports_nothing_that_is_slow(shop: Shop) -> None:
    shop.enqueue("nap")
    words = [sys.executable, "-c", IMPORTED, str(shop.db), *READERS, "show 1"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert "jobdash.report" in imported
    assert imported & SLOW == set()
