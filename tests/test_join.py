"""Two pools on one file and queue: they share the work, and each minds its own workers."""

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from pool_support import Pool, Site, Sites, is_gone, open_gate
from waiting import eventually, soon

from jobdash import wake
from jobdash.identity import Identity
from jobdash.job import Attempt, State
from jobdash.report import JobFilter

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000


def two_pools(site: Site, **options: object) -> tuple[Pool, Pool]:
    first = site.serve(**options)
    return first, site.serve(join=True, **options)


def test_without_join_a_second_pool_is_told_who_is_there_and_what_it_can_do(site: Site) -> None:
    pool = site.serve()
    other = site.start()
    assert other.ends() != 0
    assert f"AlreadyRunning: pool pid {pool.pid} already serves queue 'pool'" in other.said()
    assert "--join" in other.said()
    pool.stop()


def test_a_pool_that_joins_nobody_serves_alone(site: Site) -> None:
    pool = site.serve(join=True)
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "done"))
    assert site.start().ends() != 0, "and a third one is told about it"
    pool.stop()


def test_locks_are_not_flushed_under_the_other_pool(site: Site) -> None:
    pool = site.start(join=True, flush_locks=True)
    assert pool.ends() != 0
    assert "UsageError: not --flush-locks with --join" in pool.said()


def test_both_are_seen_with_their_workers(site: Site) -> None:
    first, second = two_pools(site, workers=2)
    seen = site.workers()
    assert [one.kind for one in seen] == ["pool", "worker", "worker"] * 2
    assert {one.pid for one in seen if one.kind == "pool"} == {first.pid, second.pid}
    first.stop()
    assert site.read(lambda report: report.pool()).pid == second.pid
    second.stop()


def test_jobs_are_shared_and_none_runs_twice(site: Site) -> None:
    gate = site.gate()
    first, second = two_pools(site)
    seqs = [site.enqueue("held", site.book, gate, f"job {number}") for number in range(2)]
    running = {line.split()[-1] for line in site.begun(2)}
    assert running == {str(pid) for pid in first.worker_pids() | second.worker_pids()}
    for seq in seqs:
        open_gates(site, gate, seq)
    notes = [site.enqueue("note", site.book, f"note {number}") for number in range(60)]
    for seq in notes:
        site.ends_as(State.SUCCEEDED, seq)
    told = Counter(line for line in site.lines() if line.startswith("note"))
    assert told == {f"note {number}": 1 for number in range(60)}
    first.stop()
    second.stop()


def open_gates(site: Site, gate: Path, seq: int) -> None:
    """Let bodies through until this job has ended."""

    def is_through() -> bool:
        if not site.is_in(State.SUCCEEDED, seq):
            # Unless nobody waits there now.
            with suppress(OSError):
                os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
        return site.is_in(State.SUCCEEDED, seq)

    eventually(is_through)


def test_a_job_wakes_an_idle_worker_of_whichever_pool(site: Site) -> None:
    gate = site.gate()
    first, second = two_pools(site)
    busy = site.enqueue("held", site.book, gate)
    (line,) = site.begun()
    other = second if line.split()[-1] in map(str, first.worker_pids()) else first
    # A worker that no ring has reached looks once a second.
    soon([site.latency(number) for number in range(30)], SECOND / 2)
    notes = site.read(lambda report: report.jobs(JobFilter(task="bodies.note")))
    assert {job.worker for job in notes} == {one.id for one in other.workers()}
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, busy)
    first.stop()
    second.stop()


@pytest.mark.parametrize("leaves", ["first", "second"])
def test_when_one_ends_the_other_goes_on_and_still_hears_the_bell(site: Site, leaves: str) -> None:
    pools = dict(zip(("first", "second"), two_pools(site), strict=True))
    pools.pop(leaves).stop()
    (left,) = pools.values()
    soon([site.latency(number) for number in range(5)], SECOND / 2)
    left.stop()
    assert not os.path.exists(wake.fifo_path(site.database, "pool")), "the last one takes it along"


