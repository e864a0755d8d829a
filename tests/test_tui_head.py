"""The head of every screen: read again when the file or the connection has changed, not before."""

from pathlib import Path
from typing import Any

from tui_support import SECOND, Stock, dashboard, now

from jobdash.job import State
from jobdash.report import Report
from jobdash.tui.asking.crew import CrewQuestion
from jobdash.tui.asking.pulse import Pulse
from jobdash.tui.asking.questions import HeadQuestion
from jobdash.tui.asking.snapshot import Answer, Snapshot
from jobdash.tui.looks.spans import Spans
from jobdash.tui.rows.workers import worker_summary
from jobdash.tui.widgets.header import Header


def test_counts_are_those_of_the_file_as_it_is_now(path: Path) -> None:
    stock = Stock(path)
    question = HeadQuestion(None, Pulse())
    with Report(path) as report:
        assert question.answer(report, 1).total == 0
        stock.add()
        assert question.answer(report, 2).total == 1
        assert question.answer(report, 3) == question.answer(report, 3)
        stock.add("failed")
        head = question.answer(report, 4)
        assert (head.total, head.counts[State.FAILED]) == (2, 1)
    stock.database.close()


def test_another_file_in_its_place_is_read_anew(path: Path, tmp_path: Path) -> None:
    first, second = Stock(path), Stock(tmp_path / "other.db")
    second.add()
    question = HeadQuestion(None, Pulse())
    with Report(path) as before, Report(second.path) as after:
        assert before.data_version() == after.data_version()
        assert question.answer(before, 1).total == 0
        assert question.answer(after, 2).total == 1
    first.database.close()
    second.database.close()


def test_the_head_counts_the_workers_that_are_shown(path: Path) -> None:
    stock = Stock(path)
    with stock.crew() as (_, worker), Report(path) as report:
        head = HeadQuestion(None, Pulse()).answer(report, now())
        stock.add("running", worker=worker)
        crew = CrewQuestion(None).answer(report, now())
        header = Header("jobs.db", None)
        header.take(Snapshot({"head": Answer(ANY, head)}), now())
        assert "0/1 busy" in plain(header.sides(100)[0])
        answers = {"head": head, "crew": crew}
        header.take(Snapshot({name: Answer(ANY, one) for name, one in answers.items()}), now())
        assert "1/1 busy" in plain(header.sides(100)[0])
        assert "1 busy" in plain(worker_summary(crew, head))
    stock.database.close()


ANY: Any = None


def plain(spans: Spans) -> str:
    return "".join(text for text, _ in spans)


async def test_how_long_jobs_wait_is_told_as_long_as_there_is_room(path: Path) -> None:
    stock = Stock(path)
    stock.add_many(1159)
    stock.add("pending", created_at=now() - 90 * SECOND, place=now() - 90 * SECOND)
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.until("oldest 1m 3")
        assert "1.16k jobs" in screen.lines[0]
        assert "…" not in screen.lines[0]
    async with dashboard(stock.path, (120, 36)) as screen:
        await screen.until("oldest 1m 3")
        assert "in 0" in screen.lines[0]
    stock.database.close()


def test_a_large_file_leaves_room_for_the_rates_at_80_columns(path: Path) -> None:
    stock = Stock(path)
    stock.add_many(1_234)
    with stock.crew(), Report(path) as report:
        header = Header("demo.db", None)
        header.take(
            Snapshot({"head": Answer(ANY, HeadQuestion(None, Pulse()).answer(report, 1))}), 1
        )
        left, mark = header.sides(80)
        assert "1.23k jobs" in plain(left)
        assert "out 0/s" in plain(left)
        assert plain(mark) == "live "
    stock.database.close()


async def test_it_says_that_everything_is_paused(path: Path) -> None:
    stock = Stock(path)
    stock.add()
    async with dashboard(path, (80, 24)) as screen:
        await screen.press("P", "a")
        await screen.until(lambda: screen.lines[0].rstrip().endswith(" paused"))
        await screen.until(lambda: "paused" in screen.line_with("#1 "))
        await screen.press("P", "a")
        await screen.until(lambda: screen.lines[0].rstrip().endswith(" live"))
        await screen.press("P", "t")
        await screen.until(lambda: screen.lines[0].rstrip().endswith(" 1 paused"))
    stock.database.close()
