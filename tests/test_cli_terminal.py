"""What is different on a terminal: colours, lines cut at its edge, and questions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, run
from cli_terminal import Terminal


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


def on_terminal(*words: object, keys: str = "") -> tuple[int, Terminal]:
    """Run a command on a terminal, answering its question; return its exit code."""
    terminal = Terminal(*words)
    try:
        if keys:
            terminal.wait_for("[y/N]")
            terminal.press(keys)
        return terminal.end(), terminal
    finally:
        terminal.close()


def test_lines_end_at_the_edge_and_states_have_colours(shop: Shop) -> None:
    shop.ended("fail", "no such customer " * 20)
    code, terminal = on_terminal("list")
    assert code == 0
    assert "\x1b[31m" in terminal.raw
    assert all(len(line) <= 100 for line in terminal.text.splitlines())
    assert "…" in terminal.text


def test_no_color_is_respected(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shop.ended("fail")
    assert "\x1b[" not in on_terminal("list")[1].raw


def test_more_than_the_limit_is_told(shop: Shop) -> None:
    run("enqueue", "-A", shop.app, "nap", "--count", 3)
    assert "the newest 2: --limit shows more" in on_terminal("list", "--limit", 2)[1].text


def test_who_says_yes_gets_it(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    code, terminal = on_terminal("cancel", "--all", keys="y\n")
    assert (code, shop.state(seq)) == (0, "cancelled")
    assert "cancel 1 job?" in terminal.text


def test_who_says_no_changes_nothing(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    assert on_terminal("cancel", "--all", keys="n\n")[0] == 130
    assert shop.state(seq) == "pending"


def test_many_show_how_far_it_is(shop: Shop) -> None:
    run("enqueue", "-A", shop.app, "nap", "--count", 501)
    text = on_terminal("cancel", "--all", "--yes")[1].text
    assert "500 of 501" in text
    assert "501 of 501" in text
    assert "cancelled 501 jobs" in text


def test_enqueue_tells_when_and_that_nobody_works(shop: Shop) -> None:
    text = on_terminal("enqueue", "-A", shop.app, "nap", "--delay", "1h")[1].text
    assert "#1 runs in 59m" in text
    assert "nobody works on this file" in text
