"""Progress, forecasts and stalled jobs on the screen. Costs about three seconds."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_support import SECOND, Screen, Stock, dashboard, now

MINUTE = 60 * SECOND


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def fill(stock: Stock, workers: list[int], at: int) -> tuple[int, int, int]:
    """Let one job tell how far it is, another hang, and some wait; return one of each."""
    for number in range(10):
        started_at = at - 2 * MINUTE - number
        stock.add("succeeded", started_at=started_at, finished_at=started_at + 30 * SECOND)
    run = {"started_at": at - 100 * SECOND, "worker": workers[1]}
    told = {"progress_done": 50, "progress_total": 200, "progress_rate": 0.5, "progress_mean": 0.5}
    going = stock.add("running", **run, **told, progress_note="pages", progress_at=at)
    hanging = stock.add("running", **run | {"worker": workers[2]})
    waiting = [stock.add("pending", place=place) for place in (1, 2, 3)]
    return going, hanging, waiting[-1]


async def open_job(screen: Screen, seq: int) -> None:
    """Find a job by its number, and open it."""
    await screen.press("1", "escape", "/")
    await screen.type(f"id:#{seq}")
    await screen.press("enter", "enter")
    await screen.until(lambda: f"Job #{seq}  " in screen.text)


async def test_how_far_jobs_are_and_who_is_stalled(stock: Stock, path: Path) -> None:
    with stock.crew(("w1", "w2")) as workers:
        at = now()
        going, hanging, last = fill(stock, workers, at)
        # However long all that takes, what is left does not become less.
        async with dashboard(path, (120, 36), clock=lambda: at) as screen:
            await screen.until(lambda: "██░░░░░░  25% about 5 min left  pages" in screen.text)
            await screen.until(lambda: "stalled w2" in screen.text)
            await screen.press("/")
            await screen.type("is:stalled")
            await screen.press("enter")
            await screen.until(
                lambda: f"#{going}" not in screen.text and f"#{hanging}" in screen.text
            )
            await open_job(screen, going)
            await screen.until(lambda: "25% about 5 min left  pages" in screen.text)
            await open_job(screen, hanging)
            await screen.until(lambda: "it is stalled: nothing has come from it" in screen.text)
            await open_job(screen, last)
            await screen.until(lambda: "2 jobs are ahead of it: its turn comes " in screen.text)
            await screen.press("2")
            await screen.until(lambda: f"#{hanging} is stalled" in screen.text)
            await screen.until(lambda: re.search("done (in|within) ", screen.text))
            await screen.press("4")
            await screen.until(lambda: re.search("pending   3, done (in|within) ", screen.text))