def test_when_one_is_killed_the_other_runs_its_jobs_within_two_seconds(site: Site) -> None:
    gate = site.gate()
    first, second = two_pools(site, workers=2)
    seqs = [site.enqueue("held", site.book, gate, f"job {number}") for number in range(4)]
    site.begun(4)
    orphans = first.worker_pids()
    killed = time.monotonic()
    first.signal(signal.SIGKILL)
    first.ends()
    # Who is about to die of that must not be let through.
    eventually(lambda: all(map(is_gone, orphans)))
    for seq in seqs:
        open_gates(site, gate, seq)
    assert time.monotonic() - killed < 10
    assert sorted(site.job(seq).rescues for seq in seqs) == [0, 0, 1, 1]
    assert all("died unseen" in str(run.error_message) for run in lost_runs(site, seqs))
    assert no_overlap(site, seqs)
    second.stop()


def lost_runs(site: Site, seqs: list[int]) -> list[Attempt]:
    return [run for seq in seqs for run in site.attempts(seq) if run.outcome == "lost"]


def no_overlap(site: Site, seqs: list[int]) -> bool:
    """Whether no run of a job began before the one before it had ended."""
    pairs = [pair for seq in seqs for pair in pairwise(site.attempts(seq))]
    return all(a.ended_at is not None and a.ended_at <= b.started_at for a, b in pairs)


def test_a_dead_worker_of_a_living_pool_is_left_to_that_pool(site: Site) -> None:
    gate = site.gate()
    first = site.serve()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    (victim,) = first.worker_pids()
    second = site.serve(join=True)
    first.signal(signal.SIGSTOP)
    os.kill(victim, signal.SIGKILL)
    second_has_swept(site)
    assert site.is_in(State.RUNNING, seq)
    first.signal(signal.SIGCONT)
    site.begun(2)
    (lost,) = lost_runs(site, [seq])
    assert "SIGKILL" in str(lost.error_message), "its own pool knows how it died"
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    first.stop()
    second.stop()


def second_has_swept(site: Site) -> None:
    """Wait until somebody who is dead, and registered after everybody else, has been found."""
    crew = site.ledger().crew
    nobody = Identity(pid=0, pgid=None, boot="none", born=0)
    dead = crew.register("guest", "dead", None, nobody, int(time.time() * SECOND))
    eventually(lambda: dead not in {one.id for one in crew.present()})


def test_a_worker_that_its_pool_kills_is_not_taken_for_one_that_died_unseen(site: Site) -> None:
    first, second = two_pools(site)
    seqs = [site.enqueue("in_c_for_so_long") for _ in range(2)]
    for seq in seqs:
        assert site.ends_as(State.FAILED, seq).error_type == "HardTimeLimit"
        assert site.job(seq).rescues == 0
    cancelled = [site.enqueue("in_c") for _ in range(2)]
    eventually(lambda: all(site.is_in(State.RUNNING, seq) for seq in cancelled))
    for seq in cancelled:
        site.ledger().decisions.cancel(seq, int(time.time() * SECOND))
    for seq in cancelled:
        site.ends_as(State.CANCELLED, seq)
    for pool in (first, second):
        eventually(lambda pool=pool: pool.said().count("was killed: ") == 2)
        assert "unseen" not in pool.said()
        pool.stop()


def test_periodic_tasks_run_once_a_minute_for_both(sites: Sites, tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    site = sites(POOL_TICKS=str(ticks))
    first, second = two_pools(site)
    eventually(ticks.exists)
    first.stop()
    second.stop()
    jobs = site.read(lambda report: report.jobs(JobFilter(task="bodies.minutely")))
    assert len({job.key for job in jobs}) == len(jobs)
    # One of a minute that has just begun may not have had its turn.
    ran = [job for job in jobs if job.state is State.SUCCEEDED]
    assert len(ticks.read_text().splitlines()) == len(ran) >= len(jobs) - 1
