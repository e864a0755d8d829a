"""From the dashboard to the debugger and back, on a real terminal. About four seconds."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, processes_with, run_json
from pty_screen import PtyScreen
from tui_support import Stock, dashboard


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def test_b_leads_to_the_failing_line_and_back(shop: Shop) -> None:
    seq = shop.ended("fail", "no such customer")
    words = ("-A", shop.app, "--db", shop.db, "--no-pool")
    with closing(PtyScreen(*words, folder=shop.folder)) as screen:
        screen.until("enter open")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("b")
        screen.until(f"Run #{seq} here, under the debugger?")
        screen.press("\r")
        screen.until("-> raise RuntimeError(why)")
        screen.until("(Pdb)")
        screen.press("p why * 2\r")
        screen.until("'no such customerno such customer'")
        screen.press("q\r")
        screen.until("Enter goes back to the dashboard")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.until("Attempts 1")
        screen.press("q")
        screen.until("enter open")
        screen.press("q")
        assert screen.exit_status() == 0
        assert screen.is_restored
    assert [job["seq"] for job in run_json("list", "--db", shop.db)] == [seq]


def test_r_keeps_the_run_as_a_replay(shop: Shop) -> None:
    seq = shop.ended("fail", "no such customer")
    words = ("-A", shop.app, "--db", shop.db, "--no-pool")
    with closing(PtyScreen(*words, folder=shop.folder)) as screen:
        screen.until("enter open")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("b")
        screen.until("record the outcome")
        screen.press("r")
        screen.until("(Pdb)")
        screen.press("q\r")
        screen.until(f"it is kept as #{seq + 1}")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("qq")
        assert screen.exit_status() == 0
    kept = run_json("show", "--db", shop.db, seq + 1)
    assert (kept["replay_of"], kept["state"]) == (seq, "failed")


def test_p_names_another_debugger(shop: Shop) -> None:
    seq = shop.ended("fail", "no such customer")
    (shop.folder / "tools.py").write_text(
        "import pdb\n\nclass Own(pdb.Pdb):\n"
        "    def __init__(self):\n        super().__init__()\n        self.prompt = '(Own) '\n"
    )
    words = ("-A", shop.app, "--db", shop.db, "--no-pool")
    with closing(PtyScreen(*words, folder=shop.folder)) as screen:
        screen.until("enter open")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("b")
        screen.until("Name another debugger than the usual one")
        screen.press("p")
        screen.until("Which debugger?")
        screen.press("tools\r")
        screen.until("it is module:Class")
        screen.press(":Own\r")
        screen.until("Name another debugger than tools:Own")
        screen.press("y")
        screen.until("-> raise RuntimeError(why)")
        screen.until("(Own)")
        screen.press("q\r")
        screen.until("Enter goes back to the dashboard")
        screen.press("\r")
        screen.until(f"Job #{seq}  ")
        screen.press("qq")
        assert screen.exit_status() == 0


def test_what_ends_the_dashboard_ends_the_debugger(shop: Shop) -> None:
    shop.ended("fail")
    words = ("-A", shop.app, "--db", shop.db, "--no-pool")
    with closing(PtyScreen(*words, folder=shop.folder)) as screen:
        screen.until("enter open")
        screen.press("\r")
        screen.until("b debug")
        screen.press("b")
        screen.until("under the debugger?")
        screen.press("\r")
        screen.until("(Pdb)")
        screen.process.send_signal(signal.SIGTERM)
        assert screen.exit_status() == 128 + signal.SIGTERM
    assert [*processes_with(str(shop.db))] == []


async def test_who_only_looks_runs_nothing(stock: Stock) -> None:
    stock.fail()
    async with dashboard(stock.path, read_only=True, app="shop:huey") as screen:
        await screen.press("enter", "b")
        await screen.until("This dashboard was started to look only.")


async def test_without_an_app_it_says_what_is_missing(stock: Stock) -> None:
    stock.fail()
    async with dashboard(stock.path) as screen:
        await screen.press("enter", "b")
        await screen.until("No app is known here")


async def test_without_a_terminal_it_says_what_to_type(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path, app="shop:huey") as screen:
        await screen.press("enter", "b")
        await screen.until("What it does to the world outside, it does once more.")
        await screen.press("escape", "b", "y")
        await screen.until(f"jobdash debug {seq}")
        await screen.press("b", "r")
        await screen.until(f"jobdash debug --record {seq}")
