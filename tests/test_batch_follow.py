"""`jobdash batch --follow`: results as they come, and what Ctrl-C means. Costs about 3 s."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, run_json, start, wait_for
from cli_terminal import Terminal

pytestmark = pytest.mark.usefixtures("quiet")

INPUT = "to\nada\nbob\neve\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        (made.folder / "in.csv").write_text(INPUT)
        yield made


def words(shop: Shop, *more: object) -> tuple[object, ...]:
    return ("-A", shop.app, "batch", "send", "--from", "in.csv", "--name", "night", *more)


def states(shop: Shop) -> list[str]:
    return [job["state"] for job in run_json("--db", shop.db, "list")]


def test_results_come_as_jobs_end(shop: Shop) -> None:
    with start(*words(shop, "--keep-order"), cwd=shop.folder) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "night\n"
        shop.work()
        # Not communicate: what was read together with the first line would be lost.
        output, errors = process.stdout.read(), process.stderr.read()
        assert process.wait() == 0
    assert [line.split()[0] for line in output.splitlines()] == ["#1", "#2", "#3"]
    assert "batch night: 3 succeeded" in errors


def test_as_json_there_is_one_document(shop: Shop) -> None:
    with start(*words(shop, "--follow", "--json"), cwd=shop.folder) as process:
        assert process.stderr is not None
        assert "nobody works" in process.stderr.readline()
        shop.work()
        output, _ = process.communicate(timeout=60)
    assert json.loads(output)["succeeded"] == 3


def test_without_a_terminal_ctrl_c_leaves_it_running(shop: Shop) -> None:
    with start(*words(shop, "--wait"), cwd=shop.folder) as process:
        assert process.stderr is not None
        while "0 of 3 ended" not in (line := process.stderr.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "batch night goes on: jobdash wait --batch night" in errors
    assert states(shop) == ["pending"] * 3


@pytest.mark.parametrize(
    ("key", "left"), [("l", "pending"), ("c", "cancelled"), ("s", "cancelled")]
)
def test_at_a_terminal_it_is_asked(shop: Shop, key: str, left: str) -> None:
    terminal = Terminal(*words(shop, "--follow"), cwd=shop.folder)
    try:
        terminal.wait_for("0 of 3 ended")
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("[l]eave it running, [c]ancel the rest, [s]top now, enter goes on:")
        terminal.press(f"{key}\n")
        assert terminal.end() == 130
    finally:
        terminal.close()
    assert states(shop) == [left] * 3


def test_enter_goes_on_and_a_second_ctrl_c_stops(shop: Shop) -> None:
    terminal = Terminal(*words(shop, "--wait"), cwd=shop.folder)
    try:
        terminal.wait_for("0 of 3 ended")
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("enter goes on:")
        terminal.press("\n")
        shop.huey.execute(shop.huey.dequeue())
        terminal.wait_for("1 of 3 ended")
        terminal.process.send_signal(signal.SIGINT)
        wait_for(lambda: terminal.text.count("enter goes on:") == 2)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130
    finally:
        terminal.close()
    assert states(shop) == ["cancelled", "cancelled", "succeeded"]
