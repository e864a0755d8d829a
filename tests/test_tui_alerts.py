"""Alerts on the screen: a line, a bell, and the key that lets a task go on. Costs about 5 s."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_support import Stock, dashboard, now
from waiting import eventually

from jobdash.alerts.companion import Companion
from jobdash.alerts.rules import Watching
from jobdash.metrics import exposition
from jobdash.report import Report

HOSTILE = "3 [b]dead[/] \x1b]52;c;aGk=\x07 letters"


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def alert(stock: Stock, name: str, what: str, level: int = 1) -> None:
    stock.insert(
        "alert", queue=stock.queue, name=name, level=level, since=now(), what=what, looked_at=now()
    )


def paused(path: Path) -> list[str]:
    with Report(path) as report:
        return [task for _, task in report.pauses()]


async def test_an_alert_is_a_line_and_one_bell_and_an_older_one_rings_no_more(
    path: Path, stock: Stock
) -> None:
    stock.add("failed")
    with stock.crew():
        async with dashboard(path) as screen:
            bells: list[int] = []
            screen.app.bell = lambda: bells.append(1)  # type: ignore[method-assign]
            assert "Alert" not in screen.text
            alert(stock, "dead", HOSTILE)
            await screen.until("Alert: 3 [b]dead[/]")
            assert "\x1b" not in screen.text
            assert len(bells) == 1
            stock.add("failed")
            alert(stock, "depth", "900 jobs ready", level=2)
            await screen.until("Alert: 900 jobs ready.  (and 1 more on Overview)")
            assert len(bells) == 2
            await screen.press("2")
            await screen.until("! 3 [b]dead[/]")
            stock.insert("pause", queue="huey", task="", since=now())
            await screen.until("! paused: everything in huey")
            stock.add("failed")
            await screen.until("failed 3")
            assert len(bells) == 2


async def test_what_a_pool_found_that_is_gone_is_not_told(path: Path, stock: Stock) -> None:
    stock.add("failed")
    alert(stock, "dead", "3 dead letters")
    async with dashboard(path) as screen:
        await screen.until("No pool is running")
        assert "dead letters." not in screen.text


def test_a_pool_without_rules_forgets_what_an_earlier_one_has_found(
    path: Path, stock: Stock
) -> None:
    alert(stock, "dead", "3 dead letters", level=2)
    with stock.crew(), Report(path) as report:
        assert 'jobdash_alert{queue="huey",alert="dead"} 2\n' in exposition(report, now())
        said: list[str] = []
        companion = Companion(Watching(), path, "huey", lambda: None, said.append, said.append)
        companion.start()
        try:
            eventually(lambda: not report.kept_alerts())
        finally:
            companion.stop()
        assert "jobdash_alert{" not in exposition(report, now())
        assert said == []


async def test_one_key_lets_a_task_go_on_that_its_breaker_has_paused(
    path: Path, stock: Stock
) -> None:
    stock.register("mail.send")
    stock.add("pending")
    with stock.crew():
        why = "3 failures in a row: TimeoutError"
        stock.insert("pause", queue="huey", task="mail.send", since=now(), why=why)
        alert(stock, "breaker:mail.send", f"mail.send is paused: {why}")
        async with dashboard(path) as screen:
            await screen.until(f"Alert: mail.send is paused: {why}. B lets it go on.")
            await screen.press("2")
            await screen.until(f"! mail.send is paused: {why}   B lets it go on")
            assert "paused: mail.send" not in screen.text, "it is told once"
            await screen.press("B")
            await screen.until("Resumed mail.send.")
            assert paused(path) == []
            await screen.press("B")
            await screen.until("No breaker has paused a task.")
            for task in ("a.one", "b.two", "c.by_hand"):
                reason = "" if task == "c.by_hand" else why
                stock.insert("pause", queue="huey", task=task, since=now(), why=reason)
            await screen.press("B")
            await screen.until("Which paused task is to go on?")
            await screen.press("2")
            await screen.until("Resumed b.two.")
            assert paused(path) == ["a.one", "c.by_hand"]


async def test_who_only_looks_lets_nothing_go_on(path: Path, stock: Stock) -> None:
    stock.add("pending")
    stock.insert("pause", queue="huey", task="a.one", since=now(), why="3 failures in a row")
    async with dashboard(path, read_only=True) as screen:
        await screen.press("B")
        await screen.until("to look only")
        assert paused(path) == ["a.one"]
