"""No key acts on what a person has not seen: the cursor is on the screen, and acts know what slid.

Costs about 5 s: four dashboards.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from tui_support import SECOND, Screen, Stock, dashboard, now
from waiting import PATIENCE

from jobdash.job import State
from jobdash.report import Order
from jobdash.tui.acting import acts
from jobdash.tui.acting.operations import Plan
from jobdash.tui.keyboard.typed_ahead import _Echo
from jobdash.tui.widgets.aim import REACTION, SEEN, Aim


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Stock]:
    made = Stock(tmp_path / "jobs.db")
    yield made
    made.database.close()


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_came_a_moment_ago_is_not_what_was_meant() -> None:
    clock = Hand()
    aim = Aim(clock)
    assert (aim.meant, aim.is_sure) == (None, True)
    aim.slid_to("first")
    assert (aim.meant, aim.is_sure) == ("first", True)
    clock.now += 10
    aim.slid_to("second")
    clock.now += REACTION / 2
    aim.slid_to("third")
    assert (aim.meant, aim.is_sure) == ("first", False)
    clock.now += REACTION / 2
    assert (aim.meant, aim.is_sure) == ("second", False)
    clock.now += REACTION
    assert (aim.meant, aim.is_sure) == ("third", False)
    clock.now += SEEN
    assert (aim.meant, aim.is_sure) == ("third", True)


def test_who_moves_the_cursor_or_asks_for_another_list_knows_what_it_is_on() -> None:
    aim = Aim(Hand())
    aim.at("first")
    aim.slid_to("second")
    aim.at("third")
    assert (aim.meant, aim.is_sure) == ("third", True)
    aim.slid_to("fourth")
    aim.forget()
    aim.slid_to("fifth")
    assert (aim.meant, aim.is_sure) == ("fifth", True)


def pointed_at(screen: Screen) -> str:
    """The line that wears the cursor."""
    (line,) = [line for line in screen.lines if line.startswith("▎")]
    return line


async def test_the_cursor_is_on_the_screen_whatever_the_list_becomes(stock: Stock) -> None:
    at = now() - 100 * SECOND
    for number in range(90):
        task = "mail.send" if number % 3 else "report.make"
        end = at + number * SECOND
        stock.add("succeeded", task=task, created_at=at, started_at=at, finished_at=end)

    async def listed(count: int) -> None:
        await screen.until(lambda: screen.table.loaded and screen.table.length == count)
        assert screen.table.top <= screen.table.cursor < screen.table.top + screen.table.page
        assert f"#{screen.table.current.seq} " in pointed_at(screen)

    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("G", "s", "t")
        await listed(90)
        assert screen.table.current.seq == 90
        await screen.press("pagedown", "pagedown", "slash")
        await screen.type("report")
        await screen.press("enter")
        await listed(30)
        await screen.press("G", "escape")
        await listed(90)
        await screen.press("G", "s", "n")
        await listed(90)
        assert screen.table.follow
        # Nothing is newer than what one sees.
        stock.add_many(3)
        await listed(93)
        await screen.press("pagedown")
        stock.add_many(8)
        await listed(101)
        await screen.until("8 newer")
        await screen.press("g")
        await screen.until("newest first")
        assert "newer" not in screen.text


async def test_keys_wait_for_the_list_that_they_are_for(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobdash.tui.keyboard.typed_ahead._LONGEST_WAIT", 60.0)
    failed = stock.fail()
    stock.add("pending")
    async with dashboard(stock.path, (80, 24)) as screen:
        with screen.app.feed._wake:
            # Nothing is read meanwhile.
            await screen.hit("exclamation_mark", "enter")
            assert screen.app.board.place.id == "jobs"
        await screen.until(lambda: screen.app.board.place.id == "job")
        assert screen.app.board.place.seq == failed


async def test_keys_that_wait_are_forgotten_on_the_way_out(stock: Stock) -> None:
    async with dashboard(stock.path, (80, 24)) as screen:
        app = screen.app
    app._held.append(Key("enter", None))
    await app._heard(_Echo(0))
    assert not app.screen_stack


async def test_an_answer_may_be_typed_before_the_question_is_there(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = stock.fail()
    is_asked = threading.Event()
    look = acts.make_plan

    def slow(*args: Any) -> Plan:
        is_asked.wait(PATIENCE)
        return look(*args)

    monkeypatch.setattr(acts, "make_plan", slow)
    monkeypatch.setattr("jobdash.tui.keyboard.typed_ahead._LONGEST_PREPARING", 60.0)
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.hit("D", "y")
        is_asked.set()
        await screen.until(lambda: stock.state(seq) is State.DISCARDED)


async def test_all_are_marked_before_the_next_key_acts(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock.fail()
    stock.fail()
    is_asked = threading.Event()
    find = acts.find

    def slow(*args: Any) -> tuple[int, ...]:
        is_asked.wait(PATIENCE)
        return find(*args)

    monkeypatch.setattr(acts, "find", slow)
    monkeypatch.setattr("jobdash.tui.keyboard.typed_ahead._LONGEST_PREPARING", 60.0)
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.hit("a", "D")
        is_asked.set()
        await screen.until("Discard 2 jobs?")


async def test_what_slid_under_the_cursor_is_asked_about(stock: Stock) -> None:
    first = stock.add("pending", task="mail.first")
    async with dashboard(stock.path, (80, 24)) as screen:
        clock = screen.table.aim.clock = Hand()
        assert screen.table.follow
        second = stock.add("pending", task="mail.second")
        await screen.until(lambda: screen.table.length == 2)
        assert f"#{second} " in pointed_at(screen)
        await screen.press("x")
        await screen.until("Cancel 1 job?")
        assert "The list has just moved" in screen.text
        # Named, and held: it is the one that was there when the key was decided on.
        assert "mail.first" in screen.line_with("pending  mail")
        assert not screen.table.follow
        await screen.press("n")
        await screen.gone("Cancel 1 job?")
        assert f"#{first} " in pointed_at(screen)
        assert stock.state(first) is stock.state(second) is State.PENDING
        # What stays under the cursor while it follows has been seen after a while.
        await screen.press("f")
        await screen.until("following")
        third = stock.add("pending", task="mail.third")
        await screen.until(lambda: screen.table.length == 3)
        clock.now += 2 * SEEN
        await screen.press("x")
        await screen.until("Cancel 1 job?")
        assert "The list has just moved" not in screen.text
        await screen.press("y")
        await screen.until(lambda: stock.state(third) is State.CANCELLED)
        # A job that leaves a list lets another one slide to its place.
        screen.app.board.jobs.show_state(State.PENDING)
        await screen.until(lambda: screen.table.loaded and screen.table.length == 2)
        screen.app.board.jobs.show_order(Order.OLDEST)
        await screen.until(lambda: screen.table.loaded and pointed_at(screen).count(f"#{first}"))
        stock.update(first, state="cancelled", finished_at=now())
        await screen.until(lambda: screen.table.length == 1)
        await screen.press("x")
        await screen.until("The list has just moved")
        await screen.press("y")
        await screen.until(lambda: stock.state(second) is State.CANCELLED)


async def test_the_chosen_job_is_chosen_again_when_it_comes_back(stock: Stock) -> None:
    _, second, first = stock.fail(), stock.fail(), stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("3", "enter", "g")
        clock = screen.table.aim.clock = Hand()
        await screen.until(lambda: f"#{first} " in pointed_at(screen))
        stock.update(first, state="cancelled")
        await screen.until(lambda: f"#{second} " in pointed_at(screen))
        clock.now += 2 * SEEN
        stock.update(first, state="failed")
        await screen.until(lambda: f"#{first} " in pointed_at(screen))
        # Who has gone on meanwhile stays there.
        stock.update(first, state="cancelled")
        await screen.until(lambda: f"#{second} " in pointed_at(screen))
        await screen.press("j", "k")
        stock.update(first, state="failed")
        await screen.until(lambda: screen.table.length == 3)
        assert f"#{second} " in pointed_at(screen)
    assert stock.state(second) is State.FAILED
