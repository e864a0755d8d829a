"""The workers in the dashboard, with a real pool behind it: what the keys come to. About 15 s."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pool_support import Pool, Site, is_gone, open_gate
from tui_support import Screen, Stock, dashboard, now
from waiting import eventually

from jobdash.job import State, Wish, Worker

pytest_plugins = ["pool_fixtures"]


@pytest.fixture(scope="module")
def ground(shared: Callable[..., Site]) -> Site:
    return shared()


@pytest.fixture(scope="module")
def pool(ground: Site) -> Pool:
    """One pool of two workers; every test leaves two that work."""
    return ground.serve(workers=2)


@asynccontextmanager
async def workers_of(site: Site, **options: object) -> AsyncIterator[Screen]:
    async with dashboard(site.database, **options) as screen:  # type: ignore[arg-type]
        await screen.press("5")
        await screen.until("serves")
        yield screen


async def held(site: Site, pool: Pool, screen: Screen, name: str) -> tuple[Worker, int, Path]:
    """A worker that waits in a job with the cursor on it, the job's number, and the gate."""
    gate = site.gate(name)
    seq = site.enqueue("held", site.book, gate)
    await screen.until(lambda: any(one.job == seq for one in pool.workers()))
    await screen.until(f"#{seq}")
    (worker,) = [one for one in pool.workers() if one.job == seq]
    await put_cursor(screen, worker)
    return worker, seq, gate


async def put_cursor(screen: Screen, worker: Worker) -> None:
    rows = screen.app.board.place.rows
    await screen.until(lambda: any(row.worker.id == worker.id for row in rows.rows))
    rows.move_to(next(i for i, row in enumerate(rows.rows) if row.worker.id == worker.id))
    await screen.press()


