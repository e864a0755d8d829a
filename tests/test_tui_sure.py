"""What must not get lost in a dashboard, however busy the machine is and long it has been open."""

from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from tui_support import Stock, dashboard

from jobdash.tui.app import DashboardApp
from jobdash.tui.sure_timers import SureTimers


async def test_a_short_timer_fires_however_late_it_is_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = count()
    held_up = SimpleNamespace(get_time=lambda: float(next(seconds)))
    fired: list[bool] = []
    app = SureTimers()
    async with app.run_test() as pilot:
        monkeypatch.setattr("textual.timer._time", held_up)
        app.set_timer(0.01, lambda: fired.append(True))
        for _ in range(100):
            await pilot.pause()
    assert fired == [True]


async def test_notes_come_where_the_first_one_came(path: Path) -> None:
    stock = Stock(path)
    stock.add()
    async with dashboard(path, (80, 24)) as screen:
        for _ in range(4):
            await screen.press("P", "a")
            await screen.until("Paused all of")
            await screen.press("u")
            await screen.until(lambda: "Resumed all of" in screen.lines[1])
    stock.database.close()


async def test_where_nothing_can_be_shown_any_more_places_are_made_without_a_fault(
    path: Path,
) -> None:
    Stock(path).database.close()
    async with dashboard(path, (80, 24)) as screen:
        gone = DashboardApp(screen.app.options).board
        assert (await gone.places.named("job")).id == "job"


async def test_a_part_that_is_not_there_yet_is_not_given_the_focus(path: Path) -> None:
    stock = Stock(path)
    stock.fail()
    async with dashboard(path, (80, 24)) as screen:
        await screen.press("enter")
        await screen.until("Attempts 1")
        body = screen.app.board.place.body
        for name in ("Workflow", "Logs", "Stack", "Attempts"):
            screen.app.board.place.open_part(name)
            body.arrive()
        await screen.press("l")
        await screen.until("There is no log")
        await screen.press("escape")
        await screen.until("enter open")
    stock.database.close()
