"""`jobdash stack`: where a running job is, whatever it does, without disturbing it.

One pool with one worker for all of it. About four seconds.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cli_support import refused, run, run_json
from pool_support import Pool, Site, open_gate
from tui_support import dashboard
from waiting import eventually

from jobdash import SqliteHuey, current_job
from jobdash.errors import NoStack
from jobdash.identity import Identity, boot
from jobdash.job import State
from jobdash.report import Report
from jobdash.stacks import _threads_where, ask

NOT_A_POOL = "only workers of a jobdash pool tell where"

pytest_plugins = ["pool_fixtures"]
pytestmark = pytest.mark.skipif(not os.path.isdir("/proc"), reason="stacks are had on Linux only")


@pytest.fixture(scope="module")
def site(shared: Callable[..., Site]) -> Site:
    return shared(app="deep")


@pytest.fixture(scope="module")
def pool(site: Site) -> Iterator[Pool]:
    pool = site.serve()
    yield pool
    pool.stop()


@pytest.fixture
def gate(site: Site) -> Iterator[Path]:
    path = site.gate()
    yield path
    path.unlink()


@pytest.fixture(autouse=True)
def no_book(site: Site) -> None:
    site.book.unlink(missing_ok=True)


def begun(site: Site, task: str, *args: object) -> int:
    """Enqueue a job and return its number when its body has begun."""
    seq = site.enqueue(task, site.book, *args)
    site.begun()
    return seq


def stack(site: Site, seq: int) -> list[Any]:
    document = run_json("stack", "--db", site.database, seq)
    assert document["seq"] == seq
    threads: list[Any] = document["threads"]
    assert threads[0]["is_job"]
    return threads


def functions(thread: Any) -> list[str]:
    return [frame["function"] for frame in thread["frames"]]


def ended(site: Site, seq: int) -> None:
    site.ends_as(State.SUCCEEDED, seq)


def test_a_job_that_waits_for_another_process(site: Site, pool: Pool, gate: Path) -> None:
    seq = begun(site, "threads", gate)
    job, other = stack(site, seq)
    assert functions(job)[0] == "threads"
    assert "wait_at" in functions(other)
    assert not other["is_job"]
    frame = job["frames"][0]
    assert frame["file"].endswith("deep.py")
    assert frame["source"] == "helper.join()"
    open_gate(gate)
    ended(site, seq)


def test_an_answer_is_whole(site: Site, pool: Pool, gate: Path) -> None:
    seq = begun(site, "crowd", gate, 60)
    for _ in range(10):
        found = site.read(lambda report: report.stack(seq))
        assert len(found.threads) == 61
        assert {thread.frames[0].function for thread in found.threads[1:]} == {"_bootstrap"}
    open_gate(gate)
    ended(site, seq)


def test_a_sleep_is_as_long_as_it_was_meant_to_be(site: Site, pool: Pool) -> None:
    seq = begun(site, "sleeps", 0.5)
    for _ in range(5):
        (job,) = stack(site, seq)
        assert functions(job) == ["sleeps"]
    ended(site, seq)
    assert float(site.job(seq).result or 0) >= 0.5


def test_a_job_that_computes(site: Site, pool: Pool, tmp_path: Path) -> None:
    seq = begun(site, "computes", tmp_path / "flag")
    (job,) = stack(site, seq)
    assert functions(job)[0] == "computes"
    (tmp_path / "flag").touch()
    ended(site, seq)


def test_a_system_that_cannot_says_so(
    site: Site, pool: Pool, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = begun(site, "threads", gate)
    monkeypatch.setattr("jobdash.stacks._IS_POSSIBLE", False)
    refused(run("stack", "--db", site.database, seq), 4, "can be seen on Linux only")
    open_gate(gate)
    ended(site, seq)


def test_a_job_in_c_that_lets_nobody_else_run(site: Site, pool: Pool, gate: Path) -> None:
    seq = begun(site, "in_c", gate)
    (job,) = stack(site, seq)
    assert job["frames"][-1]["source"].startswith("descriptor: int = holding.open(")
    open_gate(gate)
    ended(site, seq)
    assert int(site.job(seq).result or -1) >= 0, "the call was not cut short"


def test_a_read_from_a_socket_goes_on(site: Site, pool: Pool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        seq = begun(site, "reads", server.getsockname()[1])
        connection, _ = server.accept()
        with connection:
            (job,) = stack(site, seq)
            assert functions(job) == ["reads"]
            connection.sendall(b"late")
            ended(site, seq)
    assert site.job(seq).result == '"late"'


def test_many_calls_deep_the_newest_are_told(site: Site, pool: Pool, gate: Path) -> None:
    seq = begun(site, "recurses", gate)
    document = run_json("stack", "--db", site.database, seq)
    (thread,) = document["threads"]
    assert thread["truncated"]
    assert functions(thread)[-1] in ("wait_at", "open")
    result = run("stack", "--db", site.database, seq)
    assert "\n  …\n" in result.stdout
    open_gate(gate)
    ended(site, seq)


def test_for_people_it_looks_like_a_traceback(site: Site, pool: Pool) -> None:
    seq = begun(site, "sleeps", 0.3)
    lines = run("stack", "--db", site.database, seq).stdout.splitlines()
    assert lines[0].startswith(f"#{seq}  running  deep.sleeps(")
    assert "process" in lines[1]
    assert lines[2] == "The job (most recent call last):"
    assert lines[3].endswith(", in sleeps")
    assert lines[4] == "    time.sleep(seconds)"
    ended(site, seq)
    refused(run("stack", "--db", site.database, seq), 4, f"#{seq} is not running: it is succeeded")


def test_who_is_stopped_does_not_answer(site: Site, pool: Pool, gate: Path) -> None:
    seq = begun(site, "in_c", gate)
    (pid,) = pool.worker_pids()
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(NoStack, match=f"process {pid} does not answer: it is stopped"):
            site.read(lambda report: report.stack(seq, 0.05))
    finally:
        os.kill(pid, signal.SIGCONT)
    assert functions(stack(site, seq)[0])[0] == "in_c"
    open_gate(gate)
    ended(site, seq)


def test_an_answer_of_another_run_is_not_told(site: Site, pool: Pool, gate: Path) -> None:
    """The worker has gone on between the question and the answer."""
    seq = begun(site, "in_c", gate)
    (pid,) = pool.worker_pids()
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(site.read, lambda report: report.stack(seq, 10.0))
        eventually(lambda: _threads_where(pid, "ShdPnd"))
        add_to_claims(site, seq, 1)
        os.kill(pid, signal.SIGCONT)
        with pytest.raises(NoStack, match=f"#{seq} has just gone on to another run"):
            asked.result()
    add_to_claims(site, seq, -1)
    open_gate(gate)
    ended(site, seq)


def add_to_claims(site: Site, seq: int, number: int) -> None:
    with site.ledger().database.transaction() as tx:
        tx.run("UPDATE job SET claims = claims + ? WHERE seq = ?", (number, seq))


def test_another_process_of_the_same_number_is_not_asked(site: Site, pool: Pool) -> None:
    (pid,) = pool.worker_pids()
    with pytest.raises(NoStack, match="has just ended"):
        ask(Identity(pid, None, boot(), born=1))


def test_a_job_that_no_pool_runs(huey: SqliteHuey) -> None:
    @huey.task()
    def asks() -> str:
        job = current_job()
        assert job is not None
        with Report(huey.storage.database.path) as report, pytest.raises(NoStack) as told:
            report.stack(job.seq)
        return str(told.value)

    task = asks.s()
    assert huey.execute(task) == "#1 is run by " + f"guest {os.getpid()}: {NOT_A_POOL}"


def test_a_pool_writes_down_its_app(site: Site, pool: Pool) -> None:
    assert site.read(lambda report: report.app_of("pool")) == "deep:huey"
    assert site.read(lambda report: report.app_of("other")) is None


def test_there_must_be_such_a_job(site: Site, pool: Pool) -> None:
    refused(run("stack", "--db", site.database, 999), 3, "there is no job '999'")


async def test_the_dashboard_shows_it_live(site: Site, pool: Pool, gate: Path) -> None:
    seq = begun(site, "threads", gate)
    async with dashboard(site.database, read_only=True) as screen:
        await screen.press("g", "enter", "S")
        await screen.until("The job, the newest call last")
        await screen.until("helper.join()")
        assert "in wait_at" in screen.text
        open_gate(gate)
        await screen.until(f"#{seq} is not running: it is succeeded.")


def test_what_a_job_has_closed_is_not_written_to(site: Site, pool: Pool, gate: Path) -> None:
    """Its number may be another file's by now. The last test: the worker stays so."""
    seq = begun(site, "closes", gate)
    refused(run("stack", "--db", site.database, seq), 4, "closed what it answers with")
    open_gate(gate)
    ended(site, seq)