async def test_a_worker_more_and_a_worker_fewer(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        await screen.press("plus")
        await screen.until("One worker more: 3 workers.")
        await screen.until(lambda: len(pool.workers()) == 3)
        await screen.until("3 workers   0 busy")
        await screen.press("g", "minus")
        await screen.until("idle ones first: 2 workers stay.")
        await screen.until(lambda: len(pool.workers()) == 2)
        await screen.until("2 workers   0 busy")
        assert "- ended" in screen.line_with("removed")


async def test_the_last_worker_goes_only_if_it_is_meant(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        await screen.until("2 workers")
        await screen.press("minus")
        await screen.until("1 worker stays")
        await screen.until(lambda: len(pool.worker_pids()) == 1)
        await screen.press("minus")
        await screen.until("Remove the last worker?")
        await screen.press("escape", "plus")
        await screen.until("2 workers.")
        await screen.until(lambda: len(pool.worker_pids()) == 2)


async def test_a_busy_worker_is_asked_about_and_finishes_first(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        worker, seq, gate = await held(ground, pool, screen, "remove")
        await screen.press("minus")
        await screen.until(f"It runs #{seq}")
        await screen.press("n")
        assert {one.wish for one in pool.workers()} == {None}
        await screen.press("minus")
        await screen.until(f"Remove {worker.name} after its job")
        await screen.press("y")
        await screen.until("» leaving")
        open_gate(gate)
        await screen.until(lambda: is_gone(worker.pid))
        assert ground.ends_as(State.SUCCEEDED, seq).attempts == 1
        await screen.press("plus")
        await screen.until(lambda: len(pool.workers()) == 2)


async def test_restart_makes_a_fresh_process(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        worker = pool.workers()[0]
        await put_cursor(screen, worker)
        await screen.press("r")
        await screen.until(f"{worker.name} starts afresh.")
        await screen.until(lambda: is_gone(worker.pid) and len(pool.workers()) == 2)
        await screen.until("restarted")
        # The cursor goes on to the one that is there now in its place.
        rows = screen.app.board.place.rows
        (successor,) = [one for one in pool.workers() if one.name == worker.name]
        await screen.until(lambda: rows.current.worker.pid == successor.pid)


async def test_restart_on_the_pool_restarts_all(ground: Site, pool: Pool) -> None:
    before = pool.worker_pids()
    async with workers_of(ground) as screen:
        await screen.press("g", "r")
        await screen.until("Restart every worker of this pool?")
        await screen.press("y")
        await screen.until("2 workers start afresh")
        await screen.until(lambda: len(pool.worker_pids() - before) == 2)


async def test_drain_and_again(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        worker, seq, gate = await held(ground, pool, screen, "drain")
        await screen.press("w")
        await screen.until("» draining")
        open_gate(gate)
        await screen.until("◌ drained")
        assert ground.is_in(State.SUCCEEDED, seq)
        assert "1 drained" in screen.text
        assert [one.pid for one in pool.workers() if one.wish is Wish.DRAIN] == [worker.pid]
        await screen.press("w")
        await screen.until("takes jobs again")
        await screen.gone("drained")
        assert {one.wish for one in pool.workers()} == {None}


async def test_its_job_is_opened_and_cancelled(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        _, seq, _ = await held(ground, pool, screen, "cancel")
        await screen.press("enter")
        await screen.until("Attempts")
        await screen.press("escape", "x")
        await screen.until("Cancel 1 job?")
        await screen.press("y")
        await screen.until(lambda: ground.is_in(State.CANCELLED, seq))
        await screen.until(lambda: "idle" in screen.line_with("▎"))
        await screen.press("x")
        await screen.until("This worker has no job at the moment.")


async def test_one_that_was_killed_is_seen_and_what_it_held(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        worker, seq, gate = await held(ground, pool, screen, "kill")
        os.kill(worker.pid, signal.SIGKILL)
        await screen.until(f"held #{seq}  killed by signal 9 (SIGKILL)")
        assert "! died" in screen.line_with(str(worker.pid))
        await screen.until(lambda: ground.job(seq).rescues == 1)
        eventually(lambda: ground.is_in(State.RUNNING, seq))
        open_gate(gate)
        assert ground.ends_as(State.SUCCEEDED, seq).rescues == 1
        await put_cursor(screen, worker)
        await screen.press("r")
        await screen.until("Nothing was changed")
        await screen.press("enter")
        await screen.until(f"Job #{seq}  ")


async def test_figures_of_processes_are_there(ground: Site, pool: Pool) -> None:
    async with workers_of(ground) as screen:
        await screen.until(lambda: "%" in screen.line_with(" w1 "))
        assert " MB" in screen.line_with(" w1 ")
        assert "memory" in screen.line_with("2 workers")


async def test_eighty_columns_have_what_matters(ground: Site, pool: Pool) -> None:
    async with workers_of(ground, size=(80, 24)) as screen:
        worker, seq, gate = await held(ground, pool, screen, "narrow")
        line = screen.line_with(f"#{seq}")
        assert str(worker.pid) in line
        assert "» busy" in line
        assert "bodies.held" in line
        assert " MB" in line
        open_gate(gate)
        ground.ends_as(State.SUCCEEDED, seq)


async def test_who_only_looks_changes_nothing(ground: Site, pool: Pool) -> None:
    async with workers_of(ground, read_only=True) as screen:
        await screen.press("plus")
        await screen.until("to look only")
    assert len(pool.workers()) == 2


# Without a pool


async def test_plus_starts_a_pool_where_there_is_none(site: Site) -> None:
    site.app()
    site.enqueue("note", site.book, "at last")

    class Handle:
        def __init__(self, pool: Pool) -> None:
            self.alive = lambda: pool.process.poll() is None

    async with dashboard(site.database, start_pool=lambda: Handle(site.serve())) as screen:
        assert "+ on Workers starts one" in screen.text
        await screen.press("5")
        await screen.until("+ starts a pool here")
        await screen.press("plus")
        await screen.until("serves")
        await screen.until(lambda: site.lines() == ["at last"])
        await screen.press("q")
        await screen.until("Stop the pool after its running jobs")
        await screen.press("s")
    site.pools[0].stop()


async def test_a_pool_that_was_killed_leaves_word_of_its_workers(site: Site) -> None:
    pool = site.serve(workers=2)
    pool.signal(signal.SIGKILL)
    pool.ends()
    eventually(lambda: not site.workers())
    async with dashboard(site.database) as screen:
        await screen.press("5")
        await screen.until("No worker is running: + starts a pool here")
        assert "the next pool frees what it held" in screen.line_with(" w2 ")
        again = site.serve()
        await screen.until("1 worker   0 busy")
        await screen.until("died unseen")
    again.stop()


async def test_plus_says_why_no_pool_can_be_started(site: Site) -> None:
    site.app()
    async with dashboard(site.database) as screen:
        await screen.press("5", "plus")
        await screen.until("No pool can be started from here.")
        await screen.press("minus")
        await screen.until("There is no worker.")


async def test_guests_keep_their_workers(tmp_path: Path) -> None:
    stock = Stock(tmp_path / "guests.db")
    stock.insert("worker", queue="huey", kind="guest", name="consumer", pid=1, boot="b", born=1,
                 started_at=now())  # fmt: skip
    async with dashboard(stock.path) as screen:
        await screen.press("5")
        await screen.until("consumer")
        await screen.press("w")
        await screen.until("huey_consumer")
    stock.database.close()
