"""A web application, `jobdash serve` and three dashboards on one file under a steady load.

50 requests and 200 jobs a second: no request fails, no job is lost. Short by default; five
minutes: pytest -m soak -n 0 --soak-seconds=600 tests/test_http_load.py
"""

import json
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from cli_support import start
from cli_terminal import Terminal
from http_client import Client, sample_application, serving, with_token
from waiting import eventually

from jobdash.job import State
from jobdash.report import Report

pytestmark = pytest.mark.soak
JOBS_A_SECOND, REQUESTS_A_SECOND, CLIENTS, DASHBOARDS = 200, 50, 5, 3
# In seconds: the design's promise to writers.
LONGEST_WAIT = 0.005
# In a process of its own, as another web application would be: tells how long each call took.
PRODUCER = """
import json, sys, time
from sample_tasks.toys import add
took, ids, every = [], [], 1 / float(sys.argv[1])
due = time.monotonic()
end = due + float(sys.argv[2])
while due < end:
    time.sleep(max(0, due - time.monotonic()))
    begun = time.perf_counter()
    ids.append(add(len(ids), 1).id)
    took.append(time.perf_counter() - begun)
    due += every
print(json.dumps({"took": took, "ids": ids}))
"""


class Asker(threading.Thread):
    """Asks one thing after the other, so many a second, and notes what came."""

    def __init__(self, questions: list[Callable[[], int]], every: float, seconds: float) -> None:
        super().__init__(daemon=True)
        self._questions = cycle(questions)
        self._every, self._seconds = every, seconds
        self.took: list[float] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        due = time.monotonic()
        end = due + self._seconds
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            begun = time.perf_counter()
            try:
                status = next(self._questions)()
            except OSError as error:
                self.wrong.append(str(error))
            else:
                if status >= 400:
                    self.wrong.append(str(status))
            self.took.append(time.perf_counter() - begun)
            due += self._every


def questions(served: Client, web: Client, exports: list[str]) -> list[Callable[[], int]]:
    """What clients and operators ask, in turn."""

    def export() -> int:
        made = web.post("/exports", {"rows": 50})
        exports.append(made.json["id"])
        return made.status

    def look() -> int:
        return web.get(f"/status/jobs/{exports[-1]}").status if exports else 200

    def listed() -> int:
        found = served.get("/jobs?limit=20")
        return served.get(f"/jobs/{found.json['jobs'][0]['id']}").status

    paths = ("/metrics", "/queues", "/workers", "/dead", "/tasks", "/jobs?filter=state:failed")
    plain = [lambda path=path: served.get(path).status for path in paths]  # type: ignore[misc]
    waiting = lambda: served.get("/jobs/1?wait=1s").status  # noqa: E731
    return [export, look, look, listed, look, look, waiting, look, *plain]


@contextmanager
def dashboards(environ: dict[str, str]) -> Iterator[list[Terminal]]:
    """Three people who look on, each at another place."""
    shown: list[Terminal] = []
    try:
        for number in range(DASHBOARDS):
            shown.append(Terminal("--no-pool", width=120, height=36, environ=environ))
            shown[-1].wait_for("live")
            shown[-1].press(str(number + 1))
        yield shown
    finally:
        for terminal in shown:
            terminal.close()


def told(took: list[float]) -> str:
    """Return the median, the 99th percentile and the longest, in ms."""
    ordered = sorted(took)
    p99 = ordered[int(len(ordered) * 0.99)]
    return (
        f"{len(ordered)}: p50 {statistics.median(ordered) * 1000:.1f} ms,"
        f" p99 {p99 * 1000:.1f} ms, longest {ordered[-1] * 1000:.1f} ms"
    )


