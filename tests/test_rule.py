"""When periodic tasks run: the moments that follow from a rule, and the rule in words."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from huey.api import crontab
from hypothesis import given, settings
from hypothesis import strategies as st

from jobdash import SqliteHuey
from jobdash.pool.rules import HORIZON, as_huey_reads, rule_of
from jobdash.render import rule_words
from jobdash.rule import MINUTE, Crontab, OwnRule, look_ahead, next_moments, read, written

HUEY = SqliteHuey("rules", immediate=True)
# A Monday.
NOW = int(datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC).timestamp()) * 1_000_000


def rule(utc: bool = True, **fields: Any) -> Crontab:
    """Return the rule that a pool reads out of huey's crontab."""
    task = HUEY.periodic_task(crontab(**fields), name="one")(lambda: None).task_class
    HUEY._registry.unregister(task)
    found = rule_of(task, utc)
    assert isinstance(found, Crontab), "huey's crontab keeps its fields elsewhere now"
    return found


def iso(moments: tuple[int, ...]) -> list[str]:
    return [f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%dT%H:%M}" for at in moments]


@pytest.fixture
def zone() -> Iterator[Any]:
    """Lets a test live in another time zone."""
    before = os.environ.get("TZ")

    def move(name: str) -> None:
        os.environ["TZ"] = name
        time.tzset()
        from jobdash.rule import _next_moments

        _next_moments.cache_clear()

    yield move
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


# -- moments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "moments"),
    [
        ({}, ["2026-09-21T14:14", "2026-09-21T14:15"]),
        ({"minute": "*/5"}, ["2026-09-21T14:15", "2026-09-21T14:20"]),
        ({"minute": "0", "hour": "8"}, ["2026-09-22T08:00", "2026-09-23T08:00"]),
        (
            {"minute": "0", "hour": "0", "day": "31"},
            ["2026-10-31T00:00", "2026-12-31T00:00"],
        ),
        (
            {"minute": "0", "hour": "0", "day": "29", "month": "2"},
            ["2028-02-29T00:00", "2032-02-29T00:00"],
        ),
        (
            {"minute": "0", "hour": "12", "day_of_week": "7"},
            ["2026-09-27T12:00", "2026-10-04T12:00"],
        ),
        ({"minute": "0", "hour": "0", "day": "30", "month": "2"}, []),
    ],
    ids=str,
)
def test_the_next_moments(fields: dict[str, str], moments: list[str]) -> None:
    assert iso(next_moments(rule(**fields), NOW, 2)) == moments


def test_the_present_minute_is_over_and_five_are_told() -> None:
    at_the_minute = NOW - NOW % MINUTE
    found = next_moments(rule(), at_the_minute)
    assert len(found) == 5
    assert found[0] == at_the_minute + MINUTE


@pytest.mark.parametrize(
    ("name", "now", "fields"),
    [
        # 02:30 does not exist on the day on which summer time begins, and comes twice when it ends.
        ("Europe/Berlin", "2026-03-28T12:00", {"minute": "30", "hour": "2"}),
        ("Europe/Berlin", "2026-10-24T12:00", {"minute": "30", "hour": "2"}),
        ("Europe/Berlin", "2026-10-24T12:00", {"minute": "*/20", "hour": "0-3"}),
        # The Sunday before has 23 hours.
        ("Europe/Berlin", "2026-03-28T12:00", {"minute": "0", "hour": "0", "day_of_week": "1"}),
        ("Australia/Lord_Howe", "2026-04-03T00:00", {"minute": "*/20", "hour": "1,2"}),
        ("America/Havana", "2026-03-07T00:00", {"minute": "0", "hour": "0,1"}),
        ("Asia/Kathmandu", "2026-03-07T00:00", {"minute": "0", "hour": "0"}),
        ("Pacific/Apia", "2011-12-28T00:00", {"minute": "0", "hour": "0"}),
    ],
    ids=str,
)
def test_local_rules_follow_the_clocks_as_huey_does(
    zone: Any, name: str, now: str, fields: dict[str, str]
) -> None:
    zone(name)
    start = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()) * 1_000_000
    said = asked(fields, start, 12, utc=False)
    assert next_moments(rule(utc=False, **fields), start, len(said)) == said


