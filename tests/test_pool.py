"""The pool as real processes: what it runs, survives, stops and says. No process is left behind."""

import os
import signal
from pathlib import Path

import pytest
from pool_support import Pool, Site, Sites, is_gone, open_gate
from waiting import eventually, soon, soon_once

from jobdash.job import State
from jobdash.liveness import is_alive
from jobdash.report import JobFilter, parse_filter

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000

# Serving


def test_jobs_run_in_worker_processes_and_wake_them(site: Site) -> None:
    pool = site.serve(workers=2)
    eventually(lambda: len(pool.workers()) == 2)
    # Without a ring, a worker would look only once a second.
    soon([site.latency(number) for number in range(20)], SECOND / 2)
    assert site.lines() == [f"job {number}" for number in range(20)]
    eventually(lambda: sum(one.done for one in pool.workers()) == 20)
    pool.stop()


def test_what_a_job_enqueues_is_below_it_in_its_tree(site: Site) -> None:
    pool = site.serve(workers=2)
    seq = site.enqueue("enqueues", site.book)
    site.ends_as(State.SUCCEEDED, seq)
    tree = site.read(lambda report: report.workflow(seq))
    assert [str(line.role) for line in tree] == ["", "child", "group", "member", "member", "then"]
    assert {line.job.parent for line in tree[1:5] if line.job} == {seq}
    found = site.read(lambda report: report.jobs(JobFilter(terms=parse_filter(f"parent:#{seq}"))))
    assert sorted(job.seq for job in found) == [seq + 1, seq + 2, seq + 3]
    pool.stop()


def test_jobs_that_wait_are_shared_by_all_workers(site: Site) -> None:
    gate = site.gate()
    seqs = [site.enqueue("held", site.book, gate, f"job {number}") for number in range(3)]
    pool = site.serve(workers=3)
    assert {line.split()[-1] for line in site.begun(3)} == {str(pid) for pid in pool.worker_pids()}
    open_gate(gate)
    for seq in seqs:
        eventually(lambda seq=seq: _let_in(gate, site, seq))
    pool.stop()


def _let_in(gate: Path, site: Site, seq: int) -> bool:
    if not site.is_in(State.SUCCEEDED, seq):
        writer = _opened_if_wanted(gate)
        if writer is not None:
            os.close(writer)
    return site.is_in(State.SUCCEEDED, seq)


def _opened_if_wanted(gate: Path) -> int | None:
    try:
        return os.open(gate, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def test_the_tasks_are_written_down(site: Site) -> None:
    pool = site.serve()
    tasks = {task.name: task for task in site.read(lambda report: report.tasks())}
    described = tasks["bodies.described"]
    assert "hunter2" not in described.parameters
    assert described.doc == "Does nothing.\n\nAt length."
    assert (described.retries, described.retry_delay, described.priority) == (2, 1.5, 7)
    assert not described.periodic
    pool.stop()


def test_a_scheduled_job_runs_when_it_is_due(site: Site) -> None:
    pool = site.serve()
    soon_once(lambda: _delay_of_a_scheduled_job(site), SECOND / 5)
    pool.stop()


def _delay_of_a_scheduled_job(site: Site) -> int:
    task = site.app().note.s(str(site.book), "later", delay=0.3)
    site.app().huey.enqueue(task)
    job = site.ends_as(State.SUCCEEDED, site.job(task.id).seq)
    assert job.started_at is not None
    assert job.eta is not None
    assert job.started_at >= job.eta
    return job.started_at - job.eta


def test_a_periodic_task_is_enqueued_once_a_minute_even_by_a_new_pool(
    sites: Sites, tmp_path: Path
) -> None:
    ticks = tmp_path / "ticks"
    site = sites(POOL_TICKS=str(ticks))
    for _ in range(2):
        pool = site.serve()
        eventually(ticks.exists)
        pool.stop()
    jobs = site.read(lambda report: report.jobs(_everything()))
    assert len({job.key for job in jobs}) == len(jobs)
    # One of a minute that has just begun may not have had its turn.
    ran = [job for job in jobs if job.state is State.SUCCEEDED]
    assert len(ticks.read_text().splitlines()) == len(ran) >= len(jobs) - 1


def _everything() -> object:
    from jobdash.report import JobFilter

    return JobFilter()


def test_periodic_tasks_can_be_left_out(sites: Sites, tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    site = sites(POOL_TICKS=str(ticks))
    pool = site.serve(periodic=False)
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "done"))
    pool.stop()
    assert not ticks.exists()


