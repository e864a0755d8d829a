"""Chaos and comparing in the dashboard. Costs about three seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_support import Stock, dashboard, now

from jobdash.job import FIRST_RETURNED, ON_PURPOSE
from jobdash.report import Report


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def armed(path: Path) -> list[tuple[str, str, int]]:
    with Report(path) as report:
        return [(one.task, one.fault, one.left) for one in report.chaos()]


async def test_a_fault_is_armed_seen_and_taken_off(stock: Stock) -> None:
    stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("4")
        await screen.until("by name")
        await screen.press("X")
        await screen.until("Chaos: the next runs of mail.send")
        await screen.press("t")
        await screen.until("twice, how many runs of mail.send")
        await screen.press("enter")
        await screen.until("The next run of mail.send is delivered twice.")
        assert armed(stock.path) == [("mail.send", "twice", 1)]
        await screen.until("twice x1 mail.send")
        await screen.until("chaos: twice the next run")
        await screen.press("X")
        await screen.until("Off: nothing on purpose")
        await screen.press("o")
        await screen.until("mail.send: no chaos any more.")
        assert armed(stock.path) == []
        await screen.gone("twice x1")
        await screen.press("X")
        await screen.until("Off: nothing on purpose")
        await screen.press("o")
        await screen.until("Nothing was armed for mail.send.")


async def test_several_runs_have_a_fault(stock: Stock) -> None:
    stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("4")
        await screen.until("by name")
        await screen.press("X")
        await screen.until("Chaos: the next runs of mail.send")
        await screen.press("r")
        await screen.until("The next 10 runs")
        await screen.press("0")
        await screen.until("Each of the next 10 runs of mail.send")
        await screen.until("raise x10 mail.send")
        assert armed(stock.path) == [("mail.send", "raise", 10)]


async def test_two_marked_jobs_are_compared_whatever_their_tasks(stock: Stock) -> None:
    first = stock.add("succeeded", args='["ada"]')
    second = stock.add("succeeded", args='["bob"]', task="mail.drop")
    third = stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.until(f"#{third}")
        await screen.press("j", "space", "space", "equals_sign")
        await screen.until(f"--- #{first} attempt 1 succeeded")
        await screen.until(f"+++ #{second} attempt 1 succeeded")
        await screen.until("+mail.drop")
        await screen.press("escape")
        await screen.gone("What differs")
        await screen.press("a")
        await screen.until("3 marked")
        await screen.press("equals_sign")
        await screen.until("Two jobs can be compared: mark two.")


async def test_what_is_like_no_other_says_how_to_compare_it(stock: Stock) -> None:
    seq = stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("enter")
        await screen.until(f"Job #{seq}")
        await screen.press("equals_sign")
        await screen.until("mark two in a list")


async def test_who_only_looks_arms_nothing(stock: Stock) -> None:
    stock.add("succeeded")
    async with dashboard(stock.path, read_only=True) as screen:
        await screen.press("4")
        await screen.until("by name")
        await screen.press("X")
        await screen.until("This dashboard was started to look only.")


async def test_a_failure_beside_the_last_success(stock: Stock) -> None:
    good = stock.add("succeeded", args='["ada"]')
    bad = stock.fail(args='["bob"]')
    stock.fail(task="mail.drop")
    async with dashboard(stock.path) as screen:
        await screen.press("enter", "equals_sign")
        await screen.until("No other job of mail.drop has succeeded")
        await screen.press("escape", "j", "enter")
        await screen.until(f"Job #{bad}  ")
        await screen.press("equals_sign")
        await screen.until('-["ada"]')
        await screen.until('+["bob"]')
        await screen.until(f"--- #{good} attempt 1 succeeded")
        await screen.press("escape")
        await screen.gone("What differs")
        await screen.until(f"Job #{bad}  ")


async def test_what_came_of_a_second_delivery(stock: Stock) -> None:
    seq = stock.add("succeeded", claims=2, result="2")
    said = f"{FIRST_RETURNED}1{ON_PURPOSE}"
    row = {"seq": seq, "started_at": now(), "ended_at": now()}
    wrong = {"error_type": "ChaosError", "error_message": said}
    stock.insert("attempt", number=1, outcome="returned", **wrong, **row)
    stock.insert("attempt", number=2, outcome="succeeded", **row)
    async with dashboard(stock.path) as screen:
        await screen.press("enter")
        await screen.until("twice     the results differ: first 1, then 2")
        assert "1 of 1 used   1 more was not counted" in screen.text
        assert "in 2 attempts" in screen.text
        await screen.press("t")
        await screen.until("delivered twice on purpose: the results differ: first 1, then 2")
        assert "✓ attempt 1 was delivered again" in screen.text
        assert (
            screen.line_with("the first delivery returned 1 (chaos").strip().startswith("the first")
        )