def asked(fields: dict[str, str], start: int, count: int, *, utc: bool) -> tuple[int, ...]:
    """Return what huey itself would say, asked minute by minute for a month."""
    says, found = crontab(**fields), []
    for minute in range(start // MINUTE + 1, start // MINUTE + 31 * 24 * 60):
        if says(as_huey_reads(minute, utc)):
            found.append(minute * MINUTE)
            if len(found) == count:
                break
    return tuple(found)


SOME = st.sampled_from(["*", "*/2", "*/5", "0", "1-9", "3,7", "5-2"])


@settings(max_examples=12)
@given(minute=SOME, hour=SOME, weekday=st.sampled_from(["*", "1-5", "0", "6-1", "7"]))
def test_any_rule_says_what_huey_says(minute: str, hour: str, weekday: str) -> None:
    fields = {"minute": minute, "hour": hour, "day_of_week": weekday}
    assert next_moments(rule(**fields), NOW, 3) == asked(fields, NOW, 3, utc=True)


# -- rules of the app's own ----------------------------------------------------------------------


def test_a_function_is_asked_until_five_moments_are_known() -> None:
    found = look_ahead(OwnRule(), lambda minute: minute % 7 == 0, NOW, HORIZON, lambda: False)
    assert len(next_moments(found, NOW)) == 5
    assert all(at // MINUTE % 7 == 0 for at in found.moments)


def test_asking_goes_on_where_it_was_left() -> None:
    asked: list[int] = []

    def says(minute: int) -> bool:
        asked.append(minute)
        return False

    patience = iter([False, False, True, False, True])
    first = look_ahead(OwnRule(), says, NOW, HORIZON, lambda: next(patience))
    look_ahead(first, says, NOW, HORIZON, lambda: next(patience))
    assert asked == [NOW // MINUTE + 1, NOW // MINUTE + 2, NOW // MINUTE + 3]


def test_asking_ends_at_the_horizon_and_moments_pass() -> None:
    never = look_ahead(OwnRule(), lambda _: False, NOW, 10 * MINUTE, lambda: False)
    assert never.moments == ()
    assert NOW + 9 * MINUTE < never.asked_until < NOW + 12 * MINUTE
    known = OwnRule((NOW + MINUTE, NOW + 3 * MINUTE), NOW + 4 * MINUTE)
    assert next_moments(known, NOW + 2 * MINUTE) == (NOW + 3 * MINUTE,)


@pytest.mark.parametrize("kept", [rule(minute="*/5"), OwnRule(), OwnRule((1, 2), 3)])
def test_a_rule_is_kept_as_json(kept: Crontab | OwnRule) -> None:
    assert read(written(kept)) == kept


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"minutes": 3}', '{"a": 1}', '{"moments": "x"}']
)
def test_a_rule_that_cannot_be_read_is_not_known(text: str) -> None:
    assert next_moments(read(text), NOW) == ()


def test_a_function_of_the_app_is_no_crontab() -> None:
    for validator in (lambda _: True, len, crontab):
        task = HUEY.periodic_task(validator, name="own")(lambda: None).task_class
        HUEY._registry.unregister(task)
        assert rule_of(task, utc=True) == OwnRule()


# -- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "every minute"),
        ({"minute": "*/5"}, "every 5 minutes"),
        ({"minute": "*/30"}, "every 30 minutes"),
        ({"minute": "0"}, "every hour"),
        ({"minute": "5"}, "every hour, 5 minutes past"),
        ({"minute": "1"}, "every hour, 1 minute past"),
        ({"minute": "0,20,50"}, "every hour at the minutes 0, 20 and 50"),
        ({"minute": "0-29"}, "every hour at the minutes 0 to 29"),
        ({"minute": "*/7"}, "every hour at the minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56"),
        ({"minute": "0", "hour": "*/2"}, "every 2 hours"),
        ({"minute": "30", "hour": "*/6"}, "every 6 hours, 30 minutes past"),
        ({"minute": "0", "hour": "8"}, "every day at 08:00"),
        ({"minute": "0", "hour": "8,20"}, "every day at 08:00 and 20:00"),
        ({"minute": "0,30", "hour": "8,20"}, "every day at 08:00, 08:30, 20:00 and 20:30"),
        ({"hour": "9"}, "every minute from 09:00 to 09:59"),
        ({"minute": "0", "hour": "9-17"}, "every hour from 09:00 to 17:00"),
        ({"minute": "*/5", "hour": "9-17"}, "every 5 minutes from 09:00 to 17:55"),
        ({"minute": "1", "hour": "1,5,9,14,17"},
         "every day at minute 1 of the hours 1, 5, 9, 14 and 17"),
        ({"minute": "3,4", "hour": "1-3"}, "every day at the minutes 3 and 4 of the hours 1 to 3"),
        ({"minute": "0", "hour": "8", "day_of_week": "1-5"}, "at 08:00 on Monday to Friday"),
        ({"minute": "0", "hour": "8", "day_of_week": "0,6"}, "at 08:00 on Saturday and Sunday"),
        ({"minute": "0", "hour": "8", "day_of_week": "7"}, "at 08:00 on Sunday"),
        ({"minute": "*/10", "day_of_week": "1,3,5"},
         "every 10 minutes on Monday, Wednesday and Friday"),
        ({"day_of_week": "5-7"}, "every minute on Friday to Sunday"),
        ({"minute": "30", "hour": "2", "day": "1"}, "on the 1st of each month at 02:30"),
        ({"minute": "0", "hour": "0", "day": "2,3,11,12,13,22"},
         "on the 2nd, 3rd, 11th to 13th and 22nd of each month at 00:00"),
        ({"minute": "0", "hour": "0", "day": "1", "month": "1,7"},
         "on the 1st of January and July at 00:00"),
        ({"minute": "0", "hour": "0", "month": "6-8"}, "at 00:00 in June to August"),
        ({"minute": "0", "hour": "9", "month": "12", "day_of_week": "1"},
         "at 09:00 on Monday in December"),
        ({"minute": "0", "hour": "9", "day": "1-7", "day_of_week": "1"},
         "on the 1st to 7th of each month if that is Monday at 09:00"),
        ({"day": "1"}, "every minute on the 1st of each month"),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_in_words(fields: dict[str, str], words: str) -> None:
    assert rule_words(rule(utc=False, **fields)) == words


def test_clock_times_in_utc_say_so() -> None:
    assert rule_words(rule(minute="0", hour="8")) == "every day at 08:00 UTC"
    assert rule_words(rule(minute="*/5")) == "every 5 minutes"
    assert rule_words(rule(minute="1", hour="1,5,9,14,17")).endswith("17 UTC")


def test_a_rule_of_the_apps_own_says_so() -> None:
    assert rule_words(OwnRule()) == "by its own rule"
    assert json.loads(written(OwnRule())) == {"moments": [], "asked_until": 0}