def test_hooks_run_in_each_worker(sites: Sites, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    site = sites(POOL_HOOKS=str(hooks))
    pool = site.serve(workers=2)
    pids = pool.worker_pids()
    pool.stop()
    lines = hooks.read_text().splitlines()
    assert sorted(lines) == sorted(
        f"{kind} {pid}" for kind in ("startup", "shutdown") for pid in pids
    )


def test_a_worker_is_replaced_after_so_many_jobs(site: Site) -> None:
    pool = site.serve(max_tasks=2)
    first = pool.worker_pids()
    for number in range(2):
        site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, str(number)))
    eventually(lambda: (pids := pool.worker_pids()) and pids.isdisjoint(first))
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "by the next one"))
    assert "lost" not in pool.said()
    pool.stop()


def test_a_task_lock_that_a_dead_worker_left_can_be_flushed(site: Site) -> None:
    huey = site.app().huey
    lock = huey.lock_task("left behind")
    lock.acquire()
    pool = site.serve(extra_locks="left behind")
    assert not huey.is_locked("left behind")
    pool.stop()


def test_another_file_than_the_app_names_can_be_served(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    pool = site.start(database=str(other))
    pool.says(f"serves {other}")
    pool.stop()


def test_pools_of_two_queues_share_a_file(site: Site) -> None:
    pool = site.serve()
    other = site.serve("second:huey")
    other.stop()
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "still served"))
    pool.stop()


# Losing workers


def test_a_killed_worker_is_replaced_and_its_job_runs_again(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    (victim,) = pool.worker_pids()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: (pids := pool.worker_pids()) and pids != {victim})
    site.begun(2)
    open_gate(gate)
    job = site.ends_as(State.SUCCEEDED, seq)
    lost, run = site.attempts(seq)
    assert (lost.number, lost.outcome, run.number) == (1, "lost", 2)
    assert "SIGKILL" in str(lost.error_message)
    assert lost.ended_at is not None
    assert run.started_at - lost.ended_at < SECOND, "the replacement had to wait"
    assert (job.rescues, job.failures) == (1, 0)
    (gone,) = [one for one in site.workers(everyone=True) if one.pid == victim]
    assert gone.ended_how == f"killed by signal 9 (SIGKILL); it held #{seq}"
    pool.says(f"(pid {victim}) is lost: killed by signal 9 (SIGKILL); it held job #{seq}")
    pool.stop()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("exit", "exit code 3"),
        ("SIGSEGV", "signal 11 (SIGSEGV)"),
        ("SIGKILL", "signal 9 (SIGKILL)"),
    ],
)
def test_a_job_that_kills_its_workers_is_given_up(site: Site, how: str, words: str) -> None:
    pool = site.serve()
    seq = site.enqueue("dies", site.book, how)
    job = site.ends_as(State.FAILED, seq)
    assert len(site.lines()) == 3
    assert words in str(job.error_message)
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "life goes on"))
    pool.stop()


def test_the_error_handler_of_a_job_that_kills_its_workers_runs(site: Site) -> None:
    pool, app = site.serve(), site.app()
    handler = app.note.s(str(site.book))
    app.huey.enqueue(app.dies.s(str(site.book), "SIGKILL").error(handler))
    site.ends_as(State.FAILED, 1)
    job = site.ends_as(State.SUCCEEDED, 2)
    assert (job.task, job.parent) == ("bodies.note", 1)
    *died, told = site.lines()
    assert len(died) == 3
    assert told == "worker lost 3 times, the last: killed by signal 9 (SIGKILL)"
    pool.stop()


def test_a_killed_worker_takes_its_children_along(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    (victim,) = pool.worker_pids()
    site.enqueue("with_child", site.book, gate)
    (child,) = [int(line.split()[1]) for line in eventually(site.lines)]
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: is_gone(child))
    eventually(lambda: len(site.lines()) == 2)
    pool.signal(signal.SIGTERM)
    open_gate(gate)
    assert pool.ends() == 0


