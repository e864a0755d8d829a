"""Text for people: harmless, cut to fit, durations, counts and moments."""

import time
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobdash.text import (
    cell_len,
    clean,
    clean_lines,
    clock,
    compact_count,
    format_age,
    format_count,
    format_duration,
    iso,
    parse_duration,
    parse_time,
    shorten,
    storable,
    substitute,
)

INVISIBLE: Final = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
SECOND = 1_000_000
DAY = 86_400 * SECOND

hostile = st.sampled_from(
    [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u061c\u200b\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\xad",
        *("\ud800", "\udfff", "\U000e0041", "\U0010ffff", "\r\n", "\x1b]0;title\x07", "\x1b[2J"),
    ]
)
any_text = st.lists(st.text(st.characters(), max_size=8) | hostile, max_size=8).map("".join)
modest = settings(max_examples=60, deadline=None)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@modest
@given(any_text)
def test_nothing_a_terminal_could_act_on_is_left(text: str) -> None:
    assert not {unicodedata.category(char) for char in clean(text)}.intersection(INVISIBLE)


@modest
@given(any_text)
def test_of_the_controls_only_newlines_are_left_in_lines(text: str) -> None:
    cleaned = clean_lines(text).replace("\n", "")
    assert not {unicodedata.category(char) for char in cleaned}.intersection(INVISIBLE)


@modest
@given(any_text)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)


@modest
@given(st.text(st.characters(exclude_categories=INVISIBLE)))
def test_visible_text_is_kept_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_every_character_that_is_not_plain_text_becomes_visible() -> None:
    everything = clean("".join(map(chr, range(0x3000))))
    assert not {unicodedata.category(char) for char in everything}.intersection(INVISIBLE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x1b]0;owned\x07", "␛]0;owned␇"),
        ("a\r\nb\tc\0", "a␍␊b␉c␀"),
        ("\x7f", "␡"),
        ("\x9b31m", "\\x9b31m"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("[/nope] [@click=app.quit]x", "[/nope] [@click=app.quit]x"),
        ("été e\u0301 日本\u3000語 👍🏽 ❤\ufe0f", "été e\u0301 日本\u3000語 👍🏽 ❤\ufe0f"),
    ],
)
def test_a_hostile_text_is_shown_as_what_it_is(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_lines_stay_lines_and_tabs_become_spaces() -> None:
    assert clean_lines("a\tb\r\n\x1bc\rd") == "a       b\n␛c␍d"


def test_many_different_characters_are_substituted_as_few_are() -> None:
    pictures = {chr(0x4E00 + n): f"<{n}>" for n in range(100)}
    assert substitute("".join(pictures) + "!", pictures) == "".join(pictures.values()) + "!"


@modest
@given(any_text)
def test_storable_text_is_utf_8_and_only_surrogates_change(text: str) -> None:
    stored = storable(text)
    stored.encode("utf-8")
    assert stored == text or any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def test_a_lone_surrogate_is_stored_as_an_escape() -> None:
    assert storable("caf\udce9") == "caf\\udce9"


@modest
@given(any_text.map(clean), st.integers(-1, 30))
def test_shortened_text_fits_and_says_that_it_was_cut(text: str, cells: int) -> None:
    short = shorten(text, cells)
    assert cell_len(short) <= max(cells, 0)
    assert short == text or not short or (short[-1] == "…" and text.startswith(short[:-1]))


@modest
@given(any_text.map(clean), st.integers(2, 30))
def test_shortening_gives_away_no_more_than_it_must(text: str, cells: int) -> None:
    # One cell may stay empty where a wide character did not fit.
    assert shorten(text, cells) == text or cell_len(shorten(text, cells)) >= cells - 1


@pytest.mark.parametrize(
    ("text", "cells", "short"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301" * 5, 4, "e\u0301" * 3 + "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_width_counts_cells_not_characters(text: str, cells: int, short: str) -> None:
    assert shorten(text, cells) == short


def test_a_thousand_combining_marks_take_one_cell() -> None:
    assert cell_len("e" + "\u0301" * 1000) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("1d", 86_400),
        ("1w", 604_800),
        ("250ms", 0.25),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1m5s250ms", 65.25),
        ("1.5h", 5400),
        ("15", 15),
        (".5", 0.5),
        ("0", 0),
        (" 2H ", 7200),
        ("3652d", 3652 * 86_400),
    ],
)
def test_durations_read_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", " ", "-5s", "nan", "inf", "1e5", "ten", "5 years", "m", "30m1h", "5m5m", "1,5h", "٣s"],
)
def test_what_is_no_duration_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration: .*90s, 10m, 2h") as caught:
        parse_duration(text)
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize("text", ["3654d", "1000w", "9" * 400, "99999999999"])
def test_more_than_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most ten years"):
        parse_duration(text)


