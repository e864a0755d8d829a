"""The places of the schedule and of the transition log. About six seconds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tui_support import SECOND, Screen, Stock, dashboard, now

from jobdash.control import Control
from jobdash.job import Job, State
from jobdash.report import Report
from jobdash.rule import Crontab, OwnRule, Rule, written
from jobdash.tui.asking.due import DueQuestion, DueWindow, Kind
from jobdash.tui.asking.event_log import EventLog

SIZES = [(80, 24), (120, 36), (200, 50)]
DAYS, MONTHS = tuple(range(1, 32)), tuple(range(1, 13))
MORNING = Crontab((0,), (8,), DAYS, MONTHS, (1, 2, 3, 4, 5), utc=True)
NASTY = "x\x1b[31m[/red]\u202e\u200b"


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def periodic(stock: Stock, name: str, rule: Rule = MORNING) -> None:
    stock.insert(
        "task_type", queue=stock.queue, name=name, parameters="[]", doc="", retries=0,
        retry_delay=0.0, priority=0.0, periodic=1, registered_at=now(), rule=written(rule),
    )  # fmt: skip


def due(stock: Stock, seconds: int, state: str = "scheduled", **columns: Any) -> int:
    return stock.add(state, eta=now() + seconds * SECOND, **columns)


async def to_schedule(screen: Screen, text: str = "periodic") -> Any:
    await screen.press("6")
    place = screen.app.board.place
    await screen.until(lambda: place.id == "schedule" and place._due.loaded)
    await screen.until(text)
    return place._due


# -- schedule ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_schedule_in_words(stock: Stock, size: tuple[int, int]) -> None:
    periodic(stock, "mail.report")
    periodic(stock, "own.rule", OwnRule())
    stock.add("failed", task="mail.report", key="tick:mail.report:29000000")
    due(stock, 7200, args='["late"]')
    due(stock, 60, args='["soon"]')
    due(stock, 30, "retrying", failures=1, claims=1, retries=3, error_type="OSError")
    async with dashboard(stock.path, size) as screen:
        await to_schedule(screen)
        await screen.until("local time")
        assert {cell_len(line) for line in screen.lines} == {size[0]}
        assert "at 08:00 UTC" in screen.line_with("mail.report")
        assert "✗" in screen.line_with("mail.report")
        assert "by its own rule" in screen.line_with("own.rule")
        assert "not known" in screen.line_with("own.rule")
        assert screen.text.index("try 2 of 4") < screen.text.index("'soon'")
        assert screen.text.index("'soon'") < screen.text.index("'late'")


def test_everything_is_in_order_of_time(stock: Stock) -> None:
    at = now()
    periodic(stock, "soon", OwnRule((at + 100 * SECOND,), at))
    periodic(stock, "later", OwnRule((at + 300 * SECOND,), at))
    periodic(stock, "unknown", OwnRule())
    periodic(stock, "at once", OwnRule((at + SECOND,), at))
    first, middle, last = (due(stock, seconds) for seconds in (50, 200, 400))
    wanted = ["at once", first, "soon", middle, "later", last, "unknown"]
    with Report(stock.path) as report:

        def read(start: int, count: int, anchor: int | None = None) -> DueWindow:
            return DueQuestion(Kind.ALL, None, start, count, anchor).answer(report, at)

        def names(window: DueWindow) -> list[str | int]:
            return [row.seq if isinstance(row, Job) else row.name for row in window.rows]

        assert names(read(0, 99)) == wanted
        for start in range(len(wanted)):
            window = read(start, 2)
            assert names(window) == wanted[window.first : window.first + 2]
        for seq in (first, middle, last):
            assert read(0, 1, seq).anchor == wanted.index(seq)
        assert read(0, 99).index_of(("huey", "soon")) == 2


async def test_an_empty_schedule_says_what_to_do(stock: Stock) -> None:
    async with dashboard(stock.path, (80, 24)) as screen:
        await to_schedule(screen, "Nothing is scheduled")
        assert "periodic_task" in screen.text
        await screen.press("right_square_bracket")
        await screen.until("No periodic tasks")


async def test_the_kinds_narrow_the_list(stock: Stock) -> None:
    periodic(stock, "mail.report")
    due(stock, 60, args='["soon"]')
    due(stock, 30, "retrying", failures=1, claims=1, retries=3, error_type="OSError")
    async with dashboard(stock.path) as screen:
        table = await to_schedule(screen)
        for kind, rows in ((Kind.PERIODIC, 1), (Kind.DELAYED, 1), (Kind.RETRIES, 1)):
            await screen.press("right_square_bracket")
            assert table.kind is kind
            await screen.until(lambda wanted=rows: table.length == wanted)
        await screen.press("escape")
        await screen.until(lambda: table.length == 3)
        await screen.click("delayed 1")
        await screen.until(lambda: table.length == 1 and "'soon'" in screen.text)


async def test_x_cancels_the_delayed_job_and_not_its_neighbour(stock: Stock) -> None:
    first, second = due(stock, 600), due(stock, 900)
    async with dashboard(stock.path) as screen:
        await to_schedule(screen, "delayed 2")
        await screen.press("E")
        await screen.until(f"When is #{first} to run?")
        await screen.press("escape", "j", "x", "y")
        await screen.until(lambda: stock.state(second) is State.CANCELLED)
        await screen.until("delayed 1")
    assert stock.state(first) is State.SCHEDULED


async def test_a_paused_periodic_task_shows_it(stock: Stock) -> None:
    periodic(stock, "mail.report")
    async with dashboard(stock.path) as screen:
        await to_schedule(screen)
        await screen.press("P", "t")
        await screen.until("its times are skipped")
        with Report(stock.path) as report:
            assert report.pauses() == [("huey", "mail.report")]


async def test_run_now_needs_the_app(stock: Stock) -> None:
    periodic(stock, "mail.report")
    async with dashboard(stock.path) as screen:
        await to_schedule(screen)
        assert "r run now" in screen.lines[-1]
        await screen.press("r")
        await screen.until("start the dashboard with the app")


async def test_run_now_enqueues_one_through_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli_support import a_shop

    with a_shop(tmp_path, monkeypatch) as shop:
        code = "\nfrom jobdash import crontab\n\n@huey.periodic_task(crontab())\ndef tick(): pass\n"
        shop.source.write_text(shop.source.read_text() + code)
        shop.register()
        monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parent.parent}")
        async with dashboard(shop.db, app=shop.app) as screen:
            await to_schedule(screen)
            await screen.press("r")
            await screen.until("Enqueued")
        with Report(shop.db) as report:
            (job,) = report.jobs()
        assert job.task == f"{shop.module}.tick"
        assert job.state is State.PENDING


async def test_the_cursor_stays_where_nothing_has_been_read_yet(stock: Stock) -> None:
    for number in range(400):
        due(stock, 100 + number)
    async with dashboard(stock.path) as screen:
        table = await to_schedule(screen, "delayed 400")
        before, window = table.question, table.window
        table.move_to(200)
        assert table.current is None
        # An answer to the question before comes late.
        table.take(before, replace(window), table.present)
        assert table.cursor == 200


async def test_the_cursor_stays_on_its_job_while_earlier_ones_go(stock: Stock) -> None:
    jobs = [due(stock, 100 + number) for number in range(400)]
    async with dashboard(stock.path) as screen:
        table = await to_schedule(screen, "delayed 400")
        table.move_to(200)
        await screen.until(lambda: table.current is not None and table.current.seq == jobs[200])
        control = Control(stock.path)
        control.cancel(jobs[:150], now())
        control.close()
        await screen.until("delayed 250")
        await screen.until(lambda: table.current is not None)
        assert table.current.seq == jobs[200]
        assert table.cursor == 50
        await screen.press("enter")
        await screen.until(f"Job #{jobs[200]} ")


async def test_enter_on_a_periodic_task_shows_its_jobs(stock: Stock) -> None:
    periodic(stock, "mail.report")
    stock.add("succeeded", task="mail.report")
    stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await to_schedule(screen)
        await screen.press("enter")
        await screen.until("task:mail.report")
        await screen.until(lambda: screen.table.length == 1)


async def test_hostile_text_is_text(stock: Stock) -> None:
    periodic(stock, NASTY)
    stock.add("failed", task=NASTY, error_type=NASTY, error_message=NASTY)
    due(stock, 50, "retrying", task=NASTY, error_message=NASTY, args=f'["{"[/x]" * 9}"]')
    async with dashboard(stock.path) as screen:
        await to_schedule(screen)
        for place in ("6", "7"):
            await screen.press(place)
            await screen.until("[/red]")
            assert "\x1b" not in screen.text
            assert "\u202e" not in screen.text
            assert {cell_len(line) for line in screen.lines} == {120}


# -- events --------------------------------------------------------------------------------------


async def to_events(screen: Screen) -> Any:
    await screen.press("7")
    place = screen.app.board.place
    await screen.until(lambda: place.id == "events" and place._known is not None)
    return place._lines


@pytest.mark.parametrize("size", SIZES)
async def test_the_log_is_live_and_newest_first(stock: Stock, size: tuple[int, int]) -> None:
    stock.fail()
    async with dashboard(stock.path, size) as screen:
        lines = await to_events(screen)
        await screen.until("following")
        assert "✗ failed" in screen.text
        seq = stock.add("running", task="new.job")
        await screen.until(lambda: lines.current is not None and lines.current.seq == seq)
        assert "» running" in screen.line_with("new.job")
        assert {cell_len(line) for line in screen.lines} == {size[0]}


async def test_the_cursor_leaves_the_newest_and_comes_back(stock: Stock) -> None:
    for _ in range(5):
        stock.fail()
    async with dashboard(stock.path) as screen:
        lines = await to_events(screen)
        await screen.press("j")
        held = lines.current.step
        stock.add("running")
        await screen.until(lambda: lines.rows[0].kind == "started")
        assert lines.current.step == held
        await screen.press("f")
        await screen.until(lambda: lines.cursor == 0)
        assert "following" in screen.text


async def test_kinds_and_words_narrow_the_log(stock: Stock) -> None:
    seq = stock.fail()
    stock.add("succeeded", claims=1)
    control = Control(stock.path)
    control.discard([seq], now())
    control.close()
    async with dashboard(stock.path) as screen:
        lines = await to_events(screen)
        everything = lines.length
        await screen.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await screen.until(lambda: lines.length == 1)
        assert "person" in screen.text
        await screen.press("escape", "slash")
        await screen.type("timeout")
        await screen.until(lambda: {one.kind for one in lines.rows} == {"failed"})
        await screen.press("enter", "escape")
        await screen.until(lambda: lines.length == everything)
        await screen.press("slash")
        await screen.type("nosuchword")
        await screen.until("Nothing like that has happened lately")
        await screen.press("escape")
        await screen.until(lambda: lines.length == everything)


async def test_enter_opens_the_job(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path) as screen:
        await to_events(screen)
        await screen.press("enter")
        await screen.until(f"Job #{seq} ")


async def test_an_empty_log_says_what_to_do(stock: Stock) -> None:
    async with dashboard(stock.path, (80, 24)) as screen:
        await to_events(screen)
        await screen.until("Nothing has happened yet")


async def test_older_lines_are_read_as_one_scrolls(stock: Stock) -> None:
    stock.add_many(1_500)
    async with dashboard(stock.path) as screen:
        lines = await to_events(screen)
        first = lines.length
        await screen.until(f"all {first:,}+")
        await screen.press("G")
        await screen.until(lambda: lines.length > first)
        await screen.until(f"all {lines.length:,}]")


def test_who_comes_back_to_the_log_does_not_read_all_that_was_missed(stock: Stock) -> None:
    log, then = EventLog(), now()
    stock.add_many(4)
    with Report(stock.path) as report:
        log.read(report, then, depth=3)
        stock.add_many(40)
        soon = log.read(report, then + 20 * SECOND, depth=3)
        assert len(soon.transitions) >= 40
        stock.add_many(40)
        later = log.read(report, then + 3600 * SECOND, depth=3)
        assert 3 <= len(later.transitions) < 40
        assert later.has_older
        assert all(one.seq > 44 for one in later.transitions)
