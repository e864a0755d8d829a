"""`jobdash demo`: a load that loses nothing whatever is killed, and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cli_support import processes_with, start, wait_for
from waiting import PATIENCE

from jobdash.errors import DatabaseError
from jobdash.job import Worker
from jobdash.report import Report

#: How many the load begins with.
FIRST_JOBS = 7


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demos of a test make their folders; nothing of them may be left there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("JOBDASH_DB", raising=False)
    return tmp_path


@contextmanager
def demo(*words: object) -> Iterator[subprocess.Popen[str]]:
    """Run a headless demo; end it if the test fails."""
    process = start("demo", "--headless", *words)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def database_of(scratch: Path) -> Path:
    """Wait until the demo's pool works, and return its file."""
    wait_for(lambda: any(runners(file) for file in scratch.glob("jobdash-demo-*/demo.db")))
    return next(scratch.glob("jobdash-demo-*/demo.db"))


def runners(database: Path) -> list[Worker]:
    """The pool's workers; none while the file is being made."""
    try:
        with Report(database) as report:
            return [worker for worker in report.workers() if worker.kind == "worker"]
    except DatabaseError:
        return []


def busy_worker(database: Path) -> Worker:
    """Wait for a worker that runs a job that takes a while."""

    def sleeper() -> Worker | None:
        found = (worker for worker in runners(database) if "sleep" in (worker.job_task or ""))
        return next(found, None)

    found: Worker = wait_for(sleeper)
    return found


def rescued(database: Path, seq: int | None) -> bool:
    with Report(database) as report:
        return report.job(f"#{seq}").rescues > 0


def pids_of_pool(database: Path) -> list[int]:
    """The supervisor and all that it has started."""
    with Report(database) as report:
        return [worker.pid for worker in report.workers() if worker.kind in ("pool", "worker")]


def nothing_is_left(scratch: Path) -> bool:
    return not any(scratch.iterdir()) and not processes_with(str(scratch))


def test_nothing_is_lost_when_a_worker_and_then_the_pool_are_killed(scratch: Path) -> None:
    with demo("--seconds", 5, "--workers", 2, "--json") as process:
        database = database_of(scratch)
        victim = busy_worker(database)
        os.kill(victim.pid, signal.SIGKILL)
        wait_for(lambda: rescued(database, victim.job))
        other = busy_worker(database)
        for pid in pids_of_pool(database):
            with suppress(ProcessLookupError):  # the pool's death takes its workers along
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: rescued(database, other.job))
        output, errors = process.communicate(timeout=60)
    summary = json.loads(output)
    assert process.returncode == 0, errors
    assert (summary["lost"], summary["unfinished"]) == (0, [])
    assert summary["enqueued"] <= summary["jobs"] == sum(summary["states"].values())
    interrupted = {job["seq"]: job for job in summary["interrupted"]}
    for seq in (victim.job, other.job):
        assert interrupted[seq]["attempts"] == interrupted[seq]["rescues"] + 1
        assert interrupted[seq]["state"] == "succeeded"
    assert summary["pools"] == 2
    assert "the pool died" in errors
    assert nothing_is_left(scratch)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_nothing(scratch: Path, number: signal.Signals) -> None:
    with demo("--seconds", "1h", "--workers", 1) as process:
        busy_worker(database_of(scratch))
        process.send_signal(number)
        assert process.wait(PATIENCE) == 130
        assert nothing_is_left(scratch)


def test_even_a_killed_demo_leaves_nothing(scratch: Path) -> None:
    with demo("--seconds", "1h", "--workers", 1) as process:
        busy_worker(database_of(scratch))
        process.kill()
        wait_for(lambda: nothing_is_left(scratch))


@pytest.mark.parametrize(("name", "words"), [("no/such.db", "does not exist"), (".", "a folder")])
def test_a_file_that_cannot_be_is_told(scratch: Path, name: str, words: str) -> None:
    with demo("--db", scratch / name) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 5
    assert words in errors
    assert nothing_is_left(scratch)


def test_the_file_can_be_named_and_is_kept(scratch: Path) -> None:
    (scratch / "mine").mkdir()
    database = scratch / "mine" / "jobs.db"
    with demo("--seconds", 0, "--db", database, "--workers", 8) as process:
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    said = re.search(r"(\d+) jobs, 0 unfinished, 0 lost", output)
    assert said, output
    assert "pools started: 1, workers started: 8" in output
    with Report(database) as report:
        # Not a number of ours: periodic jobs come with the clock.
        assert report.count() == int(said[1]) >= FIRST_JOBS
    assert not processes_with(str(scratch))
    assert not list(scratch.glob("jobdash-demo-*"))
