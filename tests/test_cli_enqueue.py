"""`jobdash enqueue`: words become arguments, and nothing wrong gets in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, refused, run, run_json

from jobdash.cli.words import read_word
from jobdash.errors import UsageError


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def count(shop: Shop) -> int:
    """How many jobs the file has."""
    return int(run_json("--db", shop.db, "stats")["total"]) if shop.db.exists() else 0


def seconds_from_now(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


# -- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("2.5", 2.5),
        ("true", True),
        ("null", None),
        ('"3"', "3"),
        ("[1, 2]", [1, 2]),
        ('{"a": {"b": 1}}', {"a": {"b": 1}}),
        ("ada@example.com", "ada@example.com"),
        ("two words", "two words"),
        ("", ""),
        ("True", "True"),
        ("1.2.3", "1.2.3"),
        ("007", "007"),
        ("/tmp/[x].csv", "/tmp/[x].csv"),
        ("ünï", "ünï"),
    ],
)
def test_a_word_is_json_or_else_a_text(word: str, value: Any) -> None:
    assert read_word(word) == value
    assert type(read_word(word)) is type(value)


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("[1, 2", "column 6"),
        ('{"a" 1}', "column 6"),
        ('"open', "column 1"),
        ("NaN", "NaN is no JSON number"),
        ("[-Infinity]", "-Infinity is no JSON number"),
        ("1e400", "beyond the range"),
        ("[1e400]", "beyond the range"),
        ('{"a": 1, "a": 2}', '"a" stands there twice'),
        ("[" * 100_000, "nested too deep"),
        ("9" * 5_000, "5,000 digits is too long"),
    ],
)
def test_a_word_that_breaks_a_rule_is_told_which(word: str, rule: str) -> None:
    with pytest.raises(UsageError) as error:
        read_word(word)
    assert rule in str(error.value)
    assert len(str(error.value)) < 300


# -- arguments -----------------------------------------------------------------------------------


def test_prints_the_id_and_nothing_else(shop: Shop) -> None:
    result = run("enqueue", "-A", shop.app, "send", "ada@example.com", "-k", "times=3")
    assert (result.exit_code, result.stderr) == (0, "")
    job = run_json("--db", shop.db, "show", result.stdout.strip())
    assert job["task"] == f"{shop.module}.send"
    assert (job["args"], job["kwargs"]) == (["ada@example.com"], {"times": 3})
    assert job["state"] == "pending"


def test_json_is_the_job(shop: Shop) -> None:
    job = run_json("enqueue", "-A", shop.app, "total", "-1", "[2]", "-k", 'currency="USD"')
    assert (job["args"], job["kwargs"]) == ([-1, [2]], {"currency": "USD"})
    assert job["seq"] == 1


def test_arguments_may_come_as_json_as_a_whole(shop: Shop) -> None:
    job = run_json(
        *("enqueue", "-A", shop.app, "--db", shop.db, "--args", '["ada", 2]'),
        *("--kwargs", "{}", "--delay=1h", "--", "send"),
    )
    assert (job["args"], job["state"]) == (["ada", 2], "scheduled")


def test_words_after_two_dashes_are_arguments(shop: Shop) -> None:
    assert run_json("enqueue", "-A", shop.app, "send", "--json", "--", "--to")["args"] == ["--to"]


@pytest.mark.parametrize(
    ("words", "code", "rule"),
    [
        (["sendd", "ada"], 3, "send"),
        (["nothing.like.it"], 3, "jobdash tasks"),
        (["send"], 2, "'to'"),
        (["send", "1", "2", "3"], 2, "too many positional"),
        (["send", "1", "-k", "size=3"], 2, "'size'"),
        (["send", "1", "-k", "to=3"], 2, "'to'"),
        (["send", "1", "-k", "times"], 2, "no name=value"),
        (["send", "1", "-k", "2=times"], 2, "no name=value"),
        (["send", "1", "-k", "times=1", "-k", "times=2"], 2, "given twice"),
        (["send", "1", "-k", "times=1", "--kwargs", '{"times": 2}'], 2, "given twice"),
        (["send", "1", "--args", "[1]"], 2, "not both"),
        (["send", "--args", '{"to": 1}'], 2, "needs a JSON list"),
        (["send", "--args", "[1"], 2, "column 3"),
        (["send", "--kwargs", "[]"], 2, "needs a JSON object"),
        (["total", "[1,"], 2, "column 4"),
        (["send", "ada", "--dely", "3"], 2, "--dely"),
        ([], 2, "TASK"),
    ],
)
def test_wrong_calls_say_what_is_wrong(shop: Shop, words: list[str], code: int, rule: str) -> None:
    refused(run("enqueue", "-A", shop.app, *words), code, rule)
    assert count(shop) == 0


# -- options -------------------------------------------------------------------------------------


def test_options_reach_the_job(shop: Shop) -> None:
    job = run_json(
        *("enqueue", "-A", shop.app, "send", "ada", "--delay", "90s", "--priority", "0.5"),
        *("--retries", "7", "--key", "order-1", "--id", "my-job"),
    )
    assert 80 < seconds_from_now(job["eta"]) <= 90
    assert (job["priority"], job["retries"]) == (0.5, 7)
    assert (job["key"], job["id"]) == ("order-1", "my-job")


def test_at_is_a_moment(shop: Shop) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    job = run_json("enqueue", "-A", shop.app, "send", "ada", "--at", soon.isoformat())
    assert abs(seconds_from_now(job["eta"]) - 3 * 3600) < 10


def test_no_delay_is_now(shop: Shop) -> None:
    assert run_json("enqueue", "-A", shop.app, "nap", "--delay", "0")["state"] == "pending"


def test_count_makes_several_jobs(shop: Shop) -> None:
    assert len(run_json("enqueue", "-A", shop.app, "nap", "--count", "3")) == 3
    assert len(run("enqueue", "-A", shop.app, "nap", "--count", "2").stdout.splitlines()) == 2
    assert count(shop) == 5


def test_a_key_gives_the_first_job_again(shop: Shop) -> None:
    first = run("enqueue", "-A", shop.app, "nap", "--key", "order-1")
    again = run("enqueue", "-A", shop.app, "nap", "--key", "order-1")
    assert again.stdout == first.stdout
    assert "first job returned: #1 (pending) has the key 'order-1'" in again.stderr
    assert count(shop) == 1


def test_a_program_is_told_whether_the_job_is_new(shop: Shop) -> None:
    words = ("enqueue", "-A", shop.app, "nap", "--key", "order-1", "--dedupe", "1h")
    told = [run_json(*words) for _ in range(3)]
    assert [one["is_new"] for one in told] == [True, False, False]
    assert {one["seq"] for one in told} == {1}
    shown = run_json("--db", shop.db, "show", 1)
    assert (shown["key"], shown["dedupe_seconds"], shown["repeats"]) == ("order-1", 3600.0, 2)
    assert "order-1  for 1h 00m  asked for 2 times more" in run("--db", shop.db, "show", 1).stdout


@pytest.mark.parametrize("words", [["--dedupe", "1h"], ["--key", "k", "--dedupe", "0"]])
def test_a_window_needs_a_key_and_some_time(shop: Shop, words: list[str]) -> None:
    result = run("enqueue", "-A", shop.app, "nap", *words)
    assert result.exit_code == 2
    assert count(shop) == 0


def test_a_taken_id_is_refused(shop: Shop) -> None:
    run("enqueue", "-A", shop.app, "nap", "--id", "mine")
    refused(run("enqueue", "-A", shop.app, "nap", "--id", "mine"), 4, "mine exists")
    assert count(shop) == 1


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--delay", "-1", "not a duration"),
        ("--delay", "nan", "not a duration"),
        ("--delay", "1e12", "not a duration"),
        ("--delay", "11 years", "not a duration"),
        ("--delay", "4000d", "at most ten years"),
        ("--at", "soon", "ISO 8601"),
        ("--at", "2026-13-01T00:00Z", "ISO 8601"),
        ("--priority", "high", "no number"),
        ("--priority", "nan", "from -1,000,000,000 to"),
        ("--priority", "1e18", "from -1,000,000,000 to"),
        ("--retries", "-1", "0<=x"),
        ("--retries", "1.5", "integer"),
        ("--retry-delay", "-1s", "not a duration"),
        ("--timeout", "0", "more than 0"),
        ("--key", "", "empty"),
        ("--key", "k" * 10_000, "1,000 are allowed"),
        ("--id", "  ", "empty"),
        ("--count", "0", "1<=x"),
    ],
)
def test_bad_options_name_their_rule(shop: Shop, option: str, value: str, rule: str) -> None:
    refused(run("enqueue", "-A", shop.app, "nap", option, value), 2, rule)
    assert count(shop) == 0


@pytest.mark.parametrize(
    "words", [["--delay", "1s", "--at", "23:00"], ["--count", "2", "--id", "x"]]
)
def test_options_that_exclude_each_other(shop: Shop, words: list[str]) -> None:
    refused(run("enqueue", "-A", shop.app, "nap", *words), 2)
    assert count(shop) == 0


def test_what_the_app_prints_is_not_the_result(shop: Shop) -> None:
    shop.source.write_text("print('\\x1b[2Jhello')\n" + shop.source.read_text())
    result = run("enqueue", "-A", shop.app, "nap", "--json")
    assert json.loads(result.stdout)["seq"] == 1
    assert "hello" in result.stderr


def test_an_app_in_immediate_mode_has_no_queue(shop: Shop) -> None:
    shop.source.write_text(shop.source.read_text() + "\nhuey.immediate = True\n")
    refused(run("enqueue", "-A", shop.app, "nap"), 4, "immediate mode")


def test_a_value_of_the_wrong_type_is_refused_and_a_text_may_look_like_a_number(
    shop: Shop,
) -> None:
    refused(
        run("enqueue", "-A", shop.app, "send", "ada", "two"), 2, "times is to be int, not", "two"
    )
    refused(
        run("enqueue", "-A", shop.app, "send", "ada", "-k", "times=[2]"), 2, "times is to be int"
    )
    assert count(shop) == 0
    assert run_json("enqueue", "-A", shop.app, "send", "4711")["args"] == ["4711"]
    assert run_json("enqueue", "-A", shop.app, "send", "-k", "to=1e3")["kwargs"] == {"to": "1e3"}
