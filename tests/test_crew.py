"""Pools that are told to grow, shrink, rest and start afresh, by real processes. About 12 s."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from pool_support import APPS, Pool, Site, Sites, is_gone, open_gate
from waiting import always, eventually

from jobdash.control.crew import CrewControl
from jobdash.errors import NotFound, Refused, UsageError
from jobdash.job import State, Wish, Worker

pytest_plugins = ["pool_fixtures"]


@pytest.fixture(scope="module")
def ground(shared: Callable[..., Site]) -> Site:
    return shared()


@pytest.fixture(scope="module")
def everlasting(ground: Site) -> Pool:
    """One pool for the tests that only resize it."""
    return ground.serve(workers=2)


@pytest.fixture
def pool(ground: Site, everlasting: Pool) -> Pool:
    """That pool, with two workers, idle and not drained."""
    with crew(ground) as control:
        for one in everlasting.workers():
            if one.wish is Wish.DRAIN:
                control.resume(one)
        boss = itself(ground)
        assert boss.size is not None
        if boss.size > 2:
            control.remove_some(boss, boss.size - 2)
        elif boss.size < 2:
            control.add(boss, 2 - boss.size)
    eventually(lambda: doings(everlasting) == ["idle", "idle"])
    if ground.book.exists():
        ground.book.unlink()
    return everlasting


@contextmanager
def crew(site: Site) -> Iterator[CrewControl]:
    control = CrewControl(site.database)
    try:
        yield control
    finally:
        control.close()


def itself(site: Site) -> Worker:
    return next(one for one in site.workers() if one.kind == "pool")


def doings(pool: Pool) -> list[str]:
    return sorted(one.doing for one in pool.workers())


def ended_as(site: Site, how: str) -> list[Worker]:
    return [one for one in site.workers(everyone=True) if one.ended_how == how]


def names(pool: Pool) -> list[str]:
    return sorted(one.name for one in pool.workers())


def busy(site: Site, pool: Pool, gate_name: str) -> tuple[Worker, int, object]:
    """A worker that waits in a job, the job's number, and the gate."""
    gate = site.gate(gate_name)
    seq = site.enqueue("held", site.book, gate)
    worker = eventually(lambda: next((one for one in pool.workers() if one.job == seq), None))
    return worker, seq, gate


def test_a_pool_grows_and_shrinks(ground: Site, pool: Pool) -> None:
    with crew(ground) as control:
        assert control.add(itself(ground), 2) == 4
        eventually(lambda: len(pool.workers()) == 4)
        assert len(set(names(pool))) == 4
        assert itself(ground).size == 4
        size, gone = control.remove_some(itself(ground), 3)
        eventually(lambda: len(pool.workers()) == 1)
    assert (size, len(gone)) == (1, 3)
    eventually(lambda: {one.name for one in ended_as(ground, "removed")} == set(gone))
    always(lambda: len(pool.workers()) == 1, 0.3)


def test_a_pool_without_workers_waits_for_some(ground: Site, pool: Pool) -> None:
    with crew(ground) as control:
        control.remove_some(itself(ground), 2)
        eventually(lambda: not pool.workers())
        seq = ground.enqueue("note", ground.book, "later")
        always(lambda: ground.is_in(State.PENDING, seq), 0.2)
        control.add(itself(ground))
    ground.ends_as(State.SUCCEEDED, seq)
    assert names(pool) == ["w1"]


def test_an_idle_worker_goes_before_a_busy_one(ground: Site, pool: Pool) -> None:
    worker, seq, gate = busy(ground, pool, "idle-first")
    with crew(ground) as control:
        assert worker.name not in control.remove_some(itself(ground), 1)[1]
    eventually(lambda: [one.id for one in pool.workers()] == [worker.id])
    open_gate(gate)
    assert ground.ends_as(State.SUCCEEDED, seq).rescues == 0


def test_a_removed_worker_finishes_its_job_first(ground: Site, pool: Pool) -> None:
    worker, seq, gate = busy(ground, pool, "remove")
    with crew(ground) as control:
        assert control.remove(worker)
        assert not control.remove(worker)
        with pytest.raises(Refused, match="is leaving: it cannot drain"):
            control.drain(worker)
        with pytest.raises(Refused, match="is leaving: it cannot resume"):
            control.resume(worker)
    assert doings(pool) == ["idle", "leaving"]
    other = ground.enqueue("note", ground.book, "by the other")
    ground.ends_as(State.SUCCEEDED, other)
    open_gate(gate)
    job = ground.ends_as(State.SUCCEEDED, seq)
    assert (job.attempts, job.rescues) == (1, 0)
    eventually(lambda: len(pool.workers()) == 1)
    assert is_gone(worker.pid)
    always(lambda: len(pool.workers()) == 1, 0.3)


