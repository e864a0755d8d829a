"""huey's own consumer on one of our files: what it keeps of the promises when it is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from pool_support import Site, Sites, open_gate
from waiting import eventually

from jobdash.job import State
from jobdash.report import JobFilter

pytest_plugins = ["pool_fixtures"]

_MAIN = "from huey.bin.huey_consumer import consumer_main; consumer_main()"

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def consumers() -> Iterator[Start]:
    """Starts consumers; what is left of them is ended, with all that they have forked."""
    made: list[subprocess.Popen[bytes]] = []

    def start(site: Site, kind: str, workers: int = 1) -> subprocess.Popen[bytes]:
        words = ["bodies.huey", "-k", kind, "-w", str(workers), "-q"]
        command = [sys.executable, "-c", _MAIN, *words]
        made.append(
            subprocess.Popen(command, cwd=site.code, env=site.environ, start_new_session=True)
        )
        return made[-1]

    yield start
    for one in made:
        for end in (os.killpg, os.kill):
            try:
                end(one.pid, signal.SIGKILL)
            except ProcessLookupError:
                break
        one.wait()


def kill(pid: int, process: subprocess.Popen[bytes] | None = None) -> None:
    os.kill(pid, signal.SIGKILL)
    if process is not None:
        process.wait()


def worker_of(line: str) -> int:
    return int(line.split()[-1])


def test_a_killed_consumer_with_threads_loses_nothing(site: Site, consumers: Start) -> None:
    gate = site.gate()
    seq = site.enqueue("held", site.book, gate)
    first = consumers(site, "thread")
    site.begun()
    kill(first.pid, first)
    assert site.job(seq).state is State.RUNNING
    consumers(site, "thread")
    site.begun(2)
    open_gate(gate)
    assert site.ends_as(State.SUCCEEDED, seq).rescues == 1


def test_a_killed_worker_process_loses_nothing(site: Site, consumers: Start) -> None:
    gate = site.gate()
    seq = site.enqueue("held", site.book, gate)
    consumers(site, "process", workers=2)
    (line,) = site.begun()
    kill(worker_of(line))
    site.begun(2)
    open_gate(gate)
    assert site.ends_as(State.SUCCEEDED, seq).rescues == 1


def test_what_a_killed_consumer_has_forked_ends_behind_its_job(
    site: Site, consumers: Start
) -> None:
    gate = site.gate()
    seqs = [site.enqueue("held", site.book, gate, name) for name in ("first", "second")]
    consumer = consumers(site, "process")
    site.begun()
    kill(consumer.pid, consumer)
    open_gate(gate)
    assert site.ends_as(State.SUCCEEDED, seqs[0]).rescues == 0
    eventually(lambda: not site.processes())
    assert site.job(seqs[1]).state is State.PENDING


def test_a_lock_is_released_with_the_job_of_a_killed_worker(site: Site, consumers: Start) -> None:
    gate = site.gate()
    seq = site.enqueue("locked", site.book, gate)
    consumers(site, "process", workers=2)
    (line,) = site.begun()
    kill(worker_of(line))
    site.begun(2)
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)


def test_a_pool_and_two_consumers_enter_each_tick_once(sites: Sites, consumers: Start) -> None:
    site = sites(POOL_TICKS=os.devnull)
    # Three: even if a new minute begins meanwhile, two of them have the same one.
    consumers(site, "thread"), consumers(site, "process")
    pool = site.serve()

    def ticks() -> list[tuple[str | None, int]]:
        found = site.read(lambda report: report.jobs(JobFilter(task="bodies.minutely")))
        return [(job.key, job.repeats) for job in found]

    eventually(lambda: any(repeats for _, repeats in ticks()))
    found = ticks()
    assert len({key for key, _ in found}) == len(found)
    pool.stop()
