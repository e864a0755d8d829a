"""Files that the dashboard writes when asked: a job's test, a copy of everything. Four seconds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cli_support import Shop, a_shop
from textual.widgets import Input
from tui_support import dashboard

from jobdash.cli.commands import export as export_command
from jobdash.cli.commands import testcase as testcase_command
from jobdash.report import Report
from jobdash.tui.acting.writing import COPY_TICKS, TEST_TICKS


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.chdir(made.folder)
        yield made


async def test_a_job_s_test_is_written_and_fails_as_the_job_did(shop: Shop) -> None:
    seq = shop.ended("fail", "no such customer")
    async with dashboard(shop.db, app=shop.app) as screen:
        await screen.press("enter")
        await screen.until(f"Job #{seq}")
        await screen.press("C")
        await screen.until(f"Write a test of #{seq}")
        await screen.until(f"test_fail_job_{seq}.py")
        await screen.press("enter")
        await screen.until("Run it: pytest")
    file = shop.folder / f"test_fail_job_{seq}.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", file],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "RuntimeError: no such customer" in done.stdout


async def test_no_file_is_overwritten_and_another_name_helps(shop: Shop) -> None:
    seq = shop.ended("send", "ada")
    there = shop.folder / "there.db"
    there.write_text("mine")
    async with dashboard(shop.db, read_only=True) as screen:
        await screen.press("W")
        await screen.until("Export a copy")
        await screen.press(*"there.db", "enter")
        await screen.until("there.db is there: name another file")
        await screen.press("home", *"not", "enter")
        await screen.until("Look at it: jobdash --db")
        assert "Export a copy" not in screen.text
    assert there.read_text() == "mine"
    copied = shop.folder / "notthere.db"
    async with dashboard(copied, read_only=True, is_copy=True) as screen:
        await screen.press("5")
        await screen.until("This is a copy: nobody works on it")
        assert "+ " not in screen.lines[-1]
    with Report(copied) as report:
        job = report.job_by_seq(seq)
        assert job is not None
        assert job.state == "succeeded"


async def test_what_cannot_be_written_is_told_where_it_was_asked_for(shop: Shop) -> None:
    shop.ended("send", "ada")
    async with dashboard(shop.db, read_only=True) as screen:
        await screen.press("W")
        await screen.until("Export a copy")
        screen.app.screen.query_one(Input).value = "no/such.db"
        await screen.press("enter")
        await screen.until("not exist")
        await screen.until("Export a copy")
        await screen.press("escape")
        await screen.gone("Export a copy")


async def test_without_an_app_there_is_no_test_and_it_says_why(shop: Shop) -> None:
    seq = shop.ended("fail")
    async with dashboard(shop.db) as screen:
        await screen.press("enter")
        await screen.until(f"Job #{seq}")
        await screen.press("C")
        await screen.until("start the dashboard with the app")


async def test_a_test_may_pass_while_it_fails_so_and_replace_what_is_there(shop: Shop) -> None:
    seq = shop.ended("fail", "bearer sk-live-0123456789abcdef0123")
    file = shop.folder / f"test_fail_job_{seq}.py"
    file.write_text("mine")
    async with dashboard(shop.db, app=shop.app) as screen:
        await screen.press("enter")
        await screen.until(f"Job #{seq}")
        await screen.press("C")
        await screen.until("esc closes")
        assert "[ ] expect-failure" in screen.text
        await screen.press("enter")
        await screen.until("is there: name another file, or force it")
        await screen.press("tab", "space", "tab", "tab", "space")
        await screen.until("[x] expect-failure")
        assert "[x] force" in screen.text
        assert "[ ] secrets" in screen.text
        await screen.press("enter")
        await screen.until("Run it: pytest")
        await screen.until("Left out, for it looks secret")
    assert "pytest.raises(RuntimeError" in file.read_text()
    assert "sk-live" not in file.read_text()


async def test_a_dash_is_a_file_like_any_other(shop: Shop) -> None:
    shop.ended("send", "ada")
    async with dashboard(shop.db, app=shop.app) as screen:
        await screen.press("enter", "C")
        await screen.until("esc closes")
        assert "expect-failure" not in screen.text, "it did not fail"
        await screen.press("hyphen_minus", "enter")
        await screen.until("Wrote -.")
        await screen.until("Run it: pytest")
    assert "def test_send_job" in (shop.folder / "-").read_text()


async def test_a_copy_may_be_one_to_work_with_and_without_logs(shop: Shop) -> None:
    shop.ended("send", "ada")
    copied = shop.folder / "copy.db"
    async with dashboard(shop.db, read_only=True) as screen:
        await screen.press("W")
        await screen.until("esc closes")
        assert "[ ] working" in screen.text
        await screen.press(*"copy.db", "down", "space", "down", "space", "enter")
        await screen.until("Work on with it: jobdash")
    with Report(copied) as report:
        assert report.snapshot() is None


@pytest.mark.parametrize(
    ("ticks", "command"),
    [(TEST_TICKS, testcase_command.testcase), (COPY_TICKS, export_command.export)],
)
def test_what_can_be_ticked_is_called_as_in_the_shell(
    ticks: dict[str, str], command: click.Command
) -> None:
    options = {
        name.removeprefix("--"): option.help
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
    }
    assert ticks == {name: options[name] for name in ticks}