def test_no_job_is_lost_or_run_twice_at_once_when_the_whole_pool_is_killed(site: Site) -> None:
    gate = site.gate()
    pool = site.serve(workers=2)
    seqs = [site.enqueue("held", site.book, gate, f"job {number}") for number in range(2)]
    before = site.begun(2)
    pool.signal(signal.SIGKILL)
    pool.ends()
    eventually(lambda: not site.processes())
    assert [site.job(seq).state for seq in seqs] == [State.RUNNING] * 2

    again = site.start(workers=2)
    eventually(lambda: len(site.lines()) == 4)
    for seq in seqs:
        eventually(lambda seq=seq: _let_in(gate, site, seq))
    pids = {line.split()[-1] for line in before}
    assert not any(line.startswith("end") and line.split()[-1] in pids for line in site.lines())
    assert all(site.job(seq).rescues == 1 for seq in seqs)
    again.stop()


def test_a_file_that_stays_locked_delays_a_rescue_and_ends_nothing(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    (victim,) = pool.worker_pids()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    with site.ledger().database.transaction():
        os.kill(victim, signal.SIGKILL)
        pool.says("stayed locked by another process")
        assert site.job(seq).state is State.RUNNING
    site.begun(2)
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    pool.stop()


def test_the_forker_can_be_killed(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    seq = site.enqueue("held", site.book, gate)
    site.begun()
    os.kill(pool.forker(), signal.SIGKILL)
    site.begun(2)
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    pool.says("the process that forks workers")
    pool.stop()


def test_its_successor_can_be_killed_while_it_imports_the_app(sites: Sites, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "slow.py").write_text(
        "import os\nfrom jobdash import SqliteHuey\n"
        "if os.path.exists('gate'): open('gate').read()\n"
        "huey = SqliteHuey('pool', filename=os.environ['POOL_DB'])\n"
    )
    site = sites(code=code)
    pool = site.serve("slow:huey")
    os.mkfifo(code / "gate")
    first = pool.forker()
    os.kill(first, signal.SIGKILL)
    second = eventually(lambda: _child_other_than(pool, first))
    os.kill(second, signal.SIGKILL)
    pool.says("the app ended the process that imported it: killed by signal 9 (SIGKILL)")
    eventually(lambda: _child_other_than(pool, second))
    open_gate(code / "gate")
    eventually(pool.workers)
    pool.stop()


def _child_other_than(pool: Pool, pid: int) -> int:
    try:
        child = pool.forker()
    except ValueError:
        return 0
    return 0 if child == pid else child


def test_a_guest_that_dies_is_rescued(site: Site) -> None:
    ledger = site.ledger()
    seq = site.enqueue("note", site.book, "claimed by a guest")
    pid = os.fork()
    if pid == 0:
        site.app().huey.dequeue()
        os._exit(0)
    os.waitpid(pid, 0)
    assert site.job(seq).state is State.RUNNING
    pool = site.serve()
    assert site.ends_as(State.SUCCEEDED, seq).rescues == 1
    assert ledger.queue == "pool"
    pool.stop()


def test_a_worker_that_keeps_dying_is_started_ever_more_slowly(
    sites: Sites, tmp_path: Path
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "dying.py").write_text(
        "import os\nfrom jobdash import SqliteHuey\n"
        "huey = SqliteHuey(filename=os.environ['POOL_DB'])\n"
        "@huey.on_startup()\ndef die(): os._exit(9)\n"
    )
    site = sites(code=code)
    pool = site.start("dying:huey")
    pool.says("w1 keeps ending early (exit code 9): again in 1 s")
    assert pool.said().partition("again in 1 s")[0].count("exit code 9") <= 6
    pool.stop()


def test_a_task_that_forks_makes_no_second_worker(site: Site) -> None:
    pool = site.serve()
    seq = site.enqueue("forks", site.book)
    site.ends_as(State.SUCCEEDED, seq)
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "after"))
    assert sorted(site.lines()[:2]) == ["forked False", "forked True"]
    assert len(pool.workers()) == 1
    pool.stop()


def test_what_a_task_starts_can_be_terminated(site: Site) -> None:
    gate = site.gate()
    pool = site.serve()
    job = site.ends_as(State.SUCCEEDED, site.enqueue("terminates_child", gate))
    assert job.result == str(-signal.SIGTERM)
    pool.stop()


# Those who only look


def test_a_pool_is_seen_alive_and_then_not(site: Site) -> None:
    pool = site.serve()
    seen = site.read(lambda report: report.pool())
    assert (seen.pid, seen.alive) == (pool.pid, True)
    assert is_alive(site.database, seen.id)
    pool.signal(signal.SIGKILL)
    pool.ends()
    assert not is_alive(site.database, seen.id)
    eventually(lambda: not site.processes())
