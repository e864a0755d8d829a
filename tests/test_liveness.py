"""Who is alive: locks that end with their process, and ending what a dead process left running."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pool_support import is_gone
from waiting import PATIENCE, eventually

from jobdash import liveness
from jobdash.errors import DatabaseError
from jobdash.identity import Identity, birth
from jobdash.liveness import end_group, hold, is_alive, let_go, send_signal

Program = Callable[..., "subprocess.Popen[str]"]

HOLDS = """
import sys
from jobdash.liveness import hold
hold(sys.argv[1], int(sys.argv[2]))
"""
SAYS_READY = "print('ready', flush=True)\nsys.stdin.read()\n"


@pytest.fixture
def program() -> Iterator[Program]:
    """Starts Python programs that end with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: object, group: int | None = None) -> subprocess.Popen[str]:
        made = subprocess.Popen(
            [sys.executable, "-c", source, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=group,
        )
        started.append(made)
        assert made.stdout is not None
        assert made.stdout.readline() == "ready\n"
        return made

    yield start
    for one in started:
        one.kill()
        with one:
            pass


@pytest.fixture
def worker() -> Iterator[int]:
    """A worker id that is let go again."""
    yield 7
    for file in list(liveness._files.values()):
        for held in list(file.held):
            let_go(file.path.removesuffix("-pool"), held)


def test_nobody_is_alive_where_there_is_no_lock_file(path: Path) -> None:
    assert not is_alive(path, 1)
    assert not path.with_name("jobs.db-pool").exists()


def test_a_holder_is_alive_to_itself_and_can_let_go(path: Path, worker: int) -> None:
    hold(path, worker)
    assert is_alive(path, worker)
    assert not is_alive(path, worker + 1)
    let_go(path, worker)
    assert not is_alive(path, worker)


def test_asking_does_not_cost_the_asker_its_own_lock(
    path: Path, worker: int, program: Program
) -> None:
    hold(path, worker)
    assert is_alive(path, worker)
    other = program(
        "import sys\nfrom jobdash.liveness import is_alive\nprint('ready', flush=True)\n"
        "print(is_alive(sys.argv[1], int(sys.argv[2])), flush=True)\n",
        *(path, worker),
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"


def test_a_killed_holder_is_dead_at_once(path: Path, program: Program) -> None:
    holder = program(HOLDS + SAYS_READY, path, 3)
    assert is_alive(path, 3)
    holder.kill()
    holder.wait()
    assert not is_alive(path, 3)


def test_a_stopped_holder_is_alive(path: Path, program: Program) -> None:
    holder = program(HOLDS + SAYS_READY, path, 3)
    holder.send_signal(signal.SIGSTOP)
    assert is_alive(path, 3)


def test_what_a_holder_forks_does_not_hold(path: Path, program: Program) -> None:
    forks = "import os\nif os.fork() == 0:\n    sys.stdin.read()\n"
    holder = program(HOLDS + forks + SAYS_READY, path, 3, group=0)
    assert is_alive(path, 3)
    holder.kill()
    holder.wait()
    assert not is_alive(path, 3)
    os.killpg(holder.pid, signal.SIGKILL)


def test_a_fork_does_not_take_its_parents_lock_for_its_own(path: Path, program: Program) -> None:
    asks = """
import os
from jobdash.liveness import is_alive
if os.fork() == 0:
    sys.stdin.readline()
    print(is_alive(sys.argv[1], int(sys.argv[2])), flush=True)
    os._exit(0)
print('ready', flush=True)
os.waitpid(-1, 0)
"""
    holder = program(HOLDS + asks, path, 3)
    holder.kill()
    holder.wait()
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdin.write("\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "False\n"


def test_one_lock_file_whichever_name_the_database_has(
    path: Path, tmp_path: Path, worker: int, program: Program
) -> None:
    path.touch()
    alias = tmp_path / "alias.db"
    alias.symlink_to(path)
    program(HOLDS + SAYS_READY, alias, worker)
    assert is_alive(path, worker)


def test_the_lock_file_is_private(path: Path, worker: int) -> None:
    before = os.umask(0)
    try:
        hold(path, worker)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.with_name("jobs.db-pool").stat().st_mode) == 0o600


def test_a_replaced_lock_file_is_opened_anew(path: Path, program: Program) -> None:
    lock_file = path.with_name("jobs.db-pool")
    lock_file.touch()
    assert not is_alive(path, 3)
    lock_file.unlink()
    program(HOLDS + SAYS_READY, path, 3)
    assert is_alive(path, 3)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"nowhere/jobs\.db-pool"):
        hold(tmp_path / "nowhere" / "jobs.db", 1)


SLEEPS = "import sys\n" + SAYS_READY
WITH_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'])
print('ready', flush=True)
print(child.pid, flush=True)
sys.stdin.read()
"""


def identity_of(pid: int) -> Identity:
    return replace(Identity.own(pgid=pid), pid=pid, born=birth(pid) or 0)


def test_ending_a_group_ends_the_children_of_a_dead_leader(program: Program) -> None:
    leader = program(WITH_CHILD, group=0)
    assert leader.stdout is not None
    child = int(leader.stdout.readline())
    identity = identity_of(leader.pid)
    leader.kill()
    leader.wait()
    assert birth(child) is not None
    end_group(identity)
    eventually(lambda: is_gone(child))


def test_ending_a_group_ends_a_living_leader(program: Program) -> None:
    leader = program(SLEEPS, group=0)
    end_group(identity_of(leader.pid), seconds=0)
    assert leader.wait(PATIENCE) == -signal.SIGKILL


@pytest.mark.parametrize(
    "change", [{"born": 1}, {"boot": "another boot"}, {"pgid": None}], ids=lambda c: next(iter(c))
)
def test_a_stranger_is_never_ended(program: Program, change: dict[str, object]) -> None:
    stranger = program(SLEEPS, group=0)
    identity = replace(identity_of(stranger.pid), **change)  # type: ignore[arg-type]
    assert end_group(identity)
    send_signal(replace(identity, born=1), signal.SIGKILL)
    assert stranger.stdin is not None
    stranger.stdin.close()
    assert stranger.wait(PATIENCE) == 0


def test_the_own_group_is_never_ended() -> None:
    assert not end_group(Identity.own(pgid=os.getpgrp()))


def test_a_process_is_told_from_its_successor(program: Program) -> None:
    other = program(SLEEPS)
    assert birth(other.pid) == birth(other.pid)
    assert birth(os.getpid()) == Identity.own().born
    other.kill()
    other.wait()
    assert birth(other.pid) is None
