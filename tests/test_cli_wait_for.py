"""`jobdash wait` for a batch, a filter, an idle queue: counted, not told one by one.

Costs about three seconds: a few processes.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, refused, run, start
from cli_terminal import Terminal

from jobdash.cli.waiting.headway_line import HeadwayLine
from jobdash.cli.waiting.watch import patiently
from jobdash.counts import Counts, Pace, time_left
from jobdash.errors import DatabaseBusy
from jobdash.job import MICROSECONDS
from jobdash.render import count_shares, counts_bar


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def fill(shop: Shop, task: str, arguments: list[object], name: str = "night") -> None:
    assert shop.huey is not None
    shop.task(task).map_batch(arguments, name=name)


def step(shop: Shop, jobs: int) -> None:
    """Run so many jobs here."""
    huey = shop.huey
    for _ in range(jobs):
        huey.execute(huey.dequeue())


class TestOutcomes:
    @pytest.fixture
    def ended(self, shop: Shop) -> Shop:
        fill(shop, "send", ["ada", "bob"], "good")
        fill(shop, "fail", ["a", "b"], "bad")
        shop.work()
        return shop

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (["--batch", "good"], 0, "batch good: 2 succeeded, in "),
            (["--batch", "1"], 0, "batch good: 2 succeeded"),
            (["--batch", "bad"], 1, "batch bad: 2 failed"),
            (["--idle"], 0, "nothing to do\n"),
            (["--idle", "--queue", "shop"], 0, "nothing to do\n"),
            (["--filter", "batch:bad"], 1, "#3 failed"),
        ],
    )
    def test_the_exit_code_tells(self, ended: Shop, words: list[str], code: int, said: str) -> None:
        result = run("--db", ended.db, "wait", *words)
        assert (result.exit_code, result.stderr) == (code, "")
        assert said in result.stdout
        quiet = run("--db", ended.db, "wait", *words, "--quiet")
        assert (quiet.exit_code, quiet.output) == (code, "")

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ([], "wait for what"),
            (["1", "--idle"], "one of these"),
            (["--batch", "good", "--filter", "x"], "one of these"),
            (["--batch", "good", "--queue", "shop"], "--queue goes with --idle"),
            (["--idle", "--queue", "shup"], "there is no queue 'shup'"),
        ],
    )
    def test_one_thing_at_a_time(self, ended: Shop, words: list[str], said: str) -> None:
        refused(run("--db", ended.db, "wait", *words), 2, said)

    def test_no_such_batch(self, ended: Shop) -> None:
        refused(run("--db", ended.db, "wait", "--batch", "god"), 3, "did you mean good?")

    def test_documents(self, ended: Shop) -> None:
        batch = json.loads(run("--db", ended.db, "wait", "--batch", "bad", "--json").stdout)
        assert (batch["name"], batch["state"], batch["failed"]) == ("bad", "failed", 2)
        idle = json.loads(run("--db", ended.db, "wait", "--idle", "--json").stdout)
        assert (idle["idle"], idle["total"]) == (True, 0)


class TestTimeUp:
    @pytest.mark.parametrize(
        ("words", "late"),
        [
            (["--batch", "night"], "batch night is waiting: 30 left"),
            (["--idle"], "the time is up: 30 left"),
            (["--filter", "state:pending"], "the time is up: 30 left"),
        ],
    )
    def test_says_what_is_late(self, shop: Shop, words: list[str], late: str) -> None:
        fill(shop, "send", ["ada"] * 30)
        result = run("--db", shop.db, "wait", *words, "--timeout", "0s")
        assert result.exit_code == 124
        assert late in result.stderr
        assert "nobody works" in result.stderr

    def test_quiet_says_nothing(self, shop: Shop) -> None:
        fill(shop, "send", ["ada"] * 3)
        result = run("--db", shop.db, "wait", "--batch", "night", "--timeout", "0s", "-q")
        assert (result.exit_code, result.output) == (124, "")


@pytest.mark.parametrize(
    ("words", "titled", "said"),
    [
        (["--batch", "night"], "night  ", "batch night: 29 succeeded, 1 failed"),
        (["--filter", "batch:night"], "", "30 jobs ended: 29 succeeded, 1 failed"),
        (["--idle"], "", "nothing to do; meanwhile 29 succeeded, 1 failed"),
    ],
)
class TestMeanwhile:
    @pytest.fixture
    def filled(self, shop: Shop) -> Shop:
        assert shop.huey is not None
        with shop.huey.batch("night") as batch:
            batch.add(shop.task("fail").s())
            for _ in range(29):
                batch.add(shop.task("send").s("ada"))
        return shop

    def test_without_a_terminal_there_are_lines(
        self, filled: Shop, words: list[str], titled: str, said: str
    ) -> None:
        with start("--db", filled.db, "wait", *words) as process:
            assert process.stderr is not None
            assert "nobody works" in process.stderr.readline()
            assert f"jobdash: {titled}0 of 30 ended" in process.stderr.readline()
            step(filled, 30)
            output, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert output.startswith(said)
        assert "\r" not in output + errors

    def test_at_a_terminal_a_bar(
        self, filled: Shop, words: list[str], titled: str, said: str
    ) -> None:
        terminal = Terminal("--db", filled.db, "wait", *words)
        try:
            terminal.wait_for(f"{titled}[                    ]  0 of 30 ended")
            step(filled, 15)
            terminal.wait_for("[#########x          ]  15 of 30 ended  1 failed")
            step(filled, 15)
            terminal.wait_for(said)
            assert terminal.end() == 1
        finally:
            terminal.close()


def test_what_is_scheduled_for_later_is_not_waited_for(shop: Shop) -> None:
    shop.enqueue("send", "ada", eta=4_000_000_000_000_000)
    assert run("--db", shop.db, "wait", "--idle").exit_code == 0


def test_a_paused_batch_is_told(shop: Shop) -> None:
    assert shop.huey is not None
    shop.task("send").map_batch(["ada"], name="night", paused=True)
    result = run("--db", shop.db, "wait", "--batch", "night", "--timeout", "0s")
    assert "batch night is paused: `jobdash batches resume night`" in result.stderr


class TestCounts:
    def test_whatever_there_is_has_a_cell(self) -> None:
        counts = Counts(succeeded=1_000_000, failed=1, running=1, left=1)
        assert count_shares(counts, 20) == (17, 1, 1, 1)
        assert counts_bar(Counts()) == f"[{' ' * 20}]"
        assert counts_bar(Counts(succeeded=3), 3) == "[###]"

    @pytest.mark.parametrize("left", range(0, 200, 7))
    def test_a_bar_is_as_long_as_it_is(self, left: int) -> None:
        for cells in (4, 5, 20, 31):
            assert sum(count_shares(Counts(91, 3, 2, 4, left), cells)) == cells

    def test_a_pace_is_of_late_and_on_the_whole(self) -> None:
        pace = Pace()
        for second in range(100):
            pace.look(10 * second, second * MICROSECONDS)
        for second in range(100, 200):
            pace.look(1000 + 2 * (second - 100), second * MICROSECONDS)
        lately, whole = pace.paces(1_198, 199 * MICROSECONDS)
        assert lately == pytest.approx(2, rel=0.1)
        assert whole == pytest.approx(6, rel=0.1)

    def test_a_range_has_in_it_what_chance_may_do(self) -> None:
        few, many = time_left(10, 10, [1.0]), time_left(1_000, 1_000, [1.0])
        assert few is not None
        assert many is not None
        assert few.least < 6 < 14 < few.most
        assert 900 < many.least < many.most < 1_100
        assert time_left(10, 0, [1.0]) is time_left(10, 10, []) is None

    def test_nothing_is_told_too_soon(self) -> None:
        pace = Pace()
        pace.look(0, 0)
        assert pace.paces(5, 1_000) == []
        assert pace.paces(0, MICROSECONDS) == []

    def test_without_a_terminal_each_tenth_is_a_line(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line = HeadwayLine("night", quiet=False)
        for ended in (0, 1, 9, 10, 11, 55, 60, 100):
            line.show(Counts(succeeded=ended, left=100 - ended), 0)
        told = [one.split("  ")[1] for one in capsys.readouterr().err.splitlines()]
        assert told == [f"{ended} of 100 ended" for ended in (0, 10, 55, 60)]


def test_a_lock_that_passes_is_waited_for() -> None:
    busy = [DatabaseBusy("one"), DatabaseBusy("two")]

    def read() -> str:
        if busy:
            raise busy.pop()
        return "read"

    assert patiently(read) == "read"