@pytest.mark.parametrize("is_busy", [False, True])
def test_a_restarted_worker_is_a_fresh_process_in_its_place(
    ground: Site, pool: Pool, is_busy: bool
) -> None:
    worker = pool.workers()[0]
    if is_busy:
        worker, seq, gate = busy(ground, pool, "restart")
    with crew(ground) as control:
        control.restart(worker)
    if is_busy:
        eventually(lambda: "restarting" in doings(pool))
        open_gate(gate)
        assert ground.ends_as(State.SUCCEEDED, seq).attempts == 1
    eventually(lambda: is_gone(worker.pid) and doings(pool) == ["idle", "idle"])
    assert names(pool) == ["w1", "w2"]
    (before,) = [one for one in ground.workers(everyone=True) if one.id == worker.id]
    assert before.ended_how == "restarted"


def test_restarting_often_is_no_crash_loop(ground: Site, pool: Pool) -> None:
    for _ in range(8):
        first = next(one for one in pool.workers() if one.name == "w1")
        with crew(ground) as control:
            control.restart(first)
        eventually(partial(is_renewed, pool, first))
    assert "keeps ending early" not in pool.said()


def test_a_drained_worker_stays_and_takes_no_jobs(ground: Site, pool: Pool) -> None:
    worker, seq, gate = busy(ground, pool, "drain")
    (other,) = [one for one in pool.workers() if one.id != worker.id]
    with crew(ground) as control:
        assert control.drain(worker)
        assert not control.drain(worker)
        assert doings(pool) == ["draining", "idle"]
        open_gate(gate)
        ground.ends_as(State.SUCCEEDED, seq)
        eventually(lambda: doings(pool) == ["drained", "idle"])
        control.drain(other)
        eventually(lambda: doings(pool) == ["drained", "drained"])
        waiting = job_that_nobody_takes(ground)
        assert control.resume(worker)
        assert not control.resume(worker)
    ground.ends_as(State.SUCCEEDED, waiting)
    assert pool.worker_pids() == {worker.pid, other.pid}


@pytest.mark.parametrize("wish", ["drain", "remove", "restart"])
def test_whoever_is_wanted_elsewhere_leaves_what_waits(ground: Site, pool: Pool, wish: str) -> None:
    worker, seq, gate = busy(ground, pool, f"leaves-{wish}")
    (other,) = [one for one in pool.workers() if one.id != worker.id]
    with crew(ground) as control:
        control.drain(other)
        waiting = job_that_nobody_takes(ground)
        seen = pool.said().count(f"(pid {worker.pid}) is to {wish}")
        getattr(control, wish)(worker)
        eventually(lambda: pool.said().count(f"(pid {worker.pid}) is to {wish}") > seen)
        # It is on its way to the worker, who would take one more job before it has come.
        always(partial(ground.is_in, State.RUNNING, seq), 0.2)
        open_gate(gate)
        ground.ends_as(State.SUCCEEDED, seq)
        if wish == "restart":
            job = ground.ends_as(State.SUCCEEDED, waiting)
            assert job.worker != worker.id
        else:
            always(lambda: ground.is_in(State.PENDING, waiting), 0.2)
            control.resume(other)
            assert ground.ends_as(State.SUCCEEDED, waiting).worker == other.id


def is_renewed(pool: Pool, worker: Worker) -> bool:
    return is_gone(worker.pid) and doings(pool) == ["idle", "idle"]


def told(pool: Pool, worker: Worker, wish: str, seconds: float = 5) -> None:
    """Wait until the pool has seen a wish."""
    eventually(lambda: f"(pid {worker.pid}) is to {wish}" in pool.said(), seconds)


def job_that_nobody_takes(site: Site) -> int:
    """A job that stays pending: one or two may still be taken by who has not heard yet."""
    while True:
        seq = site.enqueue("note", site.book, "for nobody")
        with suppress(AssertionError):
            always(partial(site.is_in, State.PENDING, seq), 0.2)
            return seq


def test_a_drained_worker_that_is_killed_is_drained_again(ground: Site, pool: Pool) -> None:
    worker = pool.workers()[0]
    pool.signal(signal.SIGSTOP)
    with crew(ground) as control:
        control.drain(worker)
        os.kill(worker.pid, signal.SIGKILL)
        pool.signal(signal.SIGCONT)
        eventually(lambda: is_gone(worker.pid) and doings(pool) == ["drained", "idle"])
        (drained,) = [one for one in pool.workers() if one.wish is Wish.DRAIN]
        assert drained.name == worker.name
        control.restart(drained)
    eventually(lambda: doings(pool) == ["idle", "idle"])


def test_a_drained_worker_can_be_removed_and_goes_first(ground: Site, pool: Pool) -> None:
    worker = pool.workers()[0]
    with crew(ground) as control:
        control.drain(worker)
        assert control.remove_some(itself(ground), 1) == (1, [worker.name])
    eventually(lambda: len(pool.workers()) == 1)
    assert is_gone(worker.pid)


