"""`jobdash batch --resume`: whatever was killed, each input succeeds exactly once.

Costs about six seconds: producers and a pool that are killed.
"""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cli_support import Shop, a_shop, program, refused, run, run_json, start, wait_for
from waiting import PATIENCE

from jobdash.database import open_database

pytestmark = pytest.mark.usefixtures("quiet")

ROWS, STOPS_AT = 1_200, 600
KEYLESS, KEYED = "@huey.task()\ndef mark", "@huey.task(idempotency_key='{n}')\ndef mark"
TASKS = """

import signal

told = []


@huey.signal("enqueued")
def stop(*_):
    told.append(1)
    if len(told) == int(os.environ.get("STOPS_AT", -1)):
        open("stopped", "w").close()
        signal.pause()


@huey.task()
def mark(n: int, bad: str = ""):
    if bad and not os.path.exists("good"):
        raise RuntimeError(bad)
    with open("done", "a") as file:
        file.write(f"{n}\\n")
    return n
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        made.source.write_text(made.source.read_text() + TASKS)
        yield made


def write(shop: Shop, rows: int, bad: tuple[int, ...] = ()) -> None:
    """Write the input: so many rows, some of which fail until there is a file called good."""
    lines = [f"{n},{'bad' if n in bad else ''}" for n in range(1, rows + 1)]
    (shop.folder / "in.csv").write_text("\n".join(["n,bad", *lines, ""]))


def words(shop: Shop, *more: object) -> tuple[object, ...]:
    return ("-A", shop.app, "batch", "mark", "--from", "in.csv", "--name", "night", *more)


def resume(shop: Shop, *more: object) -> Any:
    return run_json(*words(shop, "--resume", *more))


def entered(shop: Shop) -> int:
    """How many inputs are in the file."""
    return counted(shop, "SELECT count(*) FROM input")


def counted(shop: Shop, sql: str) -> int:
    database = open_database(shop.db)
    try:
        ((number,),) = database.rows(sql)
        return int(number)
    finally:
        database.close()


def kill_half_way(shop: Shop, *more: object) -> None:
    """Kill a producer by SIGKILL after some inputs have been entered."""
    environ = os.environ | {"STOPS_AT": str(STOPS_AT)}
    with start(*words(shop, *more), cwd=shop.folder, env=environ) as process:
        wait_for((shop.folder / "stopped").exists)
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert STOPS_AT <= entered(shop) < ROWS


def done(shop: Shop) -> Counter[int]:
    """How often each input has been done."""
    file = shop.folder / "done"
    return Counter(map(int, file.read_text().split())) if file.exists() else Counter()


def each_once(shop: Shop, rows: int) -> bool:
    return done(shop) == Counter(range(1, rows + 1))


class TestMissing:
    def test_a_producer_that_was_killed(self, shop: Shop) -> None:
        write(shop, ROWS)
        kill_half_way(shop)
        assert run("--db", shop.db, "batches").stdout.split("\n")[1].split()[2] == "filling"
        half = entered(shop)
        told = resume(shop)
        assert (told["enqueued"], told["retried"]) == (ROWS - half, 0)
        assert resume(shop)["enqueued"] == 0
        assert counted(shop, "SELECT count(*) FROM job") == ROWS
        assert counted(shop, "SELECT count(DISTINCT args || kwargs) FROM job") == ROWS

    def test_two_at_once(self, shop: Shop) -> None:
        write(shop, ROWS)
        kill_half_way(shop)
        both = [start(*words(shop, "--resume"), cwd=shop.folder) for _ in range(2)]
        codes = []
        for process in both:
            _, errors = process.communicate(timeout=60)
            codes.append(process.returncode)
            assert process.returncode == 0 or "by somebody else" in errors or "complete" in errors
        assert 0 in codes
        resume(shop)
        assert counted(shop, "SELECT count(DISTINCT args || kwargs) FROM job") == ROWS
        assert counted(shop, "SELECT count(*) FROM job") == ROWS

    def test_if_there_is_none_it_begins(self, shop: Shop) -> None:
        write(shop, 3)
        assert resume(shop)["total"] == 3
        shop.work()
        assert each_once(shop, 3)

    def test_a_batch_that_was_cancelled_goes_on(self, shop: Shop) -> None:
        write(shop, 5)
        assert run(*words(shop)).exit_code == 0
        assert run("--db", shop.db, "batches", "cancel", "night").exit_code == 0
        assert resume(shop)["retried"] == 5
        shop.work()
        assert each_once(shop, 5)


class TestUnsuccessful:
    def test_only_they_run_again(self, shop: Shop) -> None:
        write(shop, 6, bad=(2, 5))
        assert run(*words(shop)).exit_code == 0
        shop.work()
        told = resume(shop)
        assert (told["enqueued"], told["retried"]) == (0, 2)
        shop.work()
        (shop.folder / "good").touch()
        assert resume(shop)["retried"] == 2
        shop.work()
        assert each_once(shop, 6)
        result = run(*words(shop, "--resume"))
        assert "nothing was missing, nothing is to be retried" in result.stderr
        assert run("--db", shop.db, "wait", "--batch", "night").exit_code == 0

    def test_one_whose_key_another_job_has_by_now_stays(self, shop: Shop) -> None:
        write(shop, 2, bad=(1, 2))
        shop.source.write_text(shop.source.read_text().replace(KEYLESS, KEYED))
        assert run(*words(shop)).exit_code == 0
        shop.work()
        (shop.folder / "good").touch()
        shop.task("mark")(1)
        assert resume(shop)["retried"] == 1
        shop.work()
        assert each_once(shop, 2)

    def test_a_batch_that_stopped_by_itself_goes_on(self, shop: Shop) -> None:
        write(shop, 6, bad=(1,))
        assert run(*words(shop, "--stop-on-failures", "1")).exit_code == 0
        shop.work()
        run("--db", shop.db, "batches", "cancel", "night")
        (shop.folder / "good").touch()
        assert resume(shop)["retried"] == 6
        shop.work()
        assert each_once(shop, 6)


def test_whatever_is_killed_each_input_succeeds_once(shop: Shop) -> None:
    """The producer, the pool, and the producer again; by chunks, so that jobs run meanwhile."""
    write(shop, ROWS, bad=(7, 1_199))
    pool = _pool(shop)
    try:
        kill_half_way(shop, "--chunk", 100)
        wait_for(lambda: (shop.folder / "done").exists() and len(done(shop)) > 100)
        pool.kill()
        pool.wait()
        pool = _pool(shop)
        assert program(*words(shop, "--resume"), cwd=shop.folder).returncode == 0
        assert run("--db", shop.db, "wait", "--batch", "night", "-q").exit_code == 1
        (shop.folder / "good").touch()
        assert resume(shop)["retried"] == 2
        assert run("--db", shop.db, "wait", "--batch", "night", "-q").exit_code == 0
    finally:
        pool.terminate()
        pool.wait(PATIENCE)
    assert counted(shop, "SELECT count(*) FROM job WHERE state = 'succeeded'") == ROWS
    assert set(done(shop)) == set(range(1, ROWS + 1))
    assert counted(shop, "SELECT count(DISTINCT created_at) FROM job") < 50, "many at a time"
    # Of each worker that was killed, one body may have run whose end was not written.
    assert sum(done(shop).values()) <= ROWS + 2


@pytest.mark.soak
def test_killed_at_any_moment_and_resumed_each_input_succeeds_once(
    shop: Shop, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """Producers, pools and workers, killed after any number of inputs and of bodies."""
    seed, seconds = (request.config.getoption(name) for name in ("soak_seed", "soak_seconds"))
    chance, until, nights = Random(seed), time.monotonic() + seconds / 2, 0
    while not nights or time.monotonic() < until:
        nights += 1
        Night(shop, chance, nights).see_through()
    record_property("summary", f"{nights} batches, seed {seed}")


class Night:
    """A batch whose producers, pools and workers are killed until one resume comes through."""

    ROWS = 300

    def __init__(self, shop: Shop, chance: Random, number: int) -> None:
        self._shop, self._chance, self._name = shop, chance, f"night{number}"
        self._numbers = range(number * self.ROWS, (number + 1) * self.ROWS)
        self._most_twice = 0
        text = "\n".join(["n", *map(str, self._numbers), ""])
        (shop.folder / "in.csv").write_text(text)

    def see_through(self) -> None:
        """Let it be killed some times, and then come through."""
        pool = _pool(self._shop)
        try:
            for _ in range(self._chance.randint(2, 5)):
                pool = self._kill_one_of_them(pool)
            assert program(*self._words(), cwd=self._shop.folder).returncode == 0
            waited = run("--db", self._shop.db, "wait", "--batch", self._name, "-q")
            assert waited.exit_code == 0, waited.stderr
        finally:
            pool.terminate()
            pool.wait(PATIENCE)
        self._judge()

    def _words(self) -> tuple[object, ...]:
        words = ("batch", "mark", "--from", "in.csv", "--name", self._name, "--resume")
        return ("-A", self._shop.app, *words, "--chunk", self._chance.randint(1, 90))

    def _kill_one_of_them(self, pool: subprocess.Popen[str]) -> subprocess.Popen[str]:
        """Kill somebody, after some more progress; return the pool there is then."""
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with start(*self._words(), cwd=self._shop.folder, **silent) as producer:
            goal = self._progress() + self._chance.randint(0, self.ROWS)
            wait_for(lambda: self._progress() >= goal or producer.poll() is not None)
            victim = self._chance.choice(("producer", "pool", "worker"))
            if victim == "worker":
                self._kill_a_worker()
            if victim == "pool":
                pool.kill()
                pool.wait(PATIENCE)
                self._most_twice += 2
                pool = _pool(self._shop)
            producer.kill()
            producer.communicate()
        return pool

    def _kill_a_worker(self) -> None:
        found = run_json("--db", self._shop.db, "workers")
        pids = [one["pid"] for one in found if one["kind"] == "worker"]
        if pids:
            self._most_twice += 1
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(pids), signal.SIGKILL)

    def _progress(self) -> int:
        """How many inputs have been entered, and how many bodies have run."""
        return entered(self._shop) + sum(self._bodies().values())

    def _bodies(self) -> Counter[int]:
        return Counter(n for n in done(self._shop).elements() if n in self._numbers)

    def _judge(self) -> None:
        succeeded = f"FROM job WHERE batch = '{self._name}' AND state = 'succeeded'"
        assert counted(self._shop, f"SELECT count(*) {succeeded}") == self.ROWS
        assert (
            counted(self._shop, f"SELECT count(DISTINCT args || kwargs) {succeeded}") == self.ROWS
        )
        bodies = self._bodies()
        assert {*bodies} == {*self._numbers}
        # Of each worker that was killed, one body may have run whose end was not written.
        assert sum(bodies.values()) <= self.ROWS + self._most_twice


def _pool(shop: Shop) -> subprocess.Popen[str]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return start("-A", shop.app, "worker", "-w", 2, cwd=shop.folder, **silent)


class TestOtherInput:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("n,bad\n1,\n9,\n3,\n", "input 2 is not what it was"),
            ("n,bad\n1,\n2,\n", "has 3 inputs, and these are 2"),
            ("n,bad\n1,\n2,\n3,\n4,\n", "has 3 inputs, and these are 4"),
        ],
    )
    def test_is_refused(self, shop: Shop, text: str, said: str) -> None:
        write(shop, 3)
        assert run(*words(shop)).exit_code == 0
        (shop.folder / "in.csv").write_text(text)
        refused(run(*words(shop, "--resume")), 2, said)

    def test_another_task_is_refused(self, shop: Shop) -> None:
        write(shop, 3)
        assert run(*words(shop)).exit_code == 0
        other = [*words(shop, "--resume", "--map", "n=first")]
        other[3] = "total"
        refused(run(*other), 2, "batch night is of")
