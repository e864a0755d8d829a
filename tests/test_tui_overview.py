"""The places Overview and Tasks: what they show, and what their keys do. Costs about 20 s."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from tui_support import SECOND, Screen, Stock, dashboard, now

from jobdash.job import State
from jobdash.report import Report
from jobdash.tui.asking.tasks import TaskMemory, TasksPageQuestion
from jobdash.tui.looks.ascii_filter import to_ascii
from jobdash.tui.looks.chart_lines import Bars, chart, scale, sparkline
from jobdash.tui.looks.spans import width_of
from jobdash.tui.looks.theme import SOFT

SIZES = [(80, 24), (120, 36), (200, 50), (60, 15)]
HOSTILE = "evil.[b]x[/] \x1b]52;c;aGk=\x07\u202e"


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def text_of(bars: Bars, width: int, height: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in chart(bars, width, height)]


# -- a chart as text -----------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 5, 7, 20, 33, 200])
@pytest.mark.parametrize("height", [1, 2, 3, 4, 12])
@pytest.mark.parametrize("values", [(), (0,), (1, 5, 0, 9), tuple(range(60))])
def test_a_chart_fills_exactly_its_room(width: int, height: int, values: tuple[int, ...]) -> None:
    bars = Bars((("out", SOFT),), (("note", SOFT),), (), values, values, 10.0, "04:10")
    lines = chart(bars, width, height)
    assert len(lines) == height or height > len(lines) >= 3
    assert {width_of(line) for line in lines} == {width}


def test_bars_are_in_proportion_and_what_failed_has_a_row_of_its_own() -> None:
    bars = Bars((), (), (), (0, 1, 4, 8), (0, 0, 0, 2), 0.0, "04:10")
    assert text_of(bars, 10, 5) == [
        " " * 10,
        "    8│   █",
        "    0│ ▂██",
        "✗   2│   █",
        "       now",
    ]


def test_the_smallest_number_is_seen_and_none_is_empty() -> None:
    assert text_of(Bars(values=(1, 0, 1000)), 9, 3)[1].endswith("│▁ █")
    assert sparkline((1, 0, 1000), 3) == "▁ █"
    assert sparkline((0, 0), 2) == sparkline((), 4) == ""
    assert sparkline((1, 2, 4), 5) == "  ▂▄█"


@pytest.mark.parametrize(
    ("highest", "seconds", "label"),
    [
        (0, 0, "1"), (7, 0, "8"), (1234, 0, "2k"), (999_999, 0, "1M"), (12_000, 10, "2k/s"),
        (10, 10, "1/s"), (9, 10, "80/m"), (1, 3600, "1/h"), (0, 60, "1/h"), (4_500_000, 10, "500k"),
    ],
)  # fmt: skip
def test_a_scale_is_round_and_says_its_unit(highest: int, seconds: float, label: str) -> None:
    top, said = scale(highest, seconds)
    assert said == label
    assert top >= highest * 0.999


def test_a_chart_has_an_ascii_twin() -> None:
    bars = Bars((("in", SOFT),), (), (), tuple(range(9)), (1,) * 9, 60.0, "04:10")
    for line in text_of(bars, 30, 6):
        plain = to_ascii(line)
        assert plain.isascii()
        assert "?" not in plain


# -- the overview --------------------------------------------------------------------------------


def busy_hour(stock: Stock) -> None:
    """Note an hour's counts: 60 arrive and 50 end each minute, 5 of them fail."""
    slot = now() // (10 * SECOND)
    for back in range(60):
        done = 60 - back
        stock.insert(
            "sample", queue="huey", at=(slot - back * 6) * 10 * SECOND, arrived=1000 + done * 60,
            ended=done * 50, failed=done * 5, pending=1000 + done * 10,
        )  # fmt: skip


async def test_the_overview_fills_the_screen_in_full_lines_at_every_size(stock: Stock) -> None:
    stock.one_of_each()
    busy_hour(stock)
    async with dashboard(stock.path, (100, 30)) as screen:
        await screen.press("2")
        await screen.until("file jobs.db")
        for width, height in SIZES:
            await screen.resize(width, height)
            await screen.until(lambda wanted=height: len(screen.lines) == wanted)
            await screen.until("file jobs.db")
            assert {cell_len(line) for line in screen.lines} == {width}
            for state in State:
                assert f"{state} 1" in screen.text or height < 24
            for said in (" in ", " out ", " pending ", "workers", "enter open", "tab box"):
                assert said in screen.text