def test_what_cannot_be_wanted_is_refused_in_words(ground: Site, pool: Pool) -> None:
    boss = itself(ground)
    with crew(ground) as control:
        for count in (0, -1, 999):
            with pytest.raises(UsageError, match="from 0 to 1000"):
                control.add(boss, count)
        for count in (0, 3):
            with pytest.raises(UsageError, match="the pool has 2 workers"):
                control.remove_some(boss, count)
        with pytest.raises(Refused, match="is no worker"):
            control.drain(boss)
        with pytest.raises(Refused, match="is no pool"):
            control.add(pool.workers()[0])
    assert doings(pool) == ["idle", "idle"]


def test_the_size_outlives_the_forker(ground: Site, pool: Pool) -> None:
    with crew(ground) as control:
        control.add(itself(ground))
        eventually(lambda: len(pool.workers()) == 3)
        old = pool.worker_pids()
        os.kill(pool.forker(), signal.SIGKILL)
        control.remove_some(itself(ground), 1)
    eventually(lambda: len(pids := pool.worker_pids()) == 2 and old.isdisjoint(pids))
    always(lambda: len(pool.workers()) == 2, 0.3)


def test_a_wish_is_seen_soon(ground: Site, pool: Pool) -> None:
    with crew(ground) as control:
        for worker in pool.workers():
            control.restart(worker)
            told(pool, worker, "restart", seconds=1)
            eventually(partial(is_gone, worker.pid))
    eventually(lambda: doings(pool) == ["idle", "idle"])


def test_a_worker_that_dies_before_its_pool_knows_of_the_wish_is_not_replaced(
    ground: Site, pool: Pool
) -> None:
    worker = pool.workers()[0]
    pool.signal(signal.SIGSTOP)
    with crew(ground) as control:
        control.remove(worker)
    os.kill(worker.pid, signal.SIGKILL)
    pool.signal(signal.SIGCONT)
    eventually(lambda: is_gone(worker.pid) and len(pool.workers()) == 1)
    always(lambda: len(pool.workers()) == 1, 0.3)


# Pools of their own


def test_a_reload_keeps_the_size_and_who_is_drained(sites: Sites, tmp_path: Path) -> None:
    shutil.copytree(APPS, tmp_path / "code")
    site = sites(code=tmp_path / "code")
    pool = site.serve(workers=1, reload=True)
    with crew(site) as control:
        control.add(itself(site), 2)
        eventually(lambda: len(pool.workers()) == 3)
        (second,) = [one for one in pool.workers() if one.name == "w2"]
        control.drain(second)
        told(pool, second, "drain")
    old = pool.worker_pids()
    os.utime(site.code / "bodies.py", (2_000_000_000, 2_000_000_000))
    pool.says("reloaded")
    eventually(lambda: len(pids := pool.worker_pids()) == 3 and old.isdisjoint(pids))
    assert {one.name: one.doing for one in pool.workers()} == {
        "w1": "idle", "w2": "drained", "w3": "idle",
    }  # fmt: skip
    pool.stop()


def test_a_wish_dies_with_its_pool(site: Site) -> None:
    pool = site.serve(workers=2)
    boss, worker = itself(site), pool.workers()[0]
    gate = site.gate()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    pool.signal(signal.SIGSTOP)
    with crew(site) as control:
        control.add(boss, 3)
        control.remove(worker)
        pool.signal(signal.SIGKILL)
        pool.process.wait()
        eventually(lambda: not site.workers())
        with pytest.raises(Refused, match=r"is gone \(it died\): start one with `jobdash worker`"):
            control.add(boss)
        with pytest.raises(Refused, match="is gone"):
            control.restart(worker)
    again = site.serve(workers=1)
    assert [one.wish for one in again.workers()] == [None]
    site.begun(2)
    open_gate(gate)
    job = site.ends_as(State.SUCCEEDED, seq)
    assert job.rescues == 1
    again.stop()


def test_a_pool_that_stops_takes_no_wishes(site: Site) -> None:
    pool = site.serve()
    gate = site.gate()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    pool.signal(signal.SIGTERM)
    eventually(lambda: itself(site).doing == "stops")
    with crew(site) as control, pytest.raises(Refused, match="is stopping"):
        control.add(itself(site))
    open_gate(gate)
    assert pool.ends() == 0
    assert site.is_in(State.SUCCEEDED, seq)


def test_a_drained_worker_ends_with_its_pool(site: Site) -> None:
    pool = site.serve()
    with crew(site) as control:
        control.drain(pool.workers()[0])
    told(pool, pool.workers()[0], "drain")
    pool.stop()


def test_each_of_two_pools_is_told_apart(site: Site) -> None:
    first = site.serve()
    second = site.serve(join=True)
    bosses = [one for one in site.workers() if one.kind == "pool"]
    with crew(site) as control:
        control.add(bosses[1])
    eventually(lambda: len(second.workers()) == 2)
    assert len(first.workers()) == 1
    first.stop()
    second.stop()


def test_nobody_is_refused_as_nobody(site: Site) -> None:
    site.app()
    ghost = Worker(77, "pool", "worker", "w1", 1, None, 1, None, None, 0, 0, True, None, None, None)
    with crew(site) as control, pytest.raises(NotFound, match="there is no worker 77"):
        control.drain(ghost)
