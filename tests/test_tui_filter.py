"""Finding in the dashboard: typing a filter, being helped, being told a slip, and sorting.

Costs about fifteen seconds.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_support import SECOND, Screen, Stock, dashboard, now

from jobdash.report import Order, parse_filter
from jobdash.report.filter_terms import FIELDS
from jobdash.tui.asking.vocabulary import Vocabulary
from jobdash.tui.filtering.completion import completion
from jobdash.tui.filtering.recent import Recent
from jobdash.tui.filtering.state_words import by_state

KNOWN = Vocabulary(
    tasks=("app.mail.send", "image.resize", "mail.bounce"),
    workers=("w1", "w2"),
    batches=("night run", "b\x1b1"),
    errors=("OSError", "TimeoutError"),
    parameters=("order", "to"),
)


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Stock]:
    made = Stock(tmp_path / "jobs.db")
    yield made
    made.database.close()


# -- completion ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("sta", ["state:"]),
        ("-ta", ["task:"]),
        ("", ["state:", "task:", "error:", "age<", "took>", "args:", "arg.", "id:", "key:",
              "batch:", "worker:", "try>", "prio>", "queue:", "is:", "parent:", "with:",
              "group:"]),
        ("ag", ["age<"]),
        ("age:", ["<10m", "<1h", "<1d", ">10m", ">1h", ">1d"]),
        ("age:1", ["<10m", "<1h", "<1d", ">10m", ">1h", ">1d"]),
        ("took:>10", [">10s"]),
        ("state<", []),
        ("try:", ["1", "2", "5"]),
        ("arg", ["args:", "arg."]),
        ("arg.o", ["arg.order:"]),
        ("fai", ["state:failed"]),
        ("bounce", ["task:mail.bounce"]),
        ("state:", ["waiting", "scheduled", "pending", "running", "retrying", "succeeded",
                    "failed", "cancelled", "expired", "discarded"]),
        ("x -state:failed,ca", ["cancelled"]),
        ("task:mail", ["mail.bounce", "app.mail.send"]),
        ("worker:w", ["w1", "w2"]),
        ("batch:n", ['"night run"']),
        ("batch:b", []),
        ("error:time", ["TimeoutError"]),
        ("age<", ["10m", "1h", "1d", "7d"]),
        ("state:failed", []),
        ("nothing", []),
        ('error:"a b', []),
    ],
)  # fmt: skip
def test_the_word_under_the_cursor_is_completed(typed: str, options: list[str]) -> None:
    assert list(completion(typed, len(typed), KNOWN).options) == options


def test_no_completion_is_refused() -> None:
    for name in FIELDS:
        for typed in (f"{name}:", f"{name}<", f"-{name}:"):
            found = completion(typed, len(typed), KNOWN)
            for option in found.options:
                written = f"{typed[: found.start]}{option}"
                assert parse_filter(written if option[-1:] != "." else f"{written}x:1")


def test_a_completion_goes_where_the_cursor_is() -> None:
    typed = "sta task:mail.bounce"
    assert completion(typed, 3, KNOWN).taken(typed) == ("state: task:mail.bounce", 6)
    assert completion("-age:", 5, KNOWN).taken("-age:") == ("-age<10m", 8)
    typed = "x state:failed,ca age<1h"
    assert completion(typed, 17, KNOWN).taken(typed) == ("x state:failed,cancelled age<1h", 24)


def test_what_was_typed_is_had_again_each_once() -> None:
    recent = Recent()
    for typed in ("a", "b", " ", "a"):
        recent.keep(typed)
    recent.begin()
    went = [recent.go("draft", older=True), recent.go("a", older=True), recent.go("b", older=True)]
    assert went == ["a", "b", None]
    assert [recent.go("b", older=False), recent.go("a", older=False)] == ["a", "draft"]
    assert recent.go("draft", older=False) is None


# -- typing --------------------------------------------------------------------------------------


async def found(screen: Screen, length: int) -> None:
    await screen.until(lambda: screen.table.loaded and screen.table.length == length)


async def test_tab_takes_what_exists_and_the_table_stays(stock: Stock) -> None:
    stock.add_many(3, task="mail.send")
    stock.fail(task="image.resize", error_type="OSError")
    async with dashboard(stock.path, (80, 24)) as screen:
        before = screen.table.region
        await screen.press("slash")
        await screen.until("state: tab")
        assert screen.table.region == before
        await screen.type("ta")
        await screen.press("tab")
        await screen.until("image.resize tab")
        await screen.type("im")
        await screen.press("tab")
        await found(screen, 1)
        assert "task:image.resize" in screen.text
        await screen.type(" error:")
        await screen.until("OSError tab")
        await screen.press("tab", "tab", "shift+tab")
        assert screen.app.board.jobs._filter.typed == "task:image.resize error:OSError"
        await screen.press("enter")
        assert screen.table.region == before
        assert "progress" in screen.text


async def test_a_slip_is_marked_in_place_and_the_good_list_stays(stock: Stock) -> None:
    stock.add_many(3)
    stock.fail()
    async with dashboard(stock.path, (100, 24)) as screen:
        await screen.press("slash")
        await screen.type("state:failed")
        await found(screen, 1)
        await screen.paste(" agee<1h ada")
        await screen.until("! unknown field 'agee', did you mean age?")
        assert screen.table.length == 1
        assert screen.table.loaded
        assert screen.app.board.jobs._filter.box.colours.wrong == (13, 18)
        assert "still: state:failed" in screen.text
        assert "match" not in screen.text
        await screen.press("enter")
        assert "unknown field 'agee'" in screen.text
        await screen.press("slash", "escape")
        await found(screen, 4)
        await screen.gone("unknown field")


async def test_nothing_is_aimed_at_by_a_filter_that_makes_no_sense(
    stock: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stock.add_many(3, "failed")
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("slash")
        await screen.type("age<5x")
        # Some keys do more than type: this one writes a file.
        await screen.press("ctrl+s", "escape")
        await screen.until("Not a filter: ")
        for wrong in ("age<banana", "state:faild", '"mail state:failed'):
            await screen.press("slash")
            await screen.paste(wrong)
            await screen.press("enter")
            await screen.until("/ goes on with it, Esc clears it.")
            await found(screen, 0)
            assert "match" not in screen.text
            await screen.press("A", "a", "D", "r")
            assert len(screen.app.screen_stack) == 1
            assert not screen.table.marked
            await screen.press("escape")
            await found(screen, 3)
        await screen.press("A")
        await screen.until("All that match: every job")
    assert {str(stock.state(seq)) for seq in (1, 2, 3)} == {"failed"}
    assert not list(tmp_path.glob("*.jsonl"))


async def test_up_and_down_recall_and_escape_clears(stock: Stock) -> None:
    stock.add_many(3)
    stock.fail()
    async with dashboard(stock.path) as screen:
        for typed in ("state:failed", "mail"):
            await screen.press("slash", "ctrl+u")
            await screen.type(typed)
            await screen.press("enter")
        await screen.press("slash", "escape", "slash")
        line = screen.app.board.jobs._filter
        assert line.typed == ""
        await screen.press("up", "up")
        assert line.typed == "state:failed"
        await found(screen, 1)
        await screen.press("down", "down")
        assert line.typed == ""
        await found(screen, 4)


async def test_five_kilobytes_pasted_do_nothing_but_filter(stock: Stock) -> None:
    seqs = [stock.fail() for _ in range(3)]
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("slash")
        await screen.paste("x\nD\r\ny\tq\x1b[31m\u202e\n" * 300)
        await screen.until("a filter has at most 50 terms")
        assert screen.app.focused.id == "filter-input"
        assert "\n" not in screen.app.board.jobs._filter.typed
        await screen.press("escape")
        await found(screen, 3)
        await screen.press("slash")
        await screen.paste("timeout\nup" + "s" * 5000)
        await found(screen, 0)
        await screen.until("There are 3 jobs without the filter.")
        await screen.press("escape")
        await found(screen, 3)
    assert {str(stock.state(seq)) for seq in seqs} == {"failed"}


async def test_a_filter_and_a_chip_both_hold(stock: Stock) -> None:
    stock.fail(task="a.b")
    stock.add("cancelled", task="a.b")
    stock.add("cancelled", task="a.c")
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.type("task:b")
        await found(screen, 2)
        await screen.press("enter", "minus")
        await found(screen, 1)
        await screen.press("slash")
        # Of two states the last one said is meant, typed or chosen.
        await screen.type(" state:failed")
        await found(screen, 1)
        assert "only cancelled" not in screen.text
        await screen.press("enter", "minus")
        await screen.until("only cancelled  task:b")
        await found(screen, 1)
        assert screen.app.board.jobs._filter.typed == "task:b"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("failed", "state:failed"),
        ("webhook fail", "webhook state:failed"),
        ("Retrying task:mail.*", "state:retrying task:mail.*"),
        ("run", ""),  # too short to be more than a part of a word
        ("error:failed", ""),
        ("-failed", ""),
        ('"failed"', ""),
        ("mail", ""),
    ],
)
def test_a_word_that_is_a_state_may_mean_it(typed: str, meant: str) -> None:
    assert by_state(typed) == meant


async def test_who_types_a_state_as_a_word_is_told_how_to_mean_it(stock: Stock) -> None:
    stock.fail(task="web.hook", error_message="no answer")
    stock.fail(task="web.hook", error_message="it failed")
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("slash")
        await screen.type("hook failed")
        await found(screen, 1)
        await screen.press("enter")
        await screen.until("hook failed  as text; or state:failed")
        await screen.press("slash")
        await screen.type(" answer")
        await screen.press("enter")
        await screen.until("By state:  hook state:failed answer")


async def test_ones_own_filter_is_there_again_after_a_look_elsewhere(stock: Stock) -> None:
    stock.fail(task="a.b")
    stock.add("succeeded", task="a.c")
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("slash")
        await screen.type("task:a.c")
        await screen.press("enter")
        await found(screen, 1)
        await screen.press("3", "enter")
        await screen.until("a.b")
        await screen.until(lambda: "group:" in screen.app.board.jobs._filter.typed)
        await screen.press("2", "1")
        await screen.until("/ task:a.c")
        await found(screen, 1)


async def test_a_click_into_the_list_ends_the_typing(stock: Stock) -> None:
    stock.add_many(3)
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.type("mail")
        await found(screen, 3)
        await screen.click("#2")
        await screen.until(lambda: not screen.app.board.jobs._filter.is_typing)
        assert "error · progress" in screen.text
        assert screen.table.current.seq == 2
        assert screen.app.focused is screen.table


# -- sorting -------------------------------------------------------------------------------------


def timed(stock: Stock) -> list[int]:
    """Add jobs that took 1 s, 3 s, 2 s, and one that has not run."""
    at = now() - 100 * SECOND
    took = [
        stock.add("succeeded", created_at=at, started_at=at, finished_at=at + s * SECOND)
        for s in (1, 3, 2)
    ]
    return [*took, stock.add("pending", priority=7)]


def seqs(screen: Screen) -> list[int]:
    return [job.seq for job in screen.table.window.jobs]


async def test_the_list_is_sorted_by_key_and_by_a_click_on_a_title(stock: Stock) -> None:
    one, three, two, none = timed(stock)
    async with dashboard(stock.path) as screen:
        assert "job▼" in screen.text
        await screen.press("s")
        await screen.until("took longest")
        await screen.press("t")
        await screen.until(lambda: screen.table.loaded and seqs(screen) == [three, two, one, none])
        assert "took▼" in screen.text
        assert "took longest" in screen.text
        assert not screen.table.follow
        await screen.click("took▼")
        await screen.until(lambda: seqs(screen) == [none, two, three, one])
        await screen.until("following")
        await screen.click("job▼")
        await screen.until(lambda: screen.table.loaded and seqs(screen) == [one, three, two, none])
        assert "job▲" in screen.text
        await screen.click("pri")
        await screen.until(lambda: screen.table.loaded and seqs(screen)[0] == none)
        await screen.press("f")
        await screen.until("following")
        assert screen.table.order is Order.NEWEST


async def test_who_goes_back_before_the_answer_has_come_is_not_kept_waiting(stock: Stock) -> None:
    stock.add_many(3)
    async with dashboard(stock.path) as screen:
        place = screen.app.board.jobs
        for _ in range(20):
            # No await between them: the feed never gets to answer the second question.
            place.show_order(Order.OLDEST)
            place.show_order(Order.NEWEST)
            await found(screen, 3)
            place._filter.set_typed("nothing")
            place._filter.set_typed("")
            await found(screen, 3)


async def test_the_cursor_stays_on_its_job_in_every_order(stock: Stock) -> None:
    timed(stock)
    at = now() - 100 * SECOND
    async with dashboard(stock.path) as screen:
        for order in [*Order][1:]:
            screen.app.board.jobs.show_order(order)
            await screen.until(lambda: screen.table.loaded)
            await screen.press("down")
            held = screen.table.current.seq
            before = screen.table.length
            # These come first in one order and last in another.
            stock.add("succeeded", created_at=at, started_at=at + 9 * SECOND, task="a.a", claims=9,
                      finished_at=at + 99 * SECOND, priority=9.0)  # fmt: skip
            stock.add("pending", task="z.z", priority=-9.0)
            await found(screen, before + 2)
            assert screen.table.current.seq == held, order


async def test_a_sorted_list_is_scrolled_to_its_end(stock: Stock) -> None:
    for seconds in range(5):
        at = now()
        stock.add_many(80, created_at=at, started_at=at, finished_at=at + seconds * SECOND)
    async with dashboard(stock.path, (80, 24)) as screen:
        screen.app.board.jobs.show_order(Order.TOOK)
        await found(screen, 400)
        await screen.press("G")
        await screen.until(lambda: screen.table.current is not None)
        assert screen.table.current.seq == 1
        stock.add_many(300, created_at=at, started_at=at, finished_at=at + 99 * SECOND)
        await found(screen, 700)
        await screen.until(lambda: screen.table.current is not None)
        assert screen.table.current.seq == 1
        await screen.press("g")
        await screen.until(lambda: screen.table.current is not None)
        assert screen.table.current.seq == 700


async def test_while_one_types_the_last_line_tells_only_what_is_no_letter(stock: Stock) -> None:
    stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        for way in ("slash", "7 slash", "1 enter l slash"):
            await screen.press(*way.split())
            await screen.until(lambda: screen.lines[-1].split()[0] == "enter")
            await screen.until(lambda: "? keys" not in screen.lines[-1])
            assert not {"q", "r", "n", "/"} & set(screen.lines[-1].split())
            await screen.press("enter")
            await screen.until(lambda: "? keys" in screen.lines[-1])
