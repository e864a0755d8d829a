"""A pool on a disk that is full, a file that is locked, read-only or gone, and a clock that jumps.

About 20 seconds, half of them spent waiting for a lock.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from pool_support import Site, Sites, is_gone, open_gate
from small_disk import LimitedFiles, MountedDisk, SmallDisk, small_disk
from waiting import always, eventually

from jobdash.database import open_database
from jobdash.errors import DatabaseBusy, DatabaseError
from jobdash.job import State
from jobdash.render import attempt_duration
from jobdash.report import JobFilter

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000
HOUR = 3600 * SECOND


def jobdash(site: Site, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the program as somebody else would beside the pool."""
    command = [sys.executable, "-m", "jobdash", "--db", str(site.database), *map(str, words)]
    return subprocess.run(
        command,
        cwd=site.code,
        env=site.environ,
        preexec_fn=site.before_start,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


# A full disk


@pytest.fixture(params=[MountedDisk, LimitedFiles])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder) as made:
        if request.param is LimitedFiles:
            made = LimitedFiles(folder)
        elif isinstance(made, LimitedFiles):
            pytest.skip("no file system may be mounted here; the other case covers it")
        yield made


def test_a_full_disk_refuses_what_is_new_and_keeps_the_rest_until_there_is_room(
    disk: SmallDisk, sites: Sites
) -> None:
    site = sites(database=disk.folder / "jobs.db")
    gate = site.gate()
    pool = site.serve()
    workers = pool.worker_pids()
    running = site.enqueue("big", site.book, gate, 300_000)
    site.begun()
    waiting = site.enqueue("note", site.book, "waited")
    disk.fill(site)
    with pytest.raises(DatabaseError, match=r"the disk is full|writing the disk failed"):
        site.enqueue("note", site.book, "x" * 400_000)
    open_gate(gate)
    pool.says(f"The end of job #{running} cannot be written yet")
    assert site.is_in(State.RUNNING, running)
    disk.make_room(site)
    site.ends_as(State.SUCCEEDED, waiting)
    assert [len(site.attempts(seq)) for seq in (running, waiting)] == [1, 1]
    assert site.is_in(State.SUCCEEDED, running)
    assert pool.worker_pids() == workers
    assert len(site.read(lambda report: report.jobs(JobFilter()))) == 2
    assert site.ledger().database.rows("PRAGMA integrity_check") == [("ok",)]
    pool.stop()


# A file that cannot be written


def _obey_file_modes() -> None:
    """Let even root be bound by a file's mode, from the next program on."""
    drop_bounding, dac_override = 24, 1
    ctypes.CDLL(None).prctl(drop_bounding, dac_override)


def _set_mode(site: Site, mode: int) -> None:
    for file in site.folder.glob("jobs.db*"):
        file.chmod(mode)


def test_a_file_made_read_only_loses_nothing_and_is_served_again_when_it_is_not(
    site: Site,
) -> None:
    site.before_start = _obey_file_modes
    pool = site.serve()
    (worker,) = pool.worker_pids()
    _set_mode(site, 0o400)
    # Who has it open goes on.
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "one"))
    os.kill(worker, signal.SIGKILL)
    pool.says("w1 keeps ending early")
    seq = site.enqueue("note", site.book, "two")
    refused = jobdash(site, "cancel", seq)
    assert refused.returncode == 5
    assert "read-only" in refused.stderr
    assert site.is_in(State.PENDING, seq)
    assert "Traceback" not in pool.said()
    _set_mode(site, 0o600)
    site.ends_as(State.SUCCEEDED, seq)
    pool.stop()


# A file that is locked


def test_a_lock_of_10_seconds_delays_everything_and_loses_nothing(site: Site) -> None:
    gate = site.gate()
    pool = site.serve(workers=2)
    workers = pool.worker_pids()
    running = site.enqueue("held", site.book, gate)
    (begun,) = site.begun()
    (idle,) = workers - {int(begun.split()[-1])}
    os.kill(idle, signal.SIGSTOP)
    waiting = site.enqueue("note", site.book, "waited")
    later = site.app().note.s(str(site.book), "due", delay=1)
    site.app().huey.enqueue(later)
    refused: list[BaseException] = []

    def enqueue() -> None:
        try:
            site.app().note(str(site.book), "refused")
        except DatabaseBusy as error:
            refused.append(error)

    with site.ledger().database.transaction():
        os.kill(idle, signal.SIGCONT)
        open_gate(gate)
        others = threading.Thread(target=enqueue)
        others.start()
        until = time.monotonic() + 10
        cancel = jobdash(site, "cancel", waiting)
        assert (cancel.returncode, "stayed locked" in cancel.stderr) == (5, True)
        others.join()
        assert len(refused) == 1
        pool.says("no job can be claimed")
        always(lambda: pool.process.poll() is None, until - time.monotonic())
        assert site.is_in(State.RUNNING, running)
    for seq in (running, waiting, site.job(later.id).seq):
        site.ends_as(State.SUCCEEDED, seq)
        assert len(site.attempts(seq)) == 1
    assert pool.worker_pids() == workers
    assert len(site.read(lambda report: report.jobs(JobFilter()))) == 3
    pool.stop()


# A file that is gone