async def test_the_charts_say_what_the_notes_add_up_to(stock: Stock) -> None:
    busy_hour(stock)
    stock.add()
    async with dashboard(stock.path, (120, 36)) as screen:
        await screen.press("2", "plus")
        # The first of the sixty notes is only what the others are counted from.
        await screen.until("in 3.54k in 1 h")
        assert "out 2.95k" in screen.text
        assert "✗ failed 295 10.0%" in screen.text
        assert "1/s│" in screen.text


async def test_the_time_is_chosen_by_keys_and_by_a_click(stock: Stock) -> None:
    busy_hour(stock)
    stock.add()
    async with dashboard(stock.path, (120, 36)) as screen:
        await screen.press("2")
        await screen.until("[5 min]")
        await screen.press("plus")
        await screen.until("in 1 h")
        await screen.press("plus")
        await screen.until("in 24 h")
        await screen.press("plus", "left_square_bracket", "minus", "minus")
        await screen.until("in 5 min")
        assert "[5 min]" in screen.text
        await screen.click(" 24 h ")
        await screen.until("[24 h]")


async def test_the_newest_failures_come_first_and_open(stock: Stock) -> None:
    old = stock.fail(error_message="the old one", created_at=now() - 900 * SECOND)
    new = stock.fail(error_message="the new one")
    stock.update(old, finished_at=now() - 800 * SECOND)
    async with dashboard(stock.path) as screen:
        await screen.press("2")
        await screen.until("the old one")
        assert screen.text.index("the new one") < screen.text.index("the old one")
        await screen.press("j", "enter")
        await screen.until("Attempts")
        assert f"#{old}" in screen.text
        await screen.press("escape")
        await screen.until("latest failures")
        assert new > old


async def test_tab_goes_from_box_to_box_and_enter_opens_what_is_there(stock: Stock) -> None:
    stock.fail(task="mail.send")
    due = stock.add("scheduled", task="rare.later")
    with stock.crew(("w1", "w2")) as ids:
        running = stock.add("running", task="img.resize", worker=ids[1])
        async with dashboard(stock.path) as screen:
            await screen.press("2")
            await screen.until("resize #")
            await screen.until("rare.later")
            await screen.press("tab", "enter")
            await screen.until(f"#{running} ")
            await screen.press("q")
            await screen.until("latest failures")
            await screen.press("tab", "enter")
            await screen.until("Attempts")
            assert f"#{due}" in screen.text
            await screen.press("q")
            await screen.until("latest failures")
            await screen.press("shift+tab", "j", "enter")
            await screen.until(lambda: screen.app.board.place.id == "workers")
            await screen.press("2", "tab", "tab", "enter")
            await screen.until(lambda: screen.app.board.place is screen.app.board.jobs)
            assert "task:mail.send" in screen.text


async def test_what_needs_a_person_is_said_and_goes_when_it_is_over(stock: Stock) -> None:
    seq = stock.add(created_at=now() - 500 * SECOND)
    stock.insert("pause", queue="huey", task=HOSTILE, since=now())
    with stock.crew():
        async with dashboard(stock.path, (120, 36)) as screen:
            await screen.press("2")
            await screen.until("the oldest pending job has waited 8m")
            assert "paused: evil.[b]x[/] ␛]52;c;aGk=␇\\u202e" in screen.text
            stock.update(seq, state="cancelled", finished_at=now())
            await screen.gone("has waited")


async def test_an_empty_file_is_told_what_to_do(stock: Stock) -> None:
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("2")
        await screen.until("No jobs yet")
        assert "jobdash enqueue TASK" in screen.text
        assert "none: jobdash worker" in screen.text
        await screen.press("4")
        await screen.until("No task is known")
        assert "jobdash worker -A module:huey" in screen.text
        await screen.press("enter", "r", "s", "2")
        stock.add()
        await screen.gone("No jobs yet")


async def test_the_overview_shows_other_peoples_text_as_text(stock: Stock) -> None:
    stock.fail(task=HOSTILE, error_type="[red]E[/]", error_message="[link=x]\x1b[2J")
    async with dashboard(stock.path, (200, 50)) as screen:
        await screen.press("2")
        await screen.until("[link=x]␛[2J")
        assert "[red]E[/]" in screen.text
        assert {cell_len(line) for line in screen.lines} == {200}
        await screen.press("4")
        await screen.until("[b]x[/] ␛]52;c;aGk=␇\\u202e"[:18])
        assert {cell_len(line) for line in screen.lines} == {200}


