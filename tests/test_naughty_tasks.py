"""What tasks do to their worker: each ends as a user would expect, and the pool lives on.

One pool with one worker for all of them, so that each task runs in what the last one left behind.
About six seconds.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pool_support import Pool, Site, is_gone, open_gate
from waiting import always, eventually, soon, soon_once

from jobdash.job import State

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000


@pytest.fixture(scope="module")
def site(shared: Callable[..., Site]) -> Site:
    return shared(app="naughty")


@pytest.fixture(scope="module")
def started(site: Site) -> Iterator[Pool]:
    pool = site.serve()
    yield pool
    pool.stop()


_numbers = count()


@pytest.fixture
def gate(site: Site) -> Path:
    return _new_gate(site)


@pytest.fixture
def book(site: Site) -> Path:
    return _new_book(site)


def _new_gate(site: Site) -> Path:
    return site.gate(f"gate-{next(_numbers)}")


def _new_book(site: Site) -> Path:
    site.book = site.folder / f"book-{next(_numbers)}"
    return site.book


@pytest.fixture(scope="module")
def usual(site: Site, started: Pool) -> str:
    """How a task finds its process if no other has touched it."""
    return _probe(site)


@pytest.fixture
def pool(site: Site, started: Pool, usual: str) -> Iterator[Pool]:
    """The pool; after each test it must run jobs, and they must find everything as usual."""
    yield started
    assert _probe(site) == usual
    assert started.process.poll() is None


def _probe(site: Site) -> str:
    return str(site.ends_as(State.SUCCEEDED, site.enqueue("probe")).result)


def _cancel(site: Site, seq: int) -> None:
    job = site.job(seq)
    site.ledger().decisions.cancel(seq, (job.started_at or job.created_at) + 1)


def _children(site: Site, wanted: int = 1) -> list[int]:
    lines = eventually(lambda: found if len(found := site.lines()) >= wanted else [])
    return [int(line.split()[1]) for line in lines]


# Ends


@pytest.mark.parametrize(
    ("task", "error"),
    [
        ("exits", "SystemExit"),
        ("quits", "SystemExit"),
        ("is_interrupted", "KeyboardInterrupt"),
        ("is_out_of_memory", "MemoryError"),
        ("recurses", "RecursionError"),
        ("returns_a_lambda", "AttributeError"),
    ],
)
def test_an_end_that_is_meant_for_the_process_is_a_failure_of_the_job(
    site: Site, pool: Pool, task: str, error: str
) -> None:
    workers = pool.worker_pids()
    job = site.ends_as(State.FAILED, site.enqueue(task))
    assert (job.error_type, job.failures, job.rescues) == (error, 1, 0)
    assert pool.worker_pids() == workers


# What is left behind


@pytest.mark.parametrize(
    ("task", "how"),
    [
        ("leaves_a_thread", ""),
        ("forks", "returns"),
        ("forks", "raises"),
        ("forks", "exits"),
        ("forks", "closes all"),
        ("terminates_what_it_has_just_forked", ""),
        ("uses_processes", ""),
        ("closes_streams", "descriptors"),
        ("closes_streams", "files"),
        ("changes_signals", "ignores"),
        ("changes_signals", "defaults"),
        ("changes_signals", "masks"),
        ("changes_umask", ""),
    ],
)
def test_what_a_task_does_to_its_process_does_not_reach_the_next_one(
    site: Site, pool: Pool, task: str, how: str
) -> None:
    workers = pool.worker_pids()
    site.ends_as(State.SUCCEEDED, site.enqueue(task, *filter(None, [how])))
    assert pool.worker_pids() == workers


@pytest.mark.parametrize("how", ["stays", "removes"])
def test_a_folder_that_a_task_has_gone_to_is_left_again(
    site: Site, pool: Pool, tmp_path: Path, how: str
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    site.ends_as(State.SUCCEEDED, site.enqueue("goes_away", folder, how))


def test_a_worker_whose_descriptors_were_closed_is_replaced_before_it_writes(
    site: Site, pool: Pool
) -> None:
    seq = site.enqueue("closes_everything")
    job = site.ends_as(State.FAILED, seq)
    assert job.rescues == 3
    assert "worker lost 3 times" in str(job.reason)
    assert "the task had closed file descriptors of its worker" in str(job.error_message)


def test_signals_that_a_task_has_changed_still_stop_the_next_one(
    site: Site, pool: Pool, gate: Path
) -> None:
    workers = pool.worker_pids()
    for how in ("masks", "ignores"):
        site.enqueue("changes_signals", how)
    seq = site.enqueue("waits", gate)
    eventually(lambda: site.is_in(State.RUNNING, seq))
    _cancel(site, seq)
    assert site.ends_as(State.CANCELLED, seq).reason == "cancelled while it ran"
    assert pool.worker_pids() == workers


def test_an_alarm_that_a_task_has_left_does_not_end_the_next_one(
    site: Site, pool: Pool, gate: Path
) -> None:
    site.enqueue("leaves_an_alarm")
    seq = site.enqueue("waits", gate)
    eventually(lambda: site.is_in(State.RUNNING, seq))
    always(lambda: site.is_in(State.RUNNING, seq), 0.1)
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    assert len(site.attempts(seq)) == 1


def test_a_child_that_is_left_ends_with_its_worker_and_a_daemon_does_not(
    site: Site, pool: Pool, gate: Path, book: Path
) -> None:
    (worker,) = pool.worker_pids()
    site.ends_as(State.SUCCEEDED, site.enqueue("leaves_a_daemon", book, gate))
    site.ends_as(State.SUCCEEDED, site.enqueue("leaves_a_child", book, gate))
    daemon, child = _children(site, 2)
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: is_gone(child))
    assert not is_gone(daemon)
    open_gate(gate)
    eventually(lambda: is_gone(daemon))


def test_a_database_that_a_task_has_read_as_a_file_stays_whole(
    site: Site, pool: Pool, tmp_path: Path
) -> None:
    before = site.ends_as(State.SUCCEEDED, site.enqueue("probe"))
    site.ends_as(State.SUCCEEDED, site.enqueue("copies_the_database", tmp_path / "copy"))
    # Another process that opens and closes it last would delete the WAL, were the pool not there.
    site.app().huey.storage.close()
    assert site.ends_as(State.SUCCEEDED, site.enqueue("probe")).seq > before.seq
    assert site.job(before.seq).state is State.SUCCEEDED
    assert site.ledger().database.rows("PRAGMA integrity_check") == [("ok",)]


# Time limits


@pytest.mark.parametrize("how", ["in C", "in Python", "deaf"])
def test_a_hard_limit_ends_whatever_goes_on_and_all_it_started(
    site: Site, pool: Pool, gate: Path, book: Path, how: str
) -> None:
    seq = site.enqueue("never_ends", book, gate, how)
    job = site.ends_as(State.FAILED, seq)
    assert (job.error_type, job.failures, job.rescues) == ("HardTimeLimit", 2, 0)
    attempts = site.attempts(seq)
    assert [one.error_message for one in attempts] == [
        f"job #{seq} outlasted its hard time limit of 0.3 s"
    ] * 2
    ran = [(one.ended_at or 0) - one.started_at for one in attempts]
    assert min(ran) >= 0.3 * SECOND
    soon(ran, 1.3 * SECOND, late=1)
    for child in _children(site, 2):
        eventually(lambda child=child: is_gone(child))


def test_a_soft_limit_raises_in_the_task_and_the_retry_policy_applies(
    site: Site, pool: Pool
) -> None:
    workers = pool.worker_pids()
    seq = site.enqueue("is_too_slow")
    job = site.ends_as(State.FAILED, seq)
    assert job.failures == 2
    told = [(one.error_type, one.error_message) for one in site.attempts(seq)]
    assert told == [("TaskTimeout", "timeout (0.1s)")] * 2
    assert pool.worker_pids() == workers


def test_a_soft_limit_that_is_swallowed_is_followed_by_the_hard_one(
    site: Site, pool: Pool, gate: Path
) -> None:
    job = site.ends_as(State.FAILED, site.enqueue("swallows_its_timeout", gate))
    assert job.error_type == "HardTimeLimit"


# Cancelling


@pytest.mark.parametrize("how", ["in C", "in Python", "stopped"])
def test_a_cancelled_task_is_gone_within_2_seconds_and_its_slot_works_within_2_5(
    site: Site, pool: Pool, how: str
) -> None:
    def cancel() -> float:
        seq, children = _get_going(site, pool, how)
        following = site.enqueue("probe")
        asked = time.monotonic()
        _cancel(site, seq)
        site.ends_as(State.CANCELLED, seq)
        gone = time.monotonic() - asked
        site.ends_as(State.SUCCEEDED, following)
        assert all(map(is_gone, children))
        return max(gone, time.monotonic() - asked - 0.5)

    soon_once(cancel, 2)


def _get_going(site: Site, pool: Pool, how: str) -> tuple[int, list[int]]:
    """Start a job that has to be killed; return its number and what it has started."""
    gate = _new_gate(site)
    if how == "stopped":
        seq, children = site.enqueue("waits", gate), []
    else:
        seq = site.enqueue("goes_on", _new_book(site), gate, how)
        children = _children(site)
    eventually(lambda: site.is_in(State.RUNNING, seq))
    if how == "stopped":
        (worker,) = pool.worker_pids()
        os.kill(worker, signal.SIGSTOP)
    return seq, children
