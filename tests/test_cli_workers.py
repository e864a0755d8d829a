"""`jobdash workers` on a real pool: what it lists, and what it changes. About 8 s."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cli_support import refused, run
from click.testing import Result
from pool_support import Pool, Site, is_gone, open_gate
from waiting import eventually

from jobdash.job import State

pytest_plugins = ["pool_fixtures"]


@pytest.fixture(scope="module")
def ground(shared: Callable[..., Site]) -> Site:
    return shared()


@pytest.fixture(scope="module")
def pool(ground: Site) -> Pool:
    """One pool; every test leaves two workers."""
    return ground.serve(workers=2)


def ask(ground: Site, *words: object) -> Result:
    return run("workers", *words, "--db", ground.database)


def ask_json(ground: Site, *words: object) -> Any:
    result = ask(ground, *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@contextmanager
def busy_worker(ground: Site, pool: Pool, name: str) -> Iterator[Any]:
    """A worker in a job, as the list has it; the job may end with the block."""
    gate = ground.gate(name)
    seq = ground.enqueue("held", ground.book, gate)
    eventually(lambda: any(one.job == seq for one in pool.workers()))
    (found,) = [one for one in ask_json(ground) if one["job"] and one["job"]["seq"] == seq]
    yield found
    open_gate(gate)
    ground.ends_as(State.SUCCEEDED, seq)


def test_the_list_has_state_cpu_and_memory(ground: Site, pool: Pool) -> None:
    with busy_worker(ground, pool, "list") as busy:
        boss, *workers = ask_json(ground)
        assert (boss["state"], boss["size"], boss["pid"]) == ("serves", 2, pool.pid)
        assert {one["state"] for one in workers} == {"idle", "busy"}
        assert all(one["memory_bytes"] > 1_000_000 for one in workers)
        assert all(0 <= one["cpu_percent"] <= 400 for one in workers)
        table = ask(ground).stdout
        assert table.splitlines()[0].split()[:8] == [
            "WORKER", "KIND", "NAME", "PID", "STATE", "UP", "CPU", "MEMORY",
        ]  # fmt: skip
        assert f"#{busy['job']['seq']} bodies.held for" in table
        assert "2 workers" in table


def test_more_and_fewer(ground: Site, pool: Pool) -> None:
    assert ask(ground, "add").stdout == f"pool {pool.pid}: 1 worker more, 3 in all\n"
    assert ask_json(ground, "add", 2) == {"pool": pool.pid, "size": 5, "added": 2}
    eventually(lambda: len(pool.workers()) == 5)
    told = ask_json(ground, "remove", 2)
    assert (told["size"], len(told["leaving"])) == (3, 2)
    assert ask(ground, "remove").stdout.startswith(f"pool {pool.pid}: 1 worker fewer, 2 in all")
    eventually(lambda: len(pool.workers()) == 2)


def test_one_by_its_name_or_pid(ground: Site, pool: Pool) -> None:
    with busy_worker(ground, pool, "one") as one:
        name, pid = one["name"], one["pid"]
        after = f"after job #{one['job']['seq']}"
        assert (
            ask(ground, "drain", name).stdout == f"{name} (pid {pid}) takes no more jobs {after}\n"
        )
        assert "already" in ask(ground, "drain", pid).stdout
        assert ask_json(ground, "resume", name)[0]["changed"]
        assert not ask_json(ground, "resume", pid)[0]["changed"]
        assert ask(ground, "remove", pid).stdout == f"{name} (pid {pid}) goes for good {after}\n"
    eventually(lambda: is_gone(pid))
    assert ask(ground, "add").exit_code == 0
    eventually(lambda: len(pool.workers()) == 2)


def test_all_start_afresh(ground: Site, pool: Pool) -> None:
    before = pool.worker_pids()
    assert len(ask(ground, "restart", "all").stdout.splitlines()) == 2
    eventually(lambda: len(pool.worker_pids() - before) == 2)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("add", 1000), 2, "from 0 to 1000"),
        (("add", 0), 2, "0"),
        (("add", "many"), 2, "many"),
        (("remove", 3), 2, "the pool has 2 workers"),
        (("remove", 0), 2, "the pool has 2 workers"),
        (("remove", "w9"), 3, "no worker is called 'w9': there are w"),
        (("drain",), 2, "NAME|PID"),
        (("drain", "all"), 3, "'all'"),
        (("restart", "99999999"), 3, "no worker is called"),
        (("add", "--pool", 1), 3, "no pool has pid 1"),
        (("--json", "add"), 2, "go behind"),
    ],
)
def test_what_cannot_be(
    ground: Site, pool: Pool, words: tuple[object, ...], code: int, told: str
) -> None:
    refused(ask(ground, *words), code, told)
    assert len(pool.workers()) == 2


def test_without_a_pool(site: Site) -> None:
    site.app()
    refused(ask(site, "add"), 3, "start one with `jobdash worker -w N`")


def test_two_pools_are_told_apart(site: Site) -> None:
    first, second = site.serve(), site.serve(join=True)
    refused(ask(site, "add"), 2, "--pool PID", str(first.pid), str(second.pid))
    refused(ask(site, "drain", "w1"), 2, "name one by its pid")
    assert ask_json(site, "add", "--pool", second.pid)["size"] == 2
    assert ask_json(site, "drain", "w1", "--pool", first.pid)[0]["changed"]
    first.stop()
    second.stop()