async def test_the_overview_asks_only_while_it_is_shown(stock: Stock) -> None:
    stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("2")
        await screen.until(lambda: "overview" in screen.app.feed.latest.answers)
        await screen.press("4")
        await screen.until(lambda: "tasks-page" in screen.app.feed.latest.answers)
        await screen.until(lambda: "overview" not in screen.app.feed.latest.answers)
        await screen.press("1")
        stock.add()
        await screen.until(lambda: "tasks-page" not in screen.app.feed.latest.answers)


# -- the tasks -----------------------------------------------------------------------------------


def some_tasks(stock: Stock) -> None:
    """A registered task with 8 successes and 2 failures, one without jobs, and one unknown."""
    stock.register(
        "app.mail.send",
        "Send a mail.\nAnd more.",
        '[{"name": "to", "kind": "positional_or_keyword", "default": null, "required": true,'
        ' "annotation": "str"}, {"name": "n", "kind": "keyword_only", "default": "3"}]',
    )
    stock.register("app.idle")
    at = now() - 100 * SECOND
    for number in range(8):
        stock.add(
            "succeeded", task="app.mail.send", created_at=at, started_at=at + SECOND,
            finished_at=at + (number + 3) * SECOND,
        )  # fmt: skip
    for number in range(2):
        columns = {"created_at": at, "started_at": at + SECOND, "finished_at": at + 4 * SECOND}
        stock.fail(task="app.mail.send", error_message=f"no {number}", **columns)
    stock.add(task="gone.task")


async def open_tasks(screen: Screen) -> None:
    await screen.press("4")
    await screen.until("3 tasks")


async def test_each_task_has_one_line_with_its_numbers_at_every_size(stock: Stock) -> None:
    some_tasks(stock)
    async with dashboard(stock.path, (100, 30)) as screen:
        await open_tasks(screen)
        for width, height in SIZES:
            await screen.resize(width, height)
            await screen.until(lambda wanted=height: len(screen.lines) == wanted)
            assert {cell_len(line) for line in screen.lines} == {width}
            line = screen.line_with("mail.send")
            assert "80.0" in line
            assert ("9.0s" in line) is (width >= 80)
            assert screen.line_with("gone.task").split()[1:3] in (["1", "0"], ["0", "1"])
            assert "idle" in screen.text


async def test_more_is_told_of_the_task_under_the_cursor_where_there_is_room(stock: Stock) -> None:
    some_tasks(stock)
    async with dashboard(stock.path, (120, 36)) as screen:
        await open_tasks(screen)
        await screen.press("j")
        await screen.until("send(to: str, n=3)")
        assert "Send a mail." in screen.text
        assert "And more" not in screen.text
        assert "retries 2, every 1.0s" in screen.text
        assert "of the last 10: half within 4.0s, 95% within 9.0s" in screen.text
        assert "waited: 95% within 1.0s" in screen.text
        assert "TimeoutError no 1" in screen.text
        await screen.press("j")
        await screen.until("not registered")
        await screen.resize(80, 24)
        await screen.gone("not registered")


async def test_enter_shows_the_jobs_of_the_task(stock: Stock) -> None:
    some_tasks(stock)
    async with dashboard(stock.path) as screen:
        await open_tasks(screen)
        await screen.press("j", "enter")
        await screen.until(lambda: screen.table.length == 10)
        assert "task:app.mail.send" in screen.text


async def test_enter_shows_the_jobs_of_a_task_with_any_name(stock: Stock) -> None:
    stock.add(task='a "task", with *')
    stock.add(task=HOSTILE)
    stock.add(task="b")
    async with dashboard(stock.path) as screen:
        for down in ("g", "G"):
            await screen.press("4")
            await screen.until("3 tasks")
            await screen.press(down, "enter")
            await screen.until(lambda: screen.app.board.place is screen.app.board.jobs)
            await screen.until(lambda: screen.table.length == 1)


async def test_retry_takes_the_failed_jobs_of_the_task_and_no_others(stock: Stock) -> None:
    some_tasks(stock)
    other = stock.fail(task="gone.task")
    async with dashboard(stock.path) as screen:
        await open_tasks(screen)
        await screen.press("j", "r")
        await screen.until("Retry 2 jobs?")
        await screen.press("y")
        await screen.until("Retried 2 jobs")
        await screen.until(lambda: "100" in screen.line_with("mail.send"))
    with Report(stock.path) as report:
        found = report.task_counts()
    assert found["huey", "app.mail.send"] == {State.SUCCEEDED: 8, State.PENDING: 2}
    assert stock.state(other) is State.FAILED


