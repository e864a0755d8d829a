"""What runs spend: measured by their worker, kept per attempt, told per task and sorted by.

One pool with one worker; about two seconds.
"""

import gc
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_support import refused, run, run_json
from pool_support import Site
from tui_support import Stock

from jobdash.job import State
from jobdash.pool.spent import Spending, _reset_peak

pytest_plugins = ["pool_fixtures"]

MB = 1024 * 1024
needs_reset = pytest.mark.skipif(
    not _reset_peak(), reason="this kernel does not let a process put its high-water mark back"
)


def _burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_cpu_time_is_that_between_begin_and_end() -> None:
    spending = Spending()
    _burn(0.02)
    begun = spending.begin()
    _burn(0.03)
    cpu, _ = spending.end(begun)
    assert cpu >= 30_000
    assert spending.end(spending.begin())[0] < cpu


def test_children_count_once_they_have_ended() -> None:
    spending = Spending()
    begun = spending.begin()
    code = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert spending.end(begun)[0] >= 200_000
    assert spending.end(spending.begin())[0] < 200_000


@needs_reset
def test_the_peak_is_of_the_run_and_not_of_one_before() -> None:
    spending = Spending()
    small = spending.end(spending.begin())[1]
    begun = spending.begin()
    large = bytearray(64 * MB)
    large[:: resource.getpagesize()] = b"x" * len(large[:: resource.getpagesize()])
    peak = spending.end(begun)[1]
    del large
    gc.collect()
    spending.end(spending.begin())
    after = spending.end(spending.begin())[1]
    assert small is not None
    assert peak is not None
    assert after is not None
    assert peak > small + 60 * MB
    assert after < peak - 50 * MB


def test_a_pool_measures_every_run(site: Site) -> None:
    pool = site.serve(workers=1)
    seq = site.enqueue("note", str(site.book), "x")
    job = site.ends_as(State.SUCCEEDED, seq)
    pool.stop()
    (attempt,) = site.attempts(seq)
    assert attempt.cpu is not None
    assert (attempt.cpu, attempt.memory) == (job.cpu, job.memory)


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    return Stock(tmp_path / "jobs.db")


def test_they_are_shown_sorted_and_summed_up(stock: Stock) -> None:
    for number in range(1, 11):
        stock.add("succeeded", task="shop.pack", cpu=number * 100_000, memory=(20 - number) * MB)
    stock.add("succeeded", task="shop.send")
    by_cpu = run("list", "--db", stock.path, "--sort", "cpu").stdout.splitlines()
    assert "#10" in by_cpu[1]
    assert "cpu 1.0s, memory 10 MB" in by_cpu[1]
    assert "#11" in by_cpu[-1]
    by_memory = run_json("list", "--db", stock.path, "--sort", "memory")
    assert [job["seq"] for job in by_memory] == [*range(1, 12)]
    tasks = {task["name"]: task for task in run_json("tasks", "--stats", "--db", stock.path)}
    assert tasks["shop.pack"]["cpu"] == {"p50": 0.5, "p95": 1.0}
    assert tasks["shop.pack"]["memory"] == {"p50": 14 * MB, "p95": 19 * MB}
    assert tasks["shop.send"]["cpu"] is None
    assert "500ms     1.0s    14 MB    19 MB" in run("tasks", "--stats", "--db", stock.path).stdout
    shown = run("show", "--db", stock.path, 10).stdout
    assert "cpu 1.0s, memory 10 MB" in shown


def test_tasks_are_sorted_by_what_they_cost(stock: Stock) -> None:
    stock.add("succeeded", task="shop.alone")
    stock.add("succeeded", task="shop.big", cpu=1, memory=30 * MB)
    stock.add("succeeded", task="shop.hot", cpu=900_000, memory=20 * MB)

    def names(order: str) -> list[str]:
        tasks = run_json("tasks", "--stats", "--sort", order, "--db", stock.path)
        return [task["name"].removeprefix("shop.") for task in tasks]

    assert names("name") == ["alone", "big", "hot"]
    assert names("cpu") == ["hot", "big", "alone"]
    assert names("memory") == ["big", "hot", "alone"]
    refused(run("tasks", "--sort", "cpu", "--db", stock.path), 2, "--stats")
