"""The parts of the dashboard that need no screen."""

import json
import threading
from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from tui_support import SECOND, Stock, now, wait_for
from waiting import PATIENCE

from jobdash.control.app_helper import NewJob, command
from jobdash.errors import UsageError
from jobdash.job import Attempt, State
from jobdash.report import JobFilter, Report
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.pulse import Pulse
from jobdash.tui.asking.questions import Anchor, Topic, WindowQuestion
from jobdash.tui.calls.parameters import Parameter, call_of, read_value
from jobdash.tui.calls.prefill import left_out, prefill
from jobdash.tui.looks.ascii_filter import to_ascii
from jobdash.tui.looks.columns import Column, plan
from jobdash.tui.looks.long_text import LONGEST_LINE, MOST_LINES, plain_lines
from jobdash.tui.looks.spans import changed_cells, fitted, two_sided, width_of
from jobdash.tui.looks.theme import LOOKS
from jobdash.tui.looks.timeline import timeline
from jobdash.tui.widgets.chip_labels import labels

PLAIN = Style()


@pytest.fixture
def stock(path: Path) -> Any:
    made = Stock(path)
    yield made
    made.database.close()


# -- spans and columns ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [0, 1, 3, 5, 8, 40])
@pytest.mark.parametrize("align", ["left", "right"])
def test_fitted_is_as_wide_as_asked(width: int, align: Any) -> None:
    for texts in ([], ["ab"], ["ab", "cdef"], ["漢字", "x"]):
        assert width_of(fitted([(text, PLAIN) for text in texts], width, align)) == width


def test_the_right_side_of_a_line_wins() -> None:
    line = two_sided([("left side", PLAIN)], [("right", PLAIN)], 10)
    assert "".join(text for text, _ in line) == "lef… right"


def test_changed_cells_are_where_two_lines_differ() -> None:
    old = (("aa", PLAIN), ("bb", PLAIN), ("cc", PLAIN))
    new = (("aa", PLAIN), ("BB", PLAIN), ("cc", PLAIN))
    assert changed_cells(old, new) == (2, 4)
    assert changed_cells(old, old) == (6, 6)


@pytest.mark.parametrize("width", [20, 33, 80, 81])
def test_a_plan_fills_its_width(width: int) -> None:
    columns = [Column("a", 5, lambda row, _: ((row, PLAIN),)), Column("b", 0, lambda *_: ())]
    made = plan(columns, width)
    assert width_of(made.cells("long text", None)) == width
    assert width_of(made.heading()) == width


@pytest.mark.parametrize("room", [20, 50, 70, 100, 150, 200])
def test_chips_give_their_room_to_what_matters_most(room: int) -> None:
    counts = dict.fromkeys(State, 1234)
    made = labels(list(State), counts, room)
    assert sum(label.cells for label in made.values()) <= max(room, 10 * 9)
    assert bool(made[State.FAILED].word) >= bool(made[State.DISCARDED].word)
    left = room - sum(label.cells for label in made.values())
    short = [state for state, label in made.items() if label.word not in ("", str(state))]
    assert all(len(state) - len(made[state].word) > left for state in short), "room is used"


def test_every_glyph_has_its_own_ascii_sign() -> None:
    signs = [to_ascii(look.glyph) for look in LOOKS.values()]
    assert len(set(signs)) == len(State)
    assert to_ascii("漢字…█") == "????$="


@pytest.mark.parametrize("drawn", "▎▌•…█▓■")
def test_what_is_drawn_beside_a_state_is_not_like_a_state(drawn: str) -> None:
    assert to_ascii(drawn) not in [look.sign for look in LOOKS.values()]


# -- numbers -------------------------------------------------------------------------------------


def test_the_pulse_counts_what_came_and_what_ended_in_the_last_seconds() -> None:
    pulse = Pulse()
    for second in range(20):
        pulse.note(second * SECOND, 100 + second * 4, second * 2)
    assert pulse.tempo().arriving == pytest.approx(4)
    assert pulse.tempo().leaving == pytest.approx(2)
    assert pulse.tempo().ended[-3:] == (2, 2, 2)


def test_a_retry_is_no_negative_departure_and_rest_is_no_news() -> None:
    pulse = Pulse()
    pulse.note(0, 10, 5)
    pulse.note(SECOND, 10, 4)
    assert pulse.tempo().leaving == 0
    before = pulse.tempo()
    pulse.note(2 * SECOND, 10, 4)
    assert pulse.tempo() == before


