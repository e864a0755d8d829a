"""Files that the dashboard writes when asked: a job's test, a copy of everything. Four seconds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop
from textual.widgets import Input
from tui_support import dashboard

from jobdash.report import Report


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
