"""Bare `jobdash`, on a real terminal: it starts a pool, attaches to one, and leaves as asked."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, processes_with, run_json, wait_for
from cli_terminal import RESTORED, Terminal

from jobdash.errors import DatabaseError
from jobdash.report import Report

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks into /proc")

Open = Callable[..., Terminal]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made
        for pid in processes_with(made.module):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def open_terminal() -> Iterator[Open]:
    opened: list[Terminal] = []

    def make(*words: object, **options: Any) -> Terminal:
        opened.append(Terminal(*words, **options))
        return opened[-1]

    yield make
    for terminal in opened:
        terminal.close()


def pool_of(shop: Shop) -> int | None:
    """The process of the pool that serves the shop, if one does."""
    try:
        with Report(shop.db) as report:
            pool = report.pool()
    except DatabaseError:
        return None
    return pool.pid if pool else None


def test_starts_a_pool_and_stops_it_again(shop: Shop, open_terminal: Open) -> None:
    terminal = open_terminal("-A", shop.app, "-w", 2)
    # Somebody waits: there is something to read from the first moment on.
    terminal.wait_for("Opening the dashboard")
    terminal.wait_for("jobdash")
    assert pool_of(shop)
    job = run_json("enqueue", "-A", shop.app, "nap")
    wait_for(lambda: shop.state(job["seq"]) == "succeeded")
    terminal.wait_for(f"{shop.module}.nap"[:20])
    terminal.press("q")
    terminal.wait_for("Stop it now")
    terminal.press("n")
    assert terminal.end() == 0
    assert RESTORED in terminal.raw
    assert pool_of(shop) is None
    assert not processes_with(shop.module)


def test_leaves_the_pool_and_attaches_to_it_again(shop: Shop, open_terminal: Open) -> None:
    first = open_terminal("-A", shop.app, "-w", 1)
    first.wait_for("jobdash")
    first.press("q")
    first.wait_for("Leave it working")
    first.press("l")
    assert first.end() == 0
    pool = pool_of(shop)
    assert pool
    assert f"kill {pool}" in first.text
    second = open_terminal("-A", shop.app, "-w", 1)
    second.wait_for("jobdash")
    second.press("q")
    assert second.end() == 0
    assert pool_of(shop) == pool


def test_without_a_pool_none_is_started(shop: Shop, open_terminal: Open) -> None:
    shop.enqueue("nap")
    terminal = open_terminal("-A", shop.app, "--no-pool")
    terminal.wait_for("No pool is running")
    terminal.press("q")
    assert terminal.end() == 0
    assert pool_of(shop) is None


def test_without_a_pool_a_key_starts_one_that_ends_as_asked(
    shop: Shop, open_terminal: Open
) -> None:
    job = shop.enqueue("nap")
    terminal = open_terminal("-A", shop.app, "--no-pool", "-w", 1)
    terminal.wait_for("No pool is running")
    terminal.press("5")
    terminal.wait_for("starts a pool here")
    assert pool_of(shop) is None
    terminal.press("+")
    wait_for(lambda: shop.state(job) == "succeeded")
    terminal.wait_for("serves")
    terminal.press("q")
    terminal.wait_for("Stop it now")
    terminal.press("n")
    assert terminal.end() == 0
    assert pool_of(shop) is None


def test_an_app_that_does_not_import_is_told_before_anything_is_drawn(
    shop: Shop, open_terminal: Open
) -> None:
    shop.source.write_text("raise RuntimeError('no settings')\n")
    terminal = open_terminal("-A", shop.app, "-w", 1)
    assert terminal.end() == 3
    assert "RuntimeError: no settings" in terminal.text
    assert "Traceback" not in terminal.text
    assert RESTORED not in terminal.raw


def test_a_pool_that_cannot_start_is_told_before_anything_is_drawn(
    shop: Shop, open_terminal: Open
) -> None:
    shop.source.write_text("raise RuntimeError('no settings')\n")
    terminal = open_terminal("-A", shop.app, "--db", shop.db)
    assert terminal.end() == 3
    assert "RuntimeError: no settings" in terminal.text
    assert RESTORED not in terminal.raw


def test_somebodys_file_without_the_app_is_only_looked_at(shop: Shop, open_terminal: Open) -> None:
    shop.enqueue("nap")
    terminal = open_terminal("--db", shop.db)
    terminal.wait_for("no app is named, so nothing can be run")
    assert "sample tasks" not in terminal.text
    terminal.wait_for("No pool is running")
    terminal.press("q")
    assert terminal.end() == 0


def test_a_terminal_that_is_too_small(shop: Shop, open_terminal: Open) -> None:
    terminal = open_terminal("-A", shop.app, width=10, height=3)
    assert terminal.end() == 2
    assert "jobdash list" in terminal.text
    assert not shop.db.exists()


def test_a_signal_restores_the_terminal_and_stops_the_pool(shop: Shop, open_terminal: Open) -> None:
    terminal = open_terminal("-A", shop.app, "-w", 1)
    terminal.wait_for("jobdash")
    wait_for(lambda: pool_of(shop))
    terminal.process.terminate()
    assert terminal.end() == 128 + signal.SIGTERM
    assert RESTORED in terminal.raw
    assert not processes_with(shop.module)


def test_the_demo_on_a_terminal_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_terminal: Open
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("JOBDASH_DB", raising=False)
    terminal = open_terminal("demo", "--no-mouse", "--ascii", width=120, height=36)
    terminal.wait_for("toys.")
    assert terminal.raw.partition("\x1b[?1049h")[2].isascii()
    assert "\x1b[?1000h" not in terminal.raw, "the mouse is the terminal's"
    terminal.press("q")
    terminal.wait_for("The demo ends, and its jobs and files go.")
    terminal.press("q")
    assert terminal.end() == 0
    assert RESTORED in terminal.raw
    assert not list(tmp_path.iterdir())
    assert not processes_with(str(tmp_path))


def test_a_stop_waits_for_running_jobs_until_ctrl_c(shop: Shop, open_terminal: Open) -> None:
    terminal = open_terminal("-A", shop.app, "-w", 1)
    terminal.wait_for("jobdash")
    seq = run_json("enqueue", "-A", shop.app, "nap", 3600)["seq"]
    wait_for(lambda: shop.state(seq) == "running")
    terminal.press("q")
    terminal.wait_for("Stop the pool after")
    terminal.press("f")
    terminal.wait_for("Ctrl-C puts them back")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 0
    assert shop.state(seq) == "pending"
    assert not processes_with(shop.module)


def test_the_pools_log_is_private(shop: Shop) -> None:
    from jobdash.cli.pool_process import PoolProcess, wait_until_serving

    pool = PoolProcess(shop.app, shop.db, 1)
    try:
        wait_until_serving(pool)
        assert pool.log.stat().st_mode & 0o777 == 0o600
        wait_for(lambda: "serves" in pool.log.read_text())
    finally:
        pool.stop("now")
    assert not pool.alive()
