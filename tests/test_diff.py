"""`jobdash diff`: which runs are compared, and what is told of them.

About a second.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, refused, run, run_json

from jobdash.render.difference import Side, difference, difference_lines


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


def test_two_jobs_are_compared(shop: Shop) -> None:
    first, second = shop.ended("send", "ada"), shop.ended("send", "bob")
    document = run_json("diff", first, second)
    assert document["different"]["arguments"] == {"a": '["ada"]', "b": '["bob"]'}
    assert document["different"]["result"]["b"] == '"sent to bob"'
    assert {"task", "outcome", "error", "traceback", "log"} <= set(document["same"])


def test_a_failure_is_compared_with_the_last_success_of_its_task(shop: Shop) -> None:
    shop.ended("send", "other")
    fine = shop.ended("nap", 0)
    broken = shop.ended("nap", "no number")
    document = run_json("diff", broken)
    assert document["a"].startswith(f"#{fine} ")
    assert document["b"].startswith(f"#{broken} ")
    assert document["different"]["error"]["b"].startswith("TypeError")
    assert any("TypeError" in line for line in document["different"]["traceback"]["lines"])
    assert run_json("diff", fine)["b"] == document["b"]


def test_attempts_are_compared(shop: Shop) -> None:
    seq = shop.ended("flaky")
    run("now", seq)
    shop.work()
    both = run_json("diff", f"{seq}#1", f"{seq}#2")
    assert both["a"].startswith(f"#{seq} attempt 1")
    assert run_json("diff", f"#{seq}", "--attempts")["b"] == both["b"]
    assert {"error", "arguments", "traceback"} <= set(both["same"])


def test_what_cannot_be_compared_says_what_can(shop: Shop) -> None:
    seq = shop.ended("fail")
    refused(run("diff", seq), 4, "12#1 12#2")
    refused(run("diff", seq, "--attempts"), 4, "no two attempts to compare")
    refused(run("diff", f"{seq}#7", seq), 3, f"#{seq} has no attempt 7: it has run once")
    refused(run("diff"), 2, "--attempts")


def test_moments_and_addresses_do_not_differ() -> None:
    def side(moment: str, address: str, last: str) -> Side:
        lines = [f"2026-11-22 10:00:{moment} INFO shop: <Order at {address}>", "same", last]
        return Side("x", {"task": "t"}, {"log": lines})

    a, b = side("00.000", "0x7f0000aa", "one"), side("07.500", "0x7f0000bb", "two")
    assert difference(a, a).parts == ()
    assert "they do not differ" in difference_lines(difference(a, a))
    (part,) = difference(a, b).parts
    assert [line for line in part.lines if line[0] in "+-"] == ["-one", "+two"]