def test_the_timeline_fills_its_width_in_proportion(stock: Stock) -> None:
    seq = stock.fail(3)
    with Report(stock.path) as report:
        job, attempts = report.job(str(seq)), report.attempts(seq)
    long_last = [*attempts[:2], replace(attempts[2], ended_at=attempts[2].started_at + 9 * SECOND)]
    bar = timeline(job, long_last, now(), 80)
    assert 70 <= width_of(bar) <= 80
    assert width_of(bar[-1:]) > 40
    assert "✗" in bar[-1][0]


def test_a_thousand_attempts_have_a_timeline_too(stock: Stock) -> None:
    seq = stock.fail()
    with Report(stock.path) as report:
        job = report.job(str(seq))
    attempts = [Attempt(n, 1, n * SECOND, n * SECOND + 1, "failed") for n in range(1000)]
    assert width_of(timeline(job, attempts, now(), 60)) <= 60


# -- long texts ----------------------------------------------------------------------------------


def test_endless_texts_are_cut_with_a_word_about_it() -> None:
    lines = plain_lines("x\n" * 10_000)
    assert len(lines) == MOST_LINES + 1
    assert "more lines" in lines[-1].plain
    (line,) = plain_lines("y" * 50_000)
    assert len(line.plain) < LONGEST_LINE + 40
    assert "more characters" in line.plain


# -- form --------------------------------------------------------------------------------------


def parameter(annotation: str = "", kind: str = "positional_or_keyword", **more: Any) -> Parameter:
    return Parameter(more.get("name", "x"), kind, more.get("default"), True, annotation)


@pytest.mark.parametrize(
    ("annotation", "typed", "value"),
    [
        ("int", "3", 3), ("float", "3", 3), ("str", "3", "3"), ("str", '"3"', "3"), ("", "3", 3),
        ("", "bare words", "bare words"), ("bool", "yes", True), ("list[int]", "[1]", [1]),
        ("dict[str, int]", '{"a": 1}', {"a": 1}), ("int | None", "null", None),
        ("Optional[int]", "4", 4), ("datetime.date", "2026-11-22", "2026-11-22"),
    ],
)  # fmt: skip
def test_values_are_read_as_their_type(annotation: str, typed: str, value: Any) -> None:
    assert read_value(parameter(annotation), typed) == value


