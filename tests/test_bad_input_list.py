"""Bad files, apps, words and arguments that the other tests do not try, some of them from a shell.

The answer is always the same: an exit code, one sentence that says what can be done, no traceback,
and nothing is changed.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from book import NOW, Book, new_job
from cli_support import Shop, a_shop, program, refused, run, run_json
from click.testing import Result
from scene import Scene, run_all

from jobdash import SqliteHuey
from jobdash.ledger import NewChord
from jobdash.report import Report


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def told(result: Result, code: int, *words: str) -> str:
    """Check how a command ended and that it said these words, in one line; return that line."""
    assert result.exit_code == code, (result.stdout, result.stderr)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("jobdash: ")
    assert line.isprintable()
    for word in words:
        assert word in line, (word, line)
    return line


# -- files ---------------------------------------------------------------------------------------


def a_folder(place: Path) -> Path:
    place.mkdir()
    return place


def a_header(place: Path) -> Path:
    place.write_bytes(b"SQLite format 3\x00")
    return place


def a_half(place: Path) -> Path:
    book = Book(place)
    book.ledger.intake.enqueue([new_job(f"j{n}") for n in range(300)], NOW)
    book.database.close()
    os.truncate(place, place.stat().st_size // 2)
    return place


def a_hard_link(place: Path) -> Path:
    Book(place.with_name("first.db")).database.close()
    os.link(place.with_name("first.db"), place)
    return place


def not_utf_8(place: Path) -> Path:
    return Path(os.fsdecode(bytes(place) + b"\xff"))


BAD_FILES: dict[Callable[[Path], Path], tuple[str, str]] = {
    a_folder: ("is a folder", "name a file in it"),
    a_header: ("is not an SQLite database", "name another file"),
    a_half: ("is damaged", ".recover"),
    a_hard_link: ("2 names", "keep one"),
    not_utf_8: ("is not UTF-8", "rename"),
}


@pytest.mark.parametrize("make", BAD_FILES, ids=lambda make: make.__name__)
def test_a_bad_file_stops_readers_and_producers(shop: Shop, make: Callable[[Path], Path]) -> None:
    place = make(shop.folder / "file.db")
    before = place.read_bytes() if place.is_file() else None
    told(run("enqueue", "-A", shop.app, "--db", place, "nap"), 5, *BAD_FILES[make])
    refused(run("list", "--db", place), 5, *BAD_FILES[make])
    refused(run("cancel", "1", "--db", place), 5, *BAD_FILES[make])
    assert (place.read_bytes() if place.is_file() else None) == before


def test_a_bad_file_stops_a_pool(shop: Shop) -> None:
    place = a_hard_link(shop.folder / "file.db")
    done = program("worker", "-A", shop.app, "--db", place)
    assert (done.returncode, done.stdout) == (5, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("jobdash: ")
    assert all(word in line for word in BAD_FILES[a_hard_link]), line


def test_an_empty_file_becomes_a_database(shop: Shop) -> None:
    place = shop.folder / "empty.db"
    place.touch()
    done = program("enqueue", "-A", shop.app, "--db", place, "nap")
    assert (done.returncode, done.stderr) == (0, "")
    assert run_json("list", "--db", place)[0]["state"] == "pending"


def test_a_locked_file_takes_no_job_and_says_so(shop: Shop) -> None:
    shop.source.write_text(shop.source.read_text().replace('"shop.db")', '"shop.db"), timeout=0.2'))
    shop.enqueue("nap")
    writer = shop.huey.storage.database
    with writer.transaction():
        done = program("enqueue", "-A", shop.app, "nap")
    assert (done.returncode, done.stdout) == (5, "")
    assert "stayed locked by another process" in done.stderr
    assert "try again" in done.stderr
    assert len(run_json("list", "--db", shop.db)) == 1


def test_a_log_that_was_deleted_leaves_a_file_that_works(shop: Shop) -> None:
    """Who deletes FILE-wal after a crash loses the last jobs, but no more than those."""
    place = shop.folder / "torn.db"
    Book(place).database.close()
    script = (
        "import os, sys\nsys.path[:0] = [sys.argv[2]]\n"
        "from pathlib import Path\nfrom book import Book\n"
        "Book(Path(sys.argv[1])).add('lost')\nos._exit(0)"
    )
    words = [sys.executable, "-c", script, str(place), str(Path(__file__).parent)]
    subprocess.run(words, check=True)
    Path(f"{place}-wal").unlink()
    assert program("enqueue", "-A", shop.app, "--db", place, "nap").returncode == 0
    book = Book(place, "shop")
    assert book.rows("SELECT seq FROM job WHERE queue = 'shop'")
    book.end()


def test_sqlite_is_none_that_can_damage_a_log_written_by_many() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= (3, 51, 3)


# -- apps ----------------------------------------------------------------------------------------

TWO_OF_ONE_NAME = """
from jobdash import SqliteHuey
huey = SqliteHuey(filename="c.db")
@huey.task()
def send(): pass
@huey.task()
def send(): pass
"""
A_COROUTINE = """
from jobdash import SqliteHuey
huey = SqliteHuey(filename="c.db")
@huey.task()
async def send(): pass
"""
IN_MEMORY = 'from jobdash import SqliteHuey\nhuey = SqliteHuey(filename=":memory:")\n'
IN_A_CIRCLE = "from {module} import huey\n"
BROKEN = "x = 1\ndef broken(:\n"

BAD_APPS = {
    "two tasks of one name": (TWO_OF_ONE_NAME, ["a different name=", "{module}.send", ".py:"]),
    "a coroutine": (A_COROUTINE, ["asyncio.run()", ".py:"]),
    "no file": (IN_MEMORY, ["need a file", "immediate=True", ".py:2"]),
    "a circle of imports": (IN_A_CIRCLE, ["circular import", ".py:1"]),
    "no Python": (BROKEN, ["SyntaxError", ".py:2"]),
}


@pytest.mark.parametrize("kind", BAD_APPS)
def test_a_bad_app_is_told_with_its_line(shop: Shop, kind: str) -> None:
    source, words = BAD_APPS[kind]
    shop.source.write_text(source.replace("{module}", shop.module))
    expected = [word.format(module=shop.module) for word in words]
    told(run("enqueue", "-A", shop.app, "send"), 3, *expected)
    assert not (shop.folder / "c.db").exists() or run("list", "--db", "c.db").exit_code == 0


def test_another_module_than_was_meant_is_named_with_its_file(shop: Shop) -> None:
    import queue

    told(run("enqueue", "-A", "queue:huey", "send"), 3, str(queue.__file__), "no huey object")
    told(run("enqueue", "-A", "queue", "send"), 3, str(queue.__file__), "no huey object")
    told(run("enqueue", "-A", "itertools", "send"), 3, "has built in", "no huey object")


# -- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["/[(", "'; DROP TABLE job; --", "%", "\x1b[2J", "[/red]", "\\"])
def test_a_filter_is_a_text_and_nothing_else(shop: Shop, text: str) -> None:
    shop.enqueue("send", "ada")
    for option in ("--text", "--task"):
        assert run_json("list", option, text, "--db", shop.db) == []
    assert len(run_json("list", "--db", shop.db)) == 1


@pytest.mark.parametrize("operation", ["show", "cancel", "retry", "replay", "discard", "wait"])
def test_an_id_is_a_text_and_nothing_else(shop: Shop, operation: str) -> None:
    shop.enqueue("send", "ada")
    for ref in ("../../etc/passwd", "x' OR 1=1 --", "9" * 30, "-1" * 2_000):
        result = run(operation, "--db", shop.db, "--", ref)
        assert result.exit_code == 3, result.stderr
        assert "Traceback" not in result.stderr
    assert shop.state(1) == "pending"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["--delay", "0"], "pending"),
        (["--delay", "10"], "scheduled"),
        (["--delay", "3650d"], "scheduled"),
        (["--at", "1960-01-01T00:00Z"], "pending"),
        (["--at", "9999-12-31T23:59:59Z"], "scheduled"),
        (["--retries", "1000000000"], "pending"),
        (["--priority", "0.5"], "pending"),
        (["--timeout", "1ms"], "pending"),
    ],
)
def test_odd_numbers_that_mean_something_are_taken(
    shop: Shop, words: list[str], state: str
) -> None:
    job = run_json("enqueue", "-A", shop.app, "nap", *words)
    assert job["state"] == state
    result = run("list", "--db", shop.db)
    assert (result.exit_code, result.stderr) == (0, "")


def test_to_expire_at_once_makes_no_sense(shop: Shop) -> None:
    refused(run("enqueue", "-A", shop.app, "nap", "--expires", "0"), 2, "--expires", "more than 0")
    assert not shop.db.exists()


def test_words_that_are_no_utf_8_are_stored_and_shown_escaped(shop: Shop) -> None:
    done = program("enqueue", "-A", shop.app, "send", os.fsdecode(b"a\xff\x1b[31m"))
    assert (done.returncode, done.stderr) == (0, "")
    shown = program("list", "--db", shop.db).stdout
    assert shown.replace("\n", "").isprintable()
    assert "udcff" in shown


@pytest.mark.parametrize("environ", [{"TERM": "dumb", "COLUMNS": "10"}, {"LC_ALL": "C"}])
def test_poor_surroundings_are_enough_to_read(shop: Shop, environ: dict[str, str]) -> None:
    shop.enqueue("send", "ünï ✓")
    kept = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = program("list", "--db", shop.db, env={**kept, "PYTHONUTF8": "0", **environ})
    assert (done.returncode, done.stderr) == (0, "")
    assert "#1" in done.stdout


# -- arguments from the app ----------------------------------------------------------------------


class NoReduce:
    def __reduce__(self) -> Any:
        raise RuntimeError("not to be stored")


class Shy:
    """Raises when it is looked at."""

    def __repr__(self) -> str:
        raise RuntimeError("not to be seen")

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not to be compared")

    __hash__ = object.__hash__


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


def endless() -> list[Any]:
    inner: list[Any] = []
    inner.append(inner)
    return inner


UNSTORABLE: dict[str, Callable[[], Any]] = {
    "a lambda": lambda: lambda: 1,
    "a lock": threading.Lock,
    "an open file": lambda: sys.__stdin__ or open(os.devnull),  # noqa: SIM115
    "a generator": lambda: (n for n in ()),
    "a connection": lambda: apsw.Connection(""),
    "what refuses": NoReduce,
    "a list too deep": lambda: nested(100_000),
}


@pytest.mark.parametrize("kind", UNSTORABLE)
def test_an_argument_that_cannot_be_stored_leaves_no_job(
    huey: SqliteHuey, scene: Scene, kind: str
) -> None:
    heard: list[Any] = []
    huey.signal()(lambda *words: heard.append(words))
    task = huey.task(name="body")(lambda value: None)
    with pytest.raises((TypeError, AttributeError, RuntimeError, RecursionError)):
        task(UNSTORABLE[kind]())
    assert (scene.states(), heard) == ([], [])


ODD: dict[str, Callable[[], Any]] = {
    "a lone surrogate": lambda: "\ud800 \0 \u202e",
    "marks and joiners": lambda: "a" + "\u0301" * 1_000 + "\U0001f469\u200d\U0001f467",
    "a long word": lambda: "w" * 10_000_000,
    "bytes": lambda: b"\xff\xfe\x00",
    "numbers beyond 64 bits": lambda: [2**63, -(2**63) - 1, 10**5_000, float("nan")],
    "itself inside": endless,
    "what cannot be looked at": Shy,
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_argument_arrives_as_it_is_and_is_shown_harmlessly(
    huey: SqliteHuey, scene: Scene, kind: str
) -> None:
    arrived: list[Any] = []
    task = huey.task(name="body")(lambda value: arrived.append(value))
    value = ODD[kind]()
    handle = task(value)
    run_all(huey)
    assert type(arrived[0]) is type(value)
    if kind not in ("itself inside", "what cannot be looked at", "numbers beyond 64 bits"):
        assert arrived == [value]
    with Report(scene.path) as report:
        shown = report.job(handle.id).args
    assert shown.isprintable()
    assert len(shown) < 10_000


def test_an_argument_that_a_try_changes_is_new_to_the_next(
    huey: SqliteHuey, scene: Scene, quiet: None
) -> None:
    seen: list[list[str]] = []

    def body(words: list[str]) -> None:
        seen.append(list(words))
        words.append("used")
        raise OSError

    handle = huey.task(name="body", retries=2)(body)(["fresh"])
    run_all(huey)
    assert seen == [["fresh"]] * 3
    assert scene.job(handle).args == '[["fresh"]]'


@pytest.mark.parametrize("delay", [1e12, float("nan"), float("inf"), "10"])
def test_a_delay_that_is_no_time_leaves_no_job(
    huey: SqliteHuey, scene: Scene, delay: object
) -> None:
    task = huey.task(name="body")(lambda: None)
    with pytest.raises((TypeError, ValueError, OverflowError)):
        task.schedule(delay=delay)
    assert scene.states() == []


def test_a_chord_of_a_thousand_is_one_callback(book: Book) -> None:
    members = tuple(new_job(f"m{n}") for n in range(1_000))
    book.enter(NewChord("c", members, new_job("callback")))
    book.run_pipelines(book.worker())
    assert book.row(1_001)["state"] == "succeeded"
    assert book.one("SELECT sum(claims) FROM job") == (1_001,)