async def test_a_star_in_a_name_is_no_other_task(stock: Stock) -> None:
    starred, other = stock.fail(task="a*"), stock.fail(task="ab")
    async with dashboard(stock.path) as screen:
        await screen.press("4")
        await screen.until("2 tasks")
        await screen.press("r")
        await screen.until(lambda: stock.state(starred) is State.PENDING)
    assert stock.state(other) is State.FAILED


async def test_a_paused_task_says_so_and_pausing_starts_from_the_task(stock: Stock) -> None:
    some_tasks(stock)
    async with dashboard(stock.path) as screen:
        await open_tasks(screen)
        await screen.press("P", "t")
        await screen.until("paused app.idle")
    with Report(stock.path) as report:
        assert report.pauses() == [("huey", "app.idle")]


async def test_the_list_is_put_in_other_orders_and_the_cursor_stays_on_its_task(
    stock: Stock,
) -> None:
    some_tasks(stock)
    stock.add_many(30, task="gone.task")
    at = now() - 10 * SECOND
    heavy = {"created_at": at, "started_at": at, "finished_at": at + 1, "memory": 9_000_000}
    stock.add("succeeded", task="app.heavy", cpu=1_000, **heavy)
    stock.add("succeeded", task="app.busy", cpu=2_000, **heavy | {"memory": 8_000_000})
    firsts = {
        "jobs": "gone.task", "failed": "mail.send", "p95": "mail.send", "cpu": "busy",
        "memory": "heavy",
    }  # fmt: skip
    async with dashboard(stock.path) as screen:
        await screen.press("4")
        await screen.until("5 tasks")
        for order, first in firsts.items():
            await screen.press("s")
            await screen.until(f"by {order}")
            names = ("gone.task", "mail.send", "idle", "busy", "heavy")
            rows = [line for line in screen.lines[4:10] if any(name in line for name in names)]
            assert first in rows[0], order
            assert screen.app.board.place.subject == ("huey", "app.busy")
        await screen.press("s")
        await screen.until("by name")


def test_figures_are_of_now_in_a_small_file(stock: Stock) -> None:
    some_tasks(stock)
    failed = stock.fail(task="rare")
    question = TasksPageQuestion(None, TaskMemory())
    with Report(stock.path) as report:

        def last_run(at: int) -> int:
            rows = question.answer(report, at).rows
            return next(
                r.stats.figures.last_at for r in rows if r.name == "rare" and r.stats.figures
            )

        start = now()
        before = last_run(start)
        # A retry that fails again leaves all counts as they were.
        stock.update(failed, finished_at=start + SECOND // 2)
        assert last_run(start + SECOND // 10) == before
        assert last_run(start + SECOND) == start + SECOND // 2
        assert question.answer(report, start + SECOND).runs_at is None


def test_costly_figures_are_kept_for_some_seconds(stock: Stock) -> None:
    some_tasks(stock)
    stock.add_many(9_900, "cancelled", task="app.idle")
    question = TasksPageQuestion(None, TaskMemory())
    with Report(stock.path) as report:

        def runs(at: int) -> int:
            rows = question.answer(report, at).rows
            return next(r.stats.figures.runs for r in rows if r.stats.figures is not None)

        start = now()
        before = runs(start)
        stock.fail(task="app.mail.send")
        assert runs(start + 3 * SECOND) == before
        assert question.answer(report, start + 3 * SECOND).runs_at == start
        assert runs(start + 6 * SECOND) == before + 1
        # A clock that was set back must not keep them for longer.
        stock.fail(task="app.mail.send")
        assert runs(start - 3600 * SECOND) == before + 2


def test_tasks_of_two_queues_are_two_lines(stock: Stock) -> None:
    stock.add(task="a")
    other = "second"
    stock.add(task="a", queue=other)
    with Report(stock.path) as report:
        page = TasksPageQuestion(None, TaskMemory()).answer(report, now())
        assert [row.key for row in page.rows] == [("huey", "a"), ("second", "a")]
        only = TasksPageQuestion(other, TaskMemory()).answer(report, now())
    assert [row.key for row in only.rows] == [("second", "a")]
