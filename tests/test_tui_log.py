"""The logs of a job on the screen: live, followed, folded, searched, by level.

Costs about twelve seconds.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from log_support import RECORDS, Output
from test_tui_hostile import PAYLOADS, assert_harmless
from tui_support import Screen, Stock, dashboard, now

from jobdash.render.log_search import LogSearch
from jobdash.report import JobLog
from jobdash.streams import marked
from jobdash.tui.log_view.lines import MOST_LINES, LogLines
from jobdash.tui.log_view.view import LogView


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


@pytest.fixture
def output(stock: Stock) -> Iterator[Output]:
    with stock.crew(("w1",)) as (_, worker):
        yield Output(stock, worker)


async def opened(screen: Screen, seq: int) -> LogView:
    """Open the logs of a job."""
    from jobdash.tui.places.place import Place

    screen.app.board.post_message(Place.OpenJob(seq))
    await screen.until(lambda: f"Job #{seq}  " in screen.text)
    await screen.press("l")
    await screen.until(lambda: bool(screen.app.query(LogView)))
    return screen.app.query_one(LogView)


async def test_a_running_job_is_followed(stock: Stock, output: Output) -> None:
    seq = output.job(b"first line\n")
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("first line")
        assert "FOLLOW" in screen.text
        output.write(b"".join(b"line %d\n" % n for n in range(100)) + b"the last")
        await screen.until("the last")
        assert "line 99" in screen.text
        assert "first line" not in screen.text


async def test_scrolling_up_stays_there_and_f_follows_again(stock: Stock, output: Output) -> None:
    seq = output.job(b"".join(b"line %d\n" % n for n in range(100)))
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("line 99")
        await screen.press("g")
        await screen.until("f to follow")
        assert "line 0 " in screen.text
        output.write(b"one more\n")
        await screen.until("101 lines")
        assert "line 0 " in screen.text
        await screen.press("f")
        await screen.until("one more")
        await screen.press("k")
        await screen.until("f to follow")
        await screen.press("G")
        await screen.until("FOLLOW")


async def test_a_search_goes_from_place_to_place(stock: Stock, output: Output) -> None:
    lines = [b"needle %d" % n if n % 100 == 7 else b"hay %d" % n for n in range(300)]
    seq = output.job(b"\n".join(lines), "succeeded")
    async with dashboard(stock.path) as screen:
        view = await opened(screen, seq)
        await screen.until("hay 299")
        await screen.press("g", "slash", *"Needle")
        await screen.until("0 hits")
        await screen.press("escape", "slash", *"needle", "enter")
        await screen.until("needle 7")
        assert "3 hits" in screen.text
        await screen.until("n N next hit")
        for number in ("107", "207", "7"):
            await screen.press("n")
            await screen.until(f"needle {number}")
        await screen.press("N")
        await screen.until("needle 207")
        await screen.press("escape")
        await screen.until(lambda: "hits" not in screen.text)
        assert not view.search.text
        await screen.gone("n N next hit")
        await screen.press("n")
        await screen.until("start the dashboard with the app")


async def test_levels_leave_out_what_is_below(stock: Stock, output: Output) -> None:
    seq = output.job(RECORDS)
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("6 lines")
        await screen.press("L")
        await screen.until("from info on")
        assert "informed" in screen.text
        assert "plain" not in screen.text
        await screen.press("L")
        await screen.until("from warning on")
        assert "3 lines" in screen.text
        assert "more of it" in screen.text
        output.write(b"2026-11-22 10:00:01.000 CRITICAL shop: on fire\nplain 2\n")
        await screen.until("on fire")
        assert "plain 2" not in screen.text
        await screen.press("L", "L")
        await screen.until("plain 2")


async def test_long_lines_are_folded_or_cut(stock: Stock, output: Output) -> None:
    seq = output.job(b"x" * 310 + b" the far end\nnext\n", "succeeded")
    async with dashboard(stock.path, (80, 24)) as screen:
        await opened(screen, seq)
        await screen.until("the far end")
        await screen.press("w")
        await screen.until("cut at the edge")
        assert "the far end" not in screen.text
        assert "next" in screen.text


async def test_control_characters_can_be_seen_as_they_were_written(
    stock: Stock, output: Output
) -> None:
    seq = output.job(b"10%\r20%\r\x1b[31mred\x1b[0m end\n", "succeeded")
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("red end")
        assert "10%" not in screen.text
        await screen.press("V")
        await screen.until("10%␍20%␍␛[31mred␛[0m end")
        assert " raw" in screen.line_with("1 line")
        await screen.press("V")
        await screen.gone("10%")


async def test_attempts_are_looked_at_one_by_one(stock: Stock, output: Output) -> None:
    seq = output.job(b"third\n")
    stock.update(seq, claims=3)
    output.attempt(seq, 1, b"first\n")
    output.attempt(seq, 2, b"")
    stock.update(seq, log_start=output.place)
    output.write(b"third again\n")
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("third again")
        assert "attempt 3 of 3" in screen.text
        await screen.press("less_than_sign")
        await screen.until("It has printed nothing.")
        await screen.press("less_than_sign")
        await screen.until("attempt 1 of 3")
        await screen.until("first")
        await screen.press("greater_than_sign", "greater_than_sign")
        await screen.until("third again")


async def test_the_next_attempt_is_shown_when_it_begins(stock: Stock, output: Output) -> None:
    seq = output.job(b"first try\n")
    stock.update(seq, claims=1)
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("first try")
        stock.insert(
            "attempt", seq=seq, number=1, worker=output.worker, started_at=now(),
            ended_at=now(), outcome="failed", log_start=output.place - 10, log_end=output.place,
        )  # fmt: skip
        stock.update(seq, claims=2, log_start=output.place)
        output.write(b"second try\n")
        await screen.until("second try")
        assert "attempt 2 of 2" in screen.text
        assert "first try" not in screen.text


@pytest.mark.parametrize(
    ("state", "columns", "words"),
    [
        ("pending", {}, "It has not run yet."),
        ("succeeded", {"log_start": 5, "log_end": None}, "It has printed nothing."),
        ("succeeded", {"log_start": None}, "only workers of"),
        ("succeeded", {"log_start": 5, "log_end": 9}, "not there any more"),
    ],
)
async def test_an_empty_log_says_why(
    stock: Stock, state: str, columns: dict[str, object], words: str
) -> None:
    seq = stock.add(state, **columns)
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until(words)


async def test_text_from_a_job_is_never_more_than_text(stock: Stock, output: Output) -> None:
    data = b"\n".join(text.encode("utf-8", "surrogatepass")[:20_000] for text in PAYLOADS.values())
    seq = output.job(b"\xff\xfe broken\n\x1b[31mred\x1b[0m\n" + data + b"\nthe end", "succeeded")
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("the end")
        assert_harmless(screen)
        for keys in (("g",), *[("pagedown",)] * 12, ("w",), ("g",), ("slash",)):
            await screen.press(*keys)
            assert_harmless(screen)
        await screen.paste("[/nope]")
        await screen.until(lambda: "[/nope]" in screen.lines[-2])
        assert_harmless(screen)


async def test_a_flood_is_shown_with_its_gap(stock: Stock, output: Output) -> None:
    line = b"%099d\n"
    seq = output.job(b"".join(line % n for n in range(100_000)), "succeeded")
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("99999 ")
        assert "5.0 MB cut" in screen.text
        await screen.press("g")
        await screen.until(lambda: "0" * 90 in screen.text)


# -- the lines, without a screen -----------------------------------------------------------------


def _log(data: bytes, cut: int = 0, tail: bytes = b"") -> JobLog:
    return JobLog(1, data if cut else b"", cut, tail if cut else data, 0, is_open=True)


def test_lines_come_in_pieces() -> None:
    lines = LogLines()
    for piece in (b"a", b"b\nc", b"", b"\n\nd"):
        lines.add(_log(piece))
    assert [lines.line(n) for n in range(len(lines))] == [b"ab", b"c", b"", b"d"]


def test_only_whole_lines_stand_around_a_gap() -> None:
    lines = LogLines()
    lines.add(_log(b"one\ntw", 100, b"o\nthree\n"))
    assert [lines.line(n) for n in range(len(lines))] == [b"one", b"three"]
    assert (lines.gap, lines.gap_at) == (104, 1)


def test_very_many_lines_are_bounded() -> None:
    lines = LogLines()
    lines.add(_log(b"\n" * 3_000_000 + b"the end"))
    assert len(lines) <= MOST_LINES + 1
    assert lines.line(len(lines) - 1) == b"the end"
    assert lines.gap > 2_000_000


def test_a_search_sees_only_rows_that_are_shown() -> None:
    lines = LogLines()
    lines.add(_log(RECORDS))
    lines.show_from(30)
    assert [lines.line(lines.number(row))[-9:] for row in range(lines.rows)] == [
        b": warned", b"ore of it", b": broken"
    ] or lines.rows == 3  # fmt: skip
    assert lines.find(LogSearch("plain"), 0, 1) is None
    assert lines.find(LogSearch("broken"), 0, 1) == 2
    assert lines.find(LogSearch("warned"), 2, -1) == 0
    assert lines.find(LogSearch("Warned"), 2, -1) is None


def test_a_search_finds_what_is_seen_wherever_it_was_added() -> None:
    lines, search = LogLines(), LogSearch("übung 2")
    lines.add(_log(marked(b"one\n") + "\x1b[32mÜbung 2\n".encode()))
    assert (lines.hits(search), lines.find(search, 0, 1)) == (1, 1)
    for piece in ("und ÜBU", "NG 2\x1b[3", "2m"):
        lines.add(_log(piece.encode()))
    assert (lines.hits(search), lines.find(search, 9, -1), lines.find(search, 2, -1)) == (
        2,
        None,
        2,
    )
    assert lines.hits(LogSearch("2")) == 2, "no marks, no colours"
    assert lines.hits(LogSearch("[32m", raw=True)) == 2


def test_levels_are_the_same_line_by_line_and_all_at_once() -> None:
    text = (
        RECORDS + b"  | of nothing\nINFO in short\n  | more\n\n  | of nothing\nWARNING:x:y\nINFORM"
    )
    lines = LogLines()
    for piece in (text[:70], text[70:150], text[150:]):
        lines.add(_log(piece))
    for least in (20, 30, 40):
        lines.show_from(least)
        wanted = [n for n in range(len(lines)) if lines.level(n) >= least]
        assert [lines.number(row) for row in range(lines.rows)] == wanted
        grown = LogLines()
        grown.show_from(least)
        for line in text.splitlines(keepends=True):
            grown.add(_log(line))
        assert [grown.number(row) for row in range(grown.rows)] == wanted
