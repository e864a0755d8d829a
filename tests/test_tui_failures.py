"""The failure in full in the dashboard, and from there to the editor. About three seconds."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, run
from pty_screen import PtyScreen
from tui_support import dashboard


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


async def test_enter_unfolds_source_and_variables(shop: Shop) -> None:
    seq = shop.ended("fail", "\x1b[31m[/red]")
    async with dashboard(shop.db, (120, 36), read_only=True) as screen:
        await screen.press("enter")
        await screen.until(f"Job #{seq}")
        await screen.until("in fail")
        await screen.until("enter: with source, variables")
        assert "why = " not in screen.text
        await screen.press("enter")
        await screen.until('why = "\\u001b[31m[/red]"')
        await screen.until(">   18      raise RuntimeError(why)")


async def test_each_older_attempt_can_be_seen_in_full(shop: Shop) -> None:
    seq = shop.ended("fail", "just the same")
    for _ in range(2):
        run("retry", seq, "--db", shop.db)
        shop.work()
    async with dashboard(shop.db, (120, 36), read_only=True) as screen:
        await screen.press("enter")
        await screen.until("< shows each in full")
        for pressed, number in (("<", 2), ("<", 1), ("<", 1), (">", 2)):
            await screen.press(pressed)
            await screen.until(f"attempt {number} of 3 in full")
            await screen.until(f"✗ attempt {number} failed")
            await screen.until('why = "just the same"')
        await screen.press("equals_sign")
        await screen.until(f"--- #{seq} attempt 2 failed")
        assert f"+++ #{seq} attempt 3 failed" in screen.text
        await screen.press("escape")
        await screen.gone("What differs")
        await screen.press("escape")
        await screen.until("< shows each in full")
        assert "in full   <" not in screen.text
        assert f"Job #{seq}" in screen.text, "escape has closed one thing"
        # No job of the task has succeeded: its last two attempts are what there is to compare.
        await screen.press("equals_sign")
        await screen.until(f"--- #{seq} attempt 2 failed")


async def test_changed_code_is_told(shop: Shop) -> None:
    shop.ended("fail")
    shop.source.write_text(shop.source.read_text().replace("RuntimeError(why)", "OSError(why)"))
    async with dashboard(shop.db, (120, 36), read_only=True) as screen:
        await screen.press("enter")
        await screen.until("code changed since this failure: fail")


def test_an_editor_that_is_not_there_is_told_and_the_dashboard_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = shop.ended("fail")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(shop.folder / "missing"))
    with closing(PtyScreen("--db", shop.db, "--no-pool", folder=shop.folder)) as screen:
        screen.until("enter open")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("v")
        screen.until("The editor cannot be started")
        screen.press("q")
        screen.until("enter open")
        screen.press("q")
        assert screen.exit_status() == 0
        assert screen.is_restored


def test_v_opens_the_editor_and_comes_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seq = shop.ended("fail")
    vim = shop.folder / "vim"
    vim.write_text('#!/bin/sh\necho "opened $@"\nread line\n')
    vim.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(vim))
    with closing(PtyScreen("--db", shop.db, "--no-pool", folder=shop.folder)) as screen:
        screen.until("enter open")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("v")
        screen.until("opened +18 /")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("V")
        screen.until("at which line?")
        screen.press("\x1b")
        screen.gone("at which line?")
        screen.press("V")
        screen.until("at which line?")
        screen.press("0")
        screen.until("opened +18 /")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("q")
        screen.until("enter open")
        screen.press("q")
        assert screen.exit_status() == 0
        assert screen.is_restored