@pytest.mark.parametrize(
    ("annotation", "typed"),
    [("int", "x"), ("int", "1.5"), ("int", "true"), ("float", "x"), ("bool", "2"),
     ("list", "1"), ("dict", "[1]"), ("int", "[" * 100_000)],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused(annotation: str, typed: str) -> None:
    with pytest.raises(UsageError, match="needed"):
        read_value(parameter(annotation), typed)


def test_a_call_is_made_of_what_was_typed() -> None:
    wanted = [
        parameter("int", "positional_only", name="a"),
        parameter("int", name="b"),
        parameter("", "var_positional", name="rest"),
        parameter("", "var_keyword", name="more"),
    ]
    typed = {"a": "1", "b": "2", "rest": "[3, 4]", "more": '{"c": 5}'}
    assert call_of(wanted, typed) == ([1, 2, 3, 4], {"c": 5}, {})
    args, kwargs, wrong = call_of(wanted, {"a": "1", "b": "2"})
    assert (args, kwargs) == ([1], {"b": 2})
    assert set(wrong) == {"rest", "more"}
    assert "b" in call_of(wanted, {"a": "1", "rest": "[3]"})[2]


def recorded(args: str, kwargs: str = "{}") -> Any:
    return Namespace(args=args, kwargs=kwargs)


def test_a_form_shows_recorded_values_as_they_are_typed() -> None:
    wanted = [
        parameter("int", name="a"),
        parameter("str", name="b"),
        parameter("", name="c"),
        parameter("", "var_positional", name="rest"),
        parameter("bool", "keyword_only", name="d"),
        parameter("", "var_keyword", name="more"),
    ]
    shown = prefill(wanted, recorded('[1, "x", "2", [3]]', '{"d": true, "e": 4}'))
    assert shown == {"a": "1", "b": "x", "c": '"2"', "rest": "[[3]]", "d": "true",
                     "more": '{"e": 4}'}  # fmt: skip
    assert prefill(wanted, recorded('[1, "two\\nlines", null]')) == {
        "a": "1", "b": '"two\\nlines"', "c": "null"
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["[redacted]", "long…", "<Decimal 1.5>", "https://ada:[redacted]@x", {"k": "[redacted]"},
     ["a", "… 5 more"], {"…": "3 more"}, [["<object>"]]],
)  # fmt: skip
def test_a_form_never_shows_what_a_preview_does_not_tell_exactly(value: Any) -> None:
    wanted = [parameter("", name="a"), parameter("", "var_positional", name="rest")]
    assert prefill(wanted, recorded(json.dumps([value, value]))) == {}
    assert prefill(wanted, recorded("[]", json.dumps({"a": value}))) == {}


def test_a_form_tells_defaults_of_what_the_recorded_call_left_out() -> None:
    wanted = [
        parameter("", name="a"),
        parameter("", name="b"),
        parameter("", "keyword_only", name="c"),
    ]
    assert left_out(wanted, recorded("[1]", '{"c": 4}')) == {"b"}
    assert left_out(wanted, recorded("[1, 2]")) == {"c"}
    for cut in ('[1, "…"]', "[1, 2", '["x…"]'):
        assert left_out(wanted, recorded(cut)) == set(), "nobody can tell"


@pytest.mark.parametrize("args", ["no json", "[1", "[" * 100_000])
def test_a_form_stays_empty_where_nothing_can_be_read(args: str) -> None:
    assert prefill([parameter("", name="a")], recorded(args)) == {}


def test_the_helper_is_started_without_a_shell() -> None:
    words = command("app:huey", Path("/tmp/x y.db"), NewJob("-t;rm", [1], {"a": "'"}, delay="5s"))
    assert words[-2:] == ["--", "-t;rm"]
    assert "/tmp/x y.db" in words
    assert "--delay=5s" in words
    assert json.loads(words[words.index("--kwargs") + 1]) == {"a": "'"}


# -- windows and feed ----------------------------------------------------------------------------


def test_a_window_moves_along_with_its_anchor(stock: Stock) -> None:
    stock.add_many(100)
    with Report(stock.path) as report:
        asked = WindowQuestion(JobFilter(), 10, 20, Anchor(80, 20))
        assert asked.answer(report, 0).shift == 0
        stock.add_many(7)
        window = asked.answer(report, 0)
        assert (window.shift, window.first, window.total) == (7, 17, 107)
        assert window.index_of(80) == 27


@dataclass(frozen=True)
class Endless:
    """A question whose answer takes for ever."""

    begun: threading.Event

    def answer(self, report: Report, now: int) -> int:
        self.begun.set()
        report._reader.rows(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT count(*) FROM n"
        )
        return 0


@dataclass(frozen=True)
class Total:
    """How many jobs there are."""

    def answer(self, report: Report, now: int) -> int:
        return report.count(JobFilter())


COUNT: Topic[int] = Topic("count")


def fail(error: Exception) -> None:
    raise error


def test_the_next_question_interrupts_an_endless_one(stock: Stock) -> None:
    begun = threading.Event()
    feed = Feed(stock.path, lambda: None, fail)
    feed.ask(COUNT, Endless(begun))
    feed.start()
    try:
        assert begun.wait(PATIENCE)
        feed.ask(COUNT, Total())
        wait_for(lambda: feed.latest.value(COUNT) == 0)
        assert not feed.latest.trouble
    finally:
        feed.stop()


def test_stopping_does_not_wait_for_an_endless_question(stock: Stock) -> None:
    begun = threading.Event()
    feed = Feed(stock.path, lambda: None, fail)
    feed.ask(COUNT, Endless(begun))
    feed.start()
    assert begun.wait(PATIENCE)
    (thread,) = (one for one in threading.enumerate() if one.name == "jobdash-feed")
    feed.stop()
    wait_for(lambda: not thread.is_alive())


def test_the_feed_delivers_news_only(stock: Stock) -> None:
    delivered = threading.Semaphore(0)
    feed = Feed(stock.path, delivered.release, fail)
    feed.ask(COUNT, Total())
    feed.start()
    try:
        assert delivered.acquire(timeout=10)
        stock.register("nothing.counted")
        stock.add()
        assert delivered.acquire(timeout=10)
        assert feed.latest.value(COUNT) == 1
        assert not delivered.acquire(timeout=0.5)
    finally:
        feed.stop()
