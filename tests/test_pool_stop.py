"""Ending jobs and pools: cancelling, time limits, stops, and one pool for each file and queue."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from pool_support import Site, Sites, is_gone, open_gate
from waiting import always, eventually

from jobdash import wake
from jobdash.broker.times import now
from jobdash.job import State
from jobdash.report.rates import axis

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000

# Limits


def test_a_running_job_is_cancelled_softly(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    before = pool.worker_pids()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    _cancel(site, seq)
    site.ends_as(State.CANCELLED, seq)
    assert pool.worker_pids() == before
    pool.stop()


@pytest.mark.parametrize("task", ["deaf", "in_c"])
def test_a_running_job_that_does_not_listen_is_cancelled_hard(site: Site, task: str) -> None:
    gate = site.gate()
    pool = site.serve()
    (victim,) = pool.worker_pids()
    arguments = [site.book, gate] if task == "deaf" else []
    seq = site.enqueue(task, *arguments)
    eventually(lambda: site.is_in(State.RUNNING, seq))
    _cancel(site, seq)
    site.ends_as(State.CANCELLED, seq)
    eventually(lambda: (pids := pool.worker_pids()) and pids != {victim})
    pool.says(f"was killed: job #{seq} was cancelled and did not stop")
    pool.stop()


def test_what_a_cancelled_task_left_running_ends_with_its_worker(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    seq = site.enqueue("with_child", site.book, gate)
    (child,) = [int(line.split()[1]) for line in eventually(site.lines)]
    _cancel(site, seq)
    site.ends_as(State.CANCELLED, seq)
    pool.stop()
    assert is_gone(child)


def test_what_a_pool_has_done_last_is_in_the_charts(site: Site) -> None:
    pool = site.serve()
    for number in range(3):
        site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, number))
    pool.stop()
    over = axis(now(), 60 * SECOND, 5)
    (noted,) = site.read(lambda report: report.noted_points(over)).values()
    assert (noted[-1].arrived, noted[-1].ended) == (3, 3)


def _cancel(site: Site, seq: int) -> None:
    job = site.job(seq)
    site.ledger().decisions.cancel(seq, (job.started_at or job.created_at) + 1)


def test_a_soft_time_limit_raises_in_the_task(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    job = site.ends_as(State.FAILED, site.enqueue("slow_to_time_out", gate, timeout=0.2))
    assert job.error_type == "TaskTimeout"
    pool.stop()


def test_a_hard_time_limit_kills_what_sits_in_c_code(site: Site) -> None:
    pool = site.serve()
    seq = site.enqueue("in_c_for_so_long")
    job = site.ends_as(State.FAILED, seq)
    assert "hard time limit" in str(job.error_message)
    pool.says(f"was killed: job #{seq} outlasted its hard time limit")
    pool.stop()


# Stopping


def test_a_stop_waits_for_the_running_job_and_takes_no_other(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    seq = site.enqueue("held", site.book, gate)
    waiting = site.enqueue("note", site.book, "too late")
    site.begun()
    pool.signal(signal.SIGTERM)
    pool.says("SIGTERM: stopping after the running jobs")
    always(lambda: pool.process.poll() is None, 0.2)
    open_gate(gate)
    assert pool.ends() == 0
    assert site.job(seq).state is State.SUCCEEDED
    assert site.job(waiting).state is State.PENDING
    assert not site.workers()
    assert {one.ended_how for one in site.workers(everyone=True)} == {"stopped", "exit code 0"}
    assert not Path(wake.fifo_path(site.database, "pool")).exists()


@pytest.mark.parametrize(("first", "code"), [(signal.SIGINT, 130), (signal.SIGHUP, 130)])
def test_a_second_signal_returns_the_running_job_uncounted(
    site: Site, first: signal.Signals, code: int
) -> None:
    gate = site.gate()
    pool = site.serve()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    pool.signal(first)
    pool.says("stopping")
    pool.signal(signal.SIGINT)
    assert pool.ends() == code
    job = site.job(seq)
    assert (job.state, job.failures, job.rescues) == (State.PENDING, 0, 0)
    assert len(site.lines()) == 1


def test_a_job_that_ignores_the_stop_is_killed_and_goes_back(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    seq = site.enqueue("deaf", site.book, gate)
    site.begun()
    pool.signal(signal.SIGINT)
    pool.says("stopping")
    pool.signal(signal.SIGTERM)
    assert pool.ends() == 143
    assert site.job(seq).state is State.PENDING
    assert "returned by a stop" in str(site.attempts(seq)[0].error_message)


def test_a_stop_has_patience_for_so_long(site: Site) -> None:
    gate = site.gate()
    pool = site.serve(shutdown_timeout=0.2)
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    pool.signal(signal.SIGTERM)
    assert pool.ends() == 0
    assert site.job(seq).state is State.PENDING


def test_a_stop_while_the_app_is_imported_ends_at_once(sites: Sites, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    (code / "slow.py").write_text(f"open({str(gate)!r}).read()\n")
    site = sites(code=code)
    pool = site.start("slow:huey")
    eventually(lambda: len(site.processes()) == 2)
    pool.signal(signal.SIGTERM)
    assert pool.ends() == 0


def test_signals_to_every_process_stop_as_one_does(site: Site) -> None:
    gate = site.gate()
    pool = site.serve(workers=2)
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    for pid in site.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    pool.says("stopping")
    open_gate(gate)
    assert pool.ends() == 0
    assert site.job(seq).state is State.SUCCEEDED


# One pool for each file and queue


def test_a_second_pool_says_who_serves(site: Site) -> None:
    pool = site.serve()
    second = site.start()
    assert second.ends() == 1
    assert "AlreadyRunning" in second.said()
    assert f"pool pid {pool.pid}" in second.said()
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "not disturbed"))
    pool.stop()


def test_of_many_pools_started_at_once_one_serves(site: Site) -> None:
    site.app()
    pools = [site.start() for _ in range(4)]
    eventually(lambda: sum(pool.process.poll() is None for pool in pools) == 1)
    (serving,) = [pool for pool in pools if pool.process.poll() is None]
    eventually(serving.workers)
    serving.stop()


def test_another_queue_than_wanted_is_refused(site: Site) -> None:
    pool = site.start(queue="mail")
    assert pool.ends() == 1
    assert "the app's queue is 'pool', not 'mail'" in pool.said()


def test_a_pool_whose_file_is_taken_away_stops_and_says_so(site: Site) -> None:
    pool = site.serve()
    os.rename(site.database, site.folder / "elsewhere.db")
    assert pool.ends() == 1
    assert "was removed while the pool served it" in pool.said()