@modest
@given(any_text)
def test_a_refused_duration_or_time_is_quoted_harmlessly(text: str) -> None:
    for parse in (parse_duration, lambda text: parse_time(text, 0)):
        with pytest.raises(ValueError, match="is not a") as caught:
            parse(f"{text}?")
        assert str(caught.value) == clean(str(caught.value))
        assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0ms"),
        (0.0002, "0.2ms"),
        (0.85, "850ms"),
        (0.9999, "999ms"),
        (9.8, "9.8s"),
        (59.96, "59.9s"),
        (60, "1m 00s"),
        (65, "1m 05s"),
        (132, "2m 12s"),
        (3599.9, "59m 59s"),
        (11_040, "3h 04m"),
        (439_200, "5d 02h"),
        (100 * 86_400, "100d"),
        (-3, "0ms"),
        (-1e305, "0ms"),
        (1e305, "999999d"),
        (float("nan"), "?"),
        (float("inf"), "?"),
    ],
)
def test_durations_are_written_short(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@modest
@given(st.floats())
def test_a_written_duration_is_never_wider_than_seven_cells(seconds: float) -> None:
    assert 0 < len(format_duration(seconds)) <= 7


@modest
@given(st.floats(0, 3653 * 86_400))
def test_a_written_duration_reads_back_as_nearly_the_same_and_never_more(seconds: float) -> None:
    back = parse_duration(format_duration(seconds))
    assert back <= seconds + 1e-6
    assert seconds - back <= max(seconds / 10, 0.0001) + 1e-6


@pytest.mark.parametrize(
    ("age", "text"),
    [(0, "0s"), (9_800_000, "9s"), (132 * SECOND, "2m 12s"), (5 * DAY, "5d 00h"), (-DAY, "0s")],
)
def test_ages_are_whole_seconds_and_never_negative(age: int, text: str) -> None:
    assert format_age(1_700_000_000 * SECOND, 1_700_000_000 * SECOND - age) == text


def test_counts_are_written_in_full_with_commas() -> None:
    assert format_count(1_042_318) == "1,042,318"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.00k"),
        (12_000, "12.0k"),
        (123_456, "123k"),
        (999_999, "999k"),
        (1_042_318, "1.04M"),
        (12_345_678_901, "12.3G"),
        (10**16, "10,000T"),
        (-12_000, "-12.0k"),
    ],
)
def test_large_counts_are_written_with_three_digits(number: int, text: str) -> None:
    assert compact_count(number) == text


def test_moments_are_written_in_utc_to_the_microsecond() -> None:
    assert iso(1_795_320_609_123_456) == "2026-11-22T04:10:09.123456Z"
    assert iso(-1) == "1969-12-31T23:59:59.999999Z"
    assert iso(None) is None


@modest
@given(st.datetimes())
def test_a_written_moment_reads_back_exactly(moment: datetime) -> None:
    us = (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    assert parse_time(iso(us) or "", now_us=0) == us


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-22T14:30:00Z", "2026-11-22T14:30:00"),
        ("2026-11-22T14:30+05:30", "2026-11-22T09:00:00"),
        ("2026-11-22T14:30", "2026-11-22T13:30:00"),
        ("2026-11-22 14:30:05.25", "2026-11-22T13:30:05.250000"),
        ("2026-07-01", "2026-06-30T22:00:00"),
        ("14:30", "2026-11-22T13:30:00"),
        ("14:30Z", "2026-11-22T14:30:00"),
        ("2026-03-29T02:30", "2026-03-29T01:30:00"),
        ("1969-07-20T20:17Z", "1969-07-20T20:17:00"),
        ("9999-12-31T00:00Z", "9999-12-31T00:00:00"),
    ],
)
def test_times_without_a_zone_are_local(text: str, utc: str) -> None:
    now = parse_time("2026-11-22T12:00Z", now_us=0)
    expected = parse_time(f"{utc}Z", now_us=0)
    assert parse_time(text, now) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "2026-02-30", "25:00", "1:5", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time: write ISO 8601, such as"):
        parse_time(text, now_us=0)


@pytest.mark.usefixtures("berlin")
def test_the_clock_shows_local_time() -> None:
    assert clock(parse_time("2026-11-22T04:10:09Z", now_us=0)) == "05:10:09"


@pytest.mark.usefixtures("berlin")
def test_the_clock_shows_no_time_where_the_calendar_has_ended() -> None:
    assert clock(parse_time("9999-12-31T23:59Z", now_us=0)) == "--:--:--"
