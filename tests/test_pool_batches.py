"""Limits of batches where many work: pools side by side, workers that die, people who have enough.

Costs about 7 s.
"""

import os
import signal
import time
from contextlib import closing
from typing import Any

import pytest
from pool_support import Site, open_gate
from waiting import eventually

from jobdash.control.batches import BatchControl

pytest_plugins = ["pool_fixtures"]

NIGHT = "batch = 'night'"


def rows(site: Site, sql: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = site.app().huey.storage.database.rows(sql)
    return found


def wait_for_the_end(site: Site) -> None:
    over = "SELECT 1 FROM batch WHERE name = 'night' AND finished_at IS NOT NULL"
    eventually(lambda: rows(site, over), 30)


def most_at_once(site: Site) -> int:
    """How many bodies were at work at the same time, at most, by their own account."""
    working: set[str] = set()
    most = 0
    for line in site.lines():
        word, name, _ = line.split()
        working = working | {name} if word == "begin" else working - {name}
        most = max(most, len(working))
    return most


def long_runs(site: Site) -> list[str]:
    return [line for line in site.lines() if line.startswith("begin long")]


def test_a_limit_holds_over_two_pools_and_a_worker_that_dies(site: Site) -> None:
    app, gate = site.app(), site.gate()
    with app.huey.batch("night", concurrency=2):
        app.held(str(site.book), str(gate), "long")
        for number in range(60):
            app.held(str(site.book), os.devnull, f"short{number}")
    pools = [site.serve(workers=2), site.serve(workers=2, join=True)]
    begun = eventually(lambda: long_runs(site))
    os.kill(int(begun[0].split()[-1]), signal.SIGKILL)
    eventually(lambda: len(long_runs(site)) == 2)
    open_gate(gate)
    wait_for_the_end(site)
    assert rows(site, f"SELECT DISTINCT state FROM job WHERE {NIGHT}") == [("succeeded",)]
    assert most_at_once(site) == 2
    assert sum(line.startswith("end short") for line in site.lines()) == 60
    for pool in pools:
        pool.stop()


def test_a_cancelled_batch_ends_though_some_of_it_runs(site: Site) -> None:
    app, gate = site.app(), site.gate()
    with app.huey.batch("night", concurrency=2):
        for number in range(300):
            app.held(str(site.book), str(gate), f"{number}")
    pool = site.serve(workers=3)
    site.begun(2)
    with closing(BatchControl(site.database)) as control:
        assert control.cancel("night", time.time_ns() // 1000)
    wait_for_the_end(site)
    assert rows(site, f"SELECT state, count(*) FROM job WHERE {NIGHT} GROUP BY 1") == [
        ("cancelled", 300)
    ]
    assert most_at_once(site) == 2
    pool.stop()


@pytest.mark.parametrize("options", [{"rate": "200/s"}, {"rate": "100/s", "concurrency": 1}])
def test_a_pool_starts_jobs_by_their_rate(site: Site, options: dict[str, Any]) -> None:
    app = site.app()
    pool = site.serve(workers=2)
    notes = [(str(site.book), f"note {number}") for number in range(20)]
    app.note.map_batch(notes, name="night", **options)
    wait_for_the_end(site)
    ((last, closed_at),) = rows(site, "SELECT max(job.finished_at), closed_at FROM job, batch")
    # A rate is kept in microseconds: each of the steps may be short by one.
    step = 1_000_000 / float(options["rate"].split("/")[0]) - 1
    assert last - closed_at >= 19 * step
    pool.stop()
