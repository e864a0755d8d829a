"""Finding the app: what a user may type after -A, and one clear line for each way it can fail."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobdash import SqliteHuey
from jobdash.broker.app import blamed_line, is_users_file, load_app
from jobdash.errors import AppError, DatabaseError

Write = Callable[..., Path]

OURS = "from jobdash import SqliteHuey\nhuey = SqliteHuey('app', filename={database!r})\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes modules into the current folder; what was imported from there is forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in ("", ".")])
    known = set(sys.modules)

    def module(name: str, source: str = OURS) -> Path:
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(source.replace("{database!r}", repr(str(tmp_path / "app.db"))))
        return file

    yield module
    for name in set(sys.modules) - known:
        found = sys.modules[name]
        if str(getattr(found, "__file__", None) or "").startswith(str(tmp_path)):
            for value in vars(found).values():
                if isinstance(value, SqliteHuey):
                    value.storage.close()
            del sys.modules[name]


def refusal(spec: str) -> str:
    with pytest.raises(AppError) as caught:
        load_app(spec)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("spec", ["one:huey", "one.huey", "one", " one:huey "])
def test_every_way_of_naming_an_app(write: Write, spec: str) -> None:
    write("one")
    assert load_app(spec).name == "app"
    assert os.getcwd() in sys.path


def test_an_app_in_a_package(write: Write) -> None:
    write("pack/__init__", "")
    write("pack/inner")
    huey = load_app("pack.inner:huey")
    assert load_app("pack.inner.huey") is huey
    assert load_app("pack.inner") is huey


def test_an_attribute_of_an_attribute(write: Write) -> None:
    write("one", OURS + "class Holder:\n    app = huey\n")
    assert load_app("one:Holder.app") is load_app("one.Holder.app")


def test_an_attribute_wins_over_a_module_of_its_name(write: Write) -> None:
    write("pack/__init__", OURS + "second = SqliteHuey('second', filename={database!r})\n")
    write("pack/second", "raise ValueError\n")
    write("pack/huey", OURS.replace("'app'", "'hidden'"))
    assert load_app("pack.second").name == "second"
    assert load_app("pack.huey").name == "app"


def test_another_file_than_the_app_names(write: Write, tmp_path: Path) -> None:
    write("one")
    other = tmp_path / "other.db"
    huey = load_app("one:huey", str(other))
    assert huey.storage.database.path == other
    assert other.exists()


@pytest.mark.parametrize("spec", ["", ":huey", "one:", "one two", "./one.py", "one:huey()", "1.x"])
def test_what_names_no_app(write: Write, spec: str) -> None:
    write("one")
    assert refusal(spec)


def test_no_such_module(write: Write) -> None:
    message = refusal("nowhere.app:huey")
    assert "there is no module 'nowhere.app'" in message
    assert os.getcwd() in message


def test_no_such_module_in_a_package_that_exists(write: Write) -> None:
    write("pack/__init__", "")
    assert "no module 'pack.missing'" in refusal("pack.missing:huey")
    write("one")
    assert "no module 'one.part'" in refusal("one.part:huey")


def test_no_such_attribute_offers_those_that_exist(write: Write) -> None:
    write("one")
    assert refusal("one:hueyy") == "one has no attribute 'hueyy'; its huey objects are: one:huey"
    assert refusal("one.hueyy") == refusal("one:hueyy")
    write("empty", "x = 1\n")
    assert "no huey object at all" in refusal("empty:huey")
    assert "has no huey object" in refusal("empty")


def test_several_in_one_module_must_be_named(write: Write) -> None:
    write("two", OURS + "other = SqliteHuey('other', filename={database!r})\nsame = other\n")
    message = refusal("two")
    assert "say which" in message
    assert "two:other" in message
    assert load_app("two:other") is load_app("two:same")


def test_not_a_huey(write: Write) -> None:
    write("one", OURS + "number = 1\n")
    assert refusal("one:number") == "one:number is a int, not a huey object"


def test_a_plain_huey_is_told_the_import_to_change(write: Write) -> None:
    write("plain", "from huey import SqliteHuey\nhuey = SqliteHuey(filename={database!r})\n")
    for spec in ("plain:huey", "plain"):
        message = refusal(spec)
        assert "`from huey import SqliteHuey` to `from jobdash import SqliteHuey`" in message
    sys.modules["plain"].huey.storage.close()


def test_another_storage_is_told_apart(write: Write) -> None:
    write("memory", "from huey import MemoryHuey\nhuey = MemoryHuey()\n")
    assert "MemoryHuey, but jobdash keeps its jobs in SQLite" in refusal("memory:huey")


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("\nundefined\n", "NameError: name 'undefined' is not defined", 2),
        ("import nothing_like_it\n", "ModuleNotFoundError: No module named 'nothing_like_it'", 1),
        ("def f(:\n", "SyntaxError: invalid syntax", 1),
        ("import sys\nsys.exit('bye')\n", "it calls sys.exit(bye) while being imported", 2),
        ("import json\njson.loads('{')\n", "JSONDecodeError: Expecting property name", 2),
        ("raise ValueError('a\\x1b[31m\\nb')\n", "ValueError: a␛[31m", 1),
    ],
)
def test_an_app_that_does_not_import_tells_why_and_where(
    write: Write, source: str, words: str, line: int
) -> None:
    file = write("broken", source)
    message = refusal("broken:huey")
    assert message.startswith("the app 'broken' does not import: ")
    assert words in message
    assert message.endswith(f"({file}:{line})")


def test_a_file_that_cannot_be_opened_is_no_fault_of_the_app(write: Write) -> None:
    write(
        "one", "from jobdash import SqliteHuey\nhuey = SqliteHuey(filename='no/such/folder.db')\n"
    )
    with pytest.raises(DatabaseError, match="no/such does not exist"):
        load_app("one:huey")


def test_the_blamed_line_is_the_innermost_of_the_users_own(write: Write) -> None:
    write("inner", "def check(text):\n    import json\n    return json.loads(text)\n")
    write("outer", "import inner\ninner.check('{')\n")
    with pytest.raises(AppError) as caught:
        load_app("outer:huey")
    cause = caught.value.__cause__
    assert cause is not None
    assert blamed_line(cause).endswith("inner.py:3")


def test_whose_a_file_is(tmp_path: Path) -> None:
    assert is_users_file(str(tmp_path / "app.py"))
    assert not is_users_file(os.__file__)
    assert not is_users_file("<frozen importlib._bootstrap>")
    assert not is_users_file(sys.modules["huey"].__file__ or "")
    assert not is_users_file(sys.modules["jobdash"].__file__ or "")
