"""Failures in full: what is kept of them, that nothing may spoil it, and the way to the editor.

Costs about two seconds.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, refused, run, run_json
from scene import Scene, run_next

from jobdash.broker.autopsy import autopsy
from jobdash.commit import commit_of
from jobdash.editor import editor_command
from jobdash.errors import UsageError
from jobdash.fingerprint import fingerprint, has_changed
from jobdash.postmortem import LIMIT, PostMortem, Raised, read_post_mortem
from jobdash.still import still_text

pytestmark = pytest.mark.usefixtures("quiet")


class TouchedError(BaseException):
    """Nothing here may raise it."""


class Touchy:
    """Whatever looks at it in the usual ways fails the test."""

    def __init__(self, **held: object) -> None:
        self.__dict__.update(held)

    def _never(self, *_: object) -> Any:
        raise TouchedError

    __repr__ = __str__ = __len__ = __iter__ = __getattr__ = __eq__ = __hash__ = _never  # type: ignore[assignment]
    __class__ = property(_never)  # type: ignore[assignment]


class TouchyText(str):
    __repr__ = __str__ = __len__ = __iter__ = Touchy._never


class TouchyList(list[object]):
    __repr__ = __str__ = __len__ = __iter__ = Touchy._never


def kept(call: Callable[[], object]) -> PostMortem:
    """Return what is kept of the error of a call."""
    try:
        call()
    except BaseException as error:
        found = autopsy(error)
    assert found is not None
    assert len(found.encode()) <= LIMIT
    post_mortem = read_post_mortem(found)
    assert post_mortem is not None
    return post_mortem


def charge(order: dict[str, object], api_key: str) -> None:
    try:
        print(order["price"])
    except KeyError as error:
        raise ValueError(f"no price in {len(order)}") from error


def test_chain_source_and_variables_are_kept() -> None:
    found = kept(lambda: charge({"total": 3, "password": "hunter2"}, "k-123"))
    assert (found.error.type, found.error.message) == ("ValueError", "no price in 2")
    inner = found.error.frames[-1]
    assert (inner.function, inner.text) == (
        "charge",
        'raise ValueError(f"no price in {len(order)}") from error',
    )
    assert inner.variables["order"] == '{"total": 3, "password": "[redacted]"}'
    assert inner.variables["api_key"] == '"[redacted]"'
    assert found.error.is_caused
    assert found.error.before is not None
    assert found.error.before.type == "KeyError"
    assert found.frames[found.culprit or 0] is inner


def test_a_group_keeps_its_members() -> None:
    def burst() -> None:
        errors: list[Exception] = [ValueError("one"), ExceptionGroup("in", [KeyError("two")])]
        raise ExceptionGroup("several", errors * 9)

    found = kept(burst).error
    assert [member.type for member in found.members] == ["ValueError", "ExceptionGroup"]
    assert found.members[1].members[0].message == "'two'"
    assert found.more_members == 16


def test_errors_that_lead_in_a_circle_are_kept_once() -> None:
    def circle() -> None:
        first, second = ValueError("a"), ValueError("b")
        first.__context__, second.__context__ = second, first
        raise first

    names = [raised.message for raised in kept(circle).error.everything()]
    assert names == ["a", "b"]


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda: Touchy(number=4711, token="t"), '"<Touchy number=4711, token=\\"[redacted]\\">"'),
        (lambda: TouchyText("hey"), '"<TouchyText content=\\"hey\\">"'),
        (lambda: TouchyList([1, 2]), '"<TouchyList content=[1, 2]>"'),
        (lambda: {1: [Touchy()]}, '{"1": ["<Touchy>"]}'),
        (lambda: ValueError(Touchy()), '"<ValueError content=[\\"<Touchy>\\"]>"'),
        (lambda: Path("/srv/app"), '"/srv/app"'),
        (lambda: "\x1b[31m\u202e", '"\\u001b[31m\\u202e"'),
    ],
)
def test_no_code_of_a_value_is_run(make: Callable[[], object], shown: str) -> None:
    assert still_text(make(), 300) == shown


def test_a_value_that_holds_itself_or_is_huge_is_cut() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert still_text(loop, 300) == '["[…]"]'
    assert len(still_text(["x" * 10_000] * 10_000, 300)) <= 300
    json.loads(still_text({str(n): Touchy(n=n) for n in range(10_000)}, 300))


def test_bounds_hold_whatever_is_raised() -> None:
    def deep(number: int, text: str) -> None:
        many = {f"name_{n}": text for n in range(1000)}
        deep(number + 1, text + many["name_1"][:9])

    def long() -> None:
        raise ValueError("\u6f22" * 1_000_000)

    found = kept(lambda: deep(0, "\u6f22" * 5000))
    assert found.error.type == "RecursionError"
    assert found.error.cut > sys.getrecursionlimit() // 2
    assert any(frame.variables for frame in found.frames)
    assert len(kept(long).error.message) == 4000


def test_many_variables_are_kept_as_far_as_there_is_room() -> None:
    def nested(depth: int) -> None:
        a = b = c = d = e = f = g = h = i = j = k = l = m = n = "x" * 590  # noqa: E741
        if depth == 0:
            raise ValueError(a + b + c + d + e + f + g + h + i + j + k + l + m + n)
        nested(depth - 1)

    frames = kept(lambda: nested(12)).error.frames
    assert frames[-1].variables["a"] == f'"{"x" * 590}"'
    assert not frames[0].variables


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = (
        "from jobdash.fingerprint import fingerprint\n"
        "print(fingerprint((lambda x: x in {'a', 'b', 'c', 'd', 'e'}).__code__))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


def test_what_is_left_out_is_the_libraries() -> None:
    def parse() -> None:
        json.loads("{")

    own = [(frame.function.rpartition(".")[2], frame.is_own) for frame in kept(parse).frames]
    assert own[-2:] == [("decode", False), ("raw_decode", False)]
    assert ("parse", True) in own
    assert read_post_mortem('{"error": {}}') is None
    assert read_post_mortem("no json") is None


def test_a_change_is_one_of_the_code_and_not_of_its_place(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    source = 'def price(order):\n    if order in {"a", "b", "c"}:\n        return 1\n    return 2\n'
    file.write_text(source)
    scope: dict[str, Any] = {}
    exec(compile(source, str(file), "exec"), scope)
    before = fingerprint(scope["price"].__code__)

    def changed(text: str) -> bool | None:
        file.write_text(text)
        return has_changed(str(file), "price", before)

    assert changed(source) is False
    assert changed(f"# a comment\n\n{source}\n\ndef other(): ...\n") is False
    assert changed(source.replace("return 2", "return 3")) is True
    assert changed(source.replace('"c"', '"d"')) is True
    assert changed(source.replace("price", "cost")) is True
    assert changed("def broken(") is True
    file.unlink()
    assert has_changed(str(file), "price", before) is True
    assert has_changed(str(file), "price", "cpython-27-0:00") is None


def test_the_commit_is_read_without_git(tmp_path: Path) -> None:
    ours, other = "a" * 40, "b" * 40
    below = tmp_path / "repo" / "src" / "app"
    below.mkdir(parents=True)
    git = tmp_path / "repo" / ".git"
    git.mkdir()
    assert commit_of(str(below)) is None
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(f"# pack-refs\n{other} refs/heads/main\n")
    assert commit_of(str(below)) == other
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "refs" / "heads" / "main").write_text(f"{ours}\n")
    assert commit_of(str(below)) == ours
    (git / "HEAD").write_text(f"{other}\n")
    assert commit_of(str(below)) == other
    tree = tmp_path / "tree"
    tree.mkdir()
    (git / "worktrees" / "tree").mkdir(parents=True)
    (git / "worktrees" / "tree" / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "worktrees" / "tree" / "commondir").write_text("../..\n")
    (tree / ".git").write_text(f"gitdir: {git}/worktrees/tree\n")
    assert commit_of(str(tree)) == ours
    assert commit_of(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vim", ["vim", "+7", "/a b.py"]),
        ("/usr/bin/nvim -p", ["/usr/bin/nvim", "-p", "+7", "/a b.py"]),
        ("code --wait", ["code", "--wait", "--goto", "/a b.py:7"]),
        ("hx", ["hx", "/a b.py:7"]),
        ("subl -w", ["subl", "-w", "/a b.py:7"]),
        ("pycharm.sh", ["pycharm.sh", "--line", "7", "/a b.py"]),
        ("emacs-nox", ["emacs-nox", "+7", "/a b.py"]),
        ("ed", ["ed", "/a b.py"]),
    ],
)
def test_each_editor_has_its_way_to_a_line(editor: str, command: list[str]) -> None:
    assert editor_command({"EDITOR": editor}, "/a b.py", 7) == command


def test_visual_goes_before_editor_and_none_says_what_to_set() -> None:
    assert editor_command({"VISUAL": "nano", "EDITOR": "vi"}, "/a", 1)[0] == "nano"
    for environment in ({}, {"EDITOR": " "}, {"EDITOR": "'"}):
        with pytest.raises(UsageError, match="EDITOR"):
            editor_command(environment, "/a", 1)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path / "jobs.db")
    yield made
    made.end()


def test_each_failed_attempt_has_its_own_and_no_other_outcome_has_one(scene: Scene) -> None:
    huey = scene.huey()
    said = iter(("first", "second"))

    @huey.task(retries=2)
    def flaky() -> str:
        text = next(said, "")
        if text:
            raise ValueError(text)
        return "done"

    flaky()
    for _ in range(3):
        run_next(huey)
    found = scene.rows("SELECT post_mortem FROM attempt ORDER BY number")
    messages = [read_post_mortem(text).error.message for (text,) in found]  # type: ignore[union-attr]
    assert messages == ["first", "second"]


def test_only_a_failure_is_looked_at(scene: Scene) -> None:
    huey = scene.huey()

    @huey.task(retries=1)
    @huey.lock_task("door")
    def locked() -> None: ...

    with huey.lock_task("door"):
        locked()
        run_next(huey)
    assert scene.rows("SELECT post_mortem FROM attempt") == [(None,)]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def test_show_full_has_frames_source_and_variables(shop: Shop) -> None:
    seq = shop.ended("fail", "\x1b[31mred")
    text = run("show", "--db", shop.db, seq, "--full").stdout
    assert "\x1b" not in text
    assert f"{shop.source}:18 in fail" in text
    assert ">   18      raise RuntimeError(why)" in text
    assert 'why = "\\u001b[31mred"' in text
    failure = run_json("show", "--db", shop.db, seq, "--full")["failure"]
    assert failure["error"]["frames"][-1]["variables"] == {"why": "\x1b[31mred"}
    assert (failure["attempt"], failure["changed"]) == (1, [])
    assert "failure" not in run_json("show", "--db", shop.db, seq)


def test_show_full_is_of_the_attempt_that_is_named(shop: Shop) -> None:
    seq = shop.ended("fail")
    chosen = run("show", "--db", shop.db, seq, "--full", "--attempt", "1")
    assert "failure of attempt 1" in chosen.stdout
    missing = run("show", "--db", shop.db, seq, "--full", "--attempt", "2")
    assert (missing.exit_code, "attempt 2" in missing.stderr) == (3, True)
    assert run("show", "--db", shop.db, seq, "--attempt", "1").exit_code == 2


def test_show_says_that_the_code_has_changed_since(shop: Shop) -> None:
    seq = shop.ended("fail")
    assert "code changed" not in run("show", "--db", shop.db, seq).stdout
    shop.source.write_text(shop.source.read_text().replace("RuntimeError(why)", "OSError(why)"))
    assert "code changed since this failure: fail" in run("show", "--db", shop.db, seq).stdout


def test_edit_opens_the_line_of_the_failure(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seq = shop.ended("fail")
    opened = shop.folder / "opened"
    vim = shop.folder / "vim"
    vim.write_text(f'#!/bin/sh\necho "$@" > {opened}\n')
    vim.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(vim))
    assert run("edit", "--db", shop.db, seq).exit_code == 0
    assert opened.read_text() == f"+18 {shop.source}\n"
    refused(run("edit", "--db", shop.db, seq, "--frame", 9), 2, "0 to 0")
    monkeypatch.setenv("EDITOR", str(shop.folder / "missing"))
    refused(run("edit", "--db", shop.db, seq), 127, "cannot be started", "EDITOR")
    monkeypatch.delenv("EDITOR")
    refused(run("edit", "--db", shop.db, seq), 2, "set VISUAL or EDITOR")
    refused(run("edit", "--db", shop.db, shop.ended("send", "a")), 3, "no failure")


def test_everything_tells_each_error_once() -> None:
    inner = Raised("Inner")
    outer = Raised("Outer", members=(Raised("Member"),), before=inner)
    assert [raised.type for raised in outer.everything()] == ["Outer", "Member", "Inner"]