def test_a_busy_day(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    seconds = request.config.getoption("soak_seconds") / 2
    database = tmp_path / "s.db"
    environ = {
        **with_token(),
        "JOBDASH_DB": str(database),
        "JOBDASH_DEMO_DIR": str(tmp_path),
        "JOBDASH_APP": "sample_tasks",
    }
    exports: list[str] = []
    with ExitStack() as stack:
        pool = start("worker", "-A", "sample_tasks", "-w", "2", "-q", env=environ)
        stack.callback(_stop, pool)
        web = stack.enter_context(sample_application(environ))
        served = stack.enter_context(serving("-A", "sample_tasks", "--db", database, **environ))
        screens = stack.enter_context(dashboards(environ))
        produced = _produce(environ, seconds)
        askers = [
            Asker(questions(served, web, exports), CLIENTS / REQUESTS_A_SECOND, seconds)
            for _ in range(CLIENTS)
        ]
        for asker in askers:
            asker.start()
        made = json.loads(produced.communicate()[0])
        for asker in askers:
            asker.join()
        assert [wrong for asker in askers for wrong in asker.wrong] == []
        assert produced.returncode == 0
        with Report(database) as report:
            eventually(lambda: report.counts()[State.PENDING] + report.counts()[State.RUNNING] == 0)
        assert all(screen.process.poll() is None for screen in screens)
    ids = [*made["ids"], *exports]
    assert len(set(ids)) == len(ids) >= seconds * JOBS_A_SECOND * 0.9
    with Report(database) as report:
        states = {job.id: job.state for job in report.jobs(limit=10 * len(ids))}
    assert {states.get(one) for one in ids} == {State.SUCCEEDED}
    asked = [took for asker in askers for took in asker.took]
    record_property("summary", f"enqueued {told(made['took'])}\nasked {told(asked)}")


def test_a_writer_hardly_ever_waits_for_a_reader(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    # Nobody else writes here: a lock that is taken then is a reader's. One that comes upon the
    # head of the WAL while it is being written takes it for a moment, to read that again.
    seconds = request.config.getoption("soak_seconds") / 4
    database = tmp_path / "s.db"
    environ = {**with_token(), "JOBDASH_DB": str(database), "JOBDASH_APP": "sample_tasks"}
    produced = _produce(environ, 0.5)
    produced.communicate()
    assert produced.returncode == 0
    with ExitStack() as stack:
        served = stack.enter_context(serving("--db", database, **environ))
        stack.enter_context(dashboards(environ))
        paths = ("/metrics", "/queues", "/jobs?filter=add", "/dead", "/jobs/1", "/batches")
        readers = [
            Asker([lambda path=path: served.get(path).status for path in paths], 0.05, seconds)  # type: ignore[misc]
            for _ in range(2)
        ]
        for reader in readers:
            reader.start()
        took, waits = _write_without_patience(database, seconds)
        for reader in readers:
            reader.join()
    assert [wrong for reader in readers for wrong in reader.wrong] == []
    assert len(readers[0].took) > 5 < len(took)
    longest = max(waits, default=0.0)
    words = f"{len(waits)} waited, {longest * 1000:.3f} ms at most"
    record_property("summary", f"{words}; lock and commit {told(took)}")
    assert len(waits) <= len(took) / 1000, words
    assert longest < LONGEST_WAIT, words


def _write_without_patience(database: Path, seconds: float) -> tuple[list[float], list[float]]:
    """Change jobs again and again; return how long each took, and each wait for the lock.

    Waits are in this thread's own time: it asks again at once, and others that are busy are no
    readers' fault.
    """
    writer = sqlite3.connect(database, timeout=0, isolation_level=None)
    took, waits, end = list[float](), list[float](), time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            begun, tried = time.perf_counter(), time.thread_time()
            is_refused = False
            while not _write(writer):
                is_refused = True
            took.append(time.perf_counter() - begun)
            if is_refused:
                waits.append(time.thread_time() - tried)
    finally:
        writer.close()
    return took, waits


def _write(writer: sqlite3.Connection) -> bool:
    try:
        writer.execute("UPDATE job SET place = place + 1 WHERE seq % 10 = 0")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    return True


def _produce(environ: dict[str, str], seconds: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", PRODUCER, str(JOBS_A_SECOND), str(seconds)]
    return subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True)


def _stop(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate()