def _remove(site: Site) -> None:
    for file in site.folder.glob("jobs.db*"):
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def _replace(site: Site) -> None:
    other = site.folder / "other.db"
    open_database(other).close()
    os.replace(other, site.database)


def _move(site: Site) -> None:
    for file in site.folder.glob("jobs.db*"):
        file.rename(file.with_name(file.name.replace("jobs", "moved")))


@pytest.mark.parametrize(
    ("task", "lose", "words"),
    [
        ("held", _remove, "was removed"),
        ("deaf", _replace, "was replaced by another file"),
        ("held", _move, "was removed"),
    ],
)
def test_a_pool_whose_file_is_gone_stops_within_2_seconds(
    site: Site, task: str, lose: Callable[[Site], None], words: str
) -> None:
    gate = site.gate()
    site.enqueue(task, site.book, gate)
    site.app().huey.storage.close()
    command = [sys.executable, "-m", "jobdash", "worker", "-A", "bodies:huey", "-w", "2"]
    said = site.folder / "said"
    with said.open("wb") as stderr, _started(command, site, stderr) as pool:
        (begun,) = eventually(site.lines)
        lose(site)
        assert pool.wait(15) == 5
    told = said.read_text()
    assert f"{site.database} {words} while the pool served it: the pool stops" in told
    assert "Traceback" not in told
    assert is_gone(int(begun.split()[-1]))
    if lose is _move:
        site.database = site.folder / "moved.db"
        assert site.is_in(State.PENDING, 1)


@contextmanager
def _started(
    command: list[str], site: Site, stderr: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    environ = site.environ | {"JOBDASH_DB": str(site.database)}
    with subprocess.Popen(command, cwd=site.code, env=environ, stderr=stderr) as process:
        try:
            yield process
        finally:
            process.kill()


# A clock that jumps


class Clock:
    """Sets the clock of a site's pools."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)

    def set(self, microseconds: int) -> None:
        with self.file.open("r+b" if self.file.exists() else "wb") as file:
            file.write((microseconds * 1000).to_bytes(8, "little", signed=True))


def test_a_clock_that_jumps_by_an_hour_loses_no_job_and_no_time_is_negative(
    sites: Sites, tmp_path: Path
) -> None:
    clock, ticks = Clock(tmp_path / "clock"), tmp_path / "ticks"
    site = sites(POOL_CLOCK=str(clock.file), POOL_TICKS=str(ticks))
    gate, huey, note = site.gate(), site.app().huey, site.app().note
    pool = site.serve(workers=2)
    workers = pool.worker_pids()
    seqs = []
    for shift in (HOUR, -HOUR, 0):
        running = site.enqueue("held_for_a_minute_at_most", site.book, gate)
        site.begun(len(seqs) + 1)
        seqs.append(running)
        # The pool has seen it run by now.
        always(lambda seq=running: site.is_in(State.RUNNING, seq), 0.3)
        clock.set(shift)
        # Whatever the pool makes of it, it has had the time to do so.
        site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "by the other worker"))
        always(lambda seq=running: site.is_in(State.RUNNING, seq), 0.3)
        open_gate(gate)
        site.ends_as(State.SUCCEEDED, running)
    soon = note.s(str(site.book), "soon", delay=0.1)
    huey.enqueue(soon)
    late = note.s(str(site.book), "late", delay=1800)
    huey.enqueue(late)
    site.ends_as(State.SUCCEEDED, site.job(soon.id).seq)
    assert site.is_in(State.SCHEDULED, site.job(late.id).seq)
    clock.set(HOUR)
    site.ends_as(State.SUCCEEDED, site.job(late.id).seq)
    assert pool.worker_pids() == workers
    for seq in seqs:
        (attempt,) = site.attempts(seq)
        assert 0 <= (attempt_duration(attempt) or -1) < 60
    jobs = site.read(lambda report: report.jobs(JobFilter()))
    keys = [job.key for job in jobs if job.key]
    assert len(keys) == len(set(keys))
    pool.stop()


def test_a_worker_lost_while_the_clock_was_set_back_has_run_no_negative_time(
    sites: Sites, tmp_path: Path
) -> None:
    clock = Clock(tmp_path / "clock")
    site = sites(POOL_CLOCK=str(clock.file))
    gate = site.gate()
    pool = site.serve()
    (worker,) = pool.worker_pids()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    clock.set(-HOUR)
    os.kill(worker, signal.SIGKILL)
    site.begun(2)
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    assert [(attempt_duration(one) or 0) >= 0 for one in site.attempts(seq)] == [True, True]
    pool.stop()


# Memory


def test_a_worker_that_leaks_is_replaced_after_the_job(sites: Sites) -> None:
    site = sites(app="naughty")
    pool = site.serve(max_rss=100)
    pids = []
    for size in (1, 120, 1, 1):
        job = site.ends_as(State.SUCCEEDED, site.enqueue("leaks", size))
        pids.append(job.result)
    first, leaking, next_, last = pids
    assert first == leaking != next_ == last
    assert "lost" not in pool.said()
    pool.stop()


def test_a_worker_that_is_too_big_from_the_start_still_works(sites: Sites) -> None:
    site = sites(app="naughty")
    pool = site.serve(max_rss=1)
    pids = {site.ends_as(State.SUCCEEDED, site.enqueue("leaks", 0)).result for _ in range(3)}
    assert len(pids) == 3
    pool.stop()
