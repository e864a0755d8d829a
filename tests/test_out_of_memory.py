"""The guess that the kernel has killed a worker for its memory, from the kernel's own counters."""

import sys
from pathlib import Path

import pytest

from jobdash.pool import out_of_memory
from jobdash.pool.generation import Child


def machine_of(root: Path, *, group: str, machine: int, own: int | None) -> str:
    """Write the files that a Linux kernel would show; return their root."""
    files = {
        "proc/self/cgroup": f"4:memory:/old\n{group}\n",
        "proc/vmstat": f"pgfault 17\noom_kill {machine}\ndrop_pagecache 0\n",
    }
    if own is not None:
        events = f"low 0\nhigh 0\nmax 9\noom 3\noom_kill {own}\noom_group_kill 0\n"
        files["sys/fs/cgroup/app/x/memory.events"] = events
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return f"{root}/"


def test_the_own_control_group_is_asked_first(tmp_path: Path) -> None:
    root = machine_of(tmp_path, group="0::/app/x", machine=7, own=2)
    assert out_of_memory.kills(root) == 2


def test_without_a_counter_of_its_own_the_machines_counts(tmp_path: Path) -> None:
    assert out_of_memory.kills(machine_of(tmp_path, group="0::/", machine=7, own=None)) == 7


def test_where_nothing_is_counted_nothing_is_guessed(tmp_path: Path) -> None:
    assert out_of_memory.kills(f"{tmp_path}/") is None
    assert not out_of_memory.has_killed_since(None, f"{tmp_path}/")
    root = machine_of(tmp_path, group="0::/", machine=7, own=None)
    assert not out_of_memory.has_killed_since(None, root)


def test_only_a_rise_since_the_worker_began_is_a_hint(tmp_path: Path) -> None:
    root = machine_of(tmp_path, group="0::/app/x", machine=7, own=2)
    assert not out_of_memory.has_killed_since(2, root)
    assert out_of_memory.has_killed_since(1, root)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's counters are Linux'")
def test_a_kill_is_explained_only_if_the_counter_has_risen() -> None:
    before = out_of_memory.kills()
    if before is None:
        pytest.skip("this system shows no counter")
    killed, victim = Child("w1", 1), Child("w1", 1, kills_before=before - 1)
    assert killed.ending(9) == "killed by signal 9 (SIGKILL)"
    assert victim.ending(9) == (
        "killed by signal 9 (SIGKILL), probably for memory: the kernel's out-of-memory killer"
        " ran meanwhile"
    )
    assert victim.ending(11) == "killed by signal 11 (SIGSEGV)"
    assert victim.ending(9 << 8) == "exit code 9"
