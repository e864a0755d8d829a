"""`jobdash prune`: what it deletes, what it asks, what it refuses and what it says."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, refused, run, run_json
from waiting import PATIENCE

from jobdash.job import ACTIVE


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


@pytest.fixture
def full(shop: Shop) -> Shop:
    """Three successes, a failure, a cancelled and a pending job."""
    for name in ("ada", "bob", "cem"):
        shop.ended("send", name)
    shop.ended("fail")
    run("cancel", shop.enqueue("nap"))
    shop.enqueue("nap", 1)
    return shop


def numbers() -> list[int]:
    return sorted(job["seq"] for job in run_json("list"))


def test_it_deletes_what_ended_so_long_ago_but_no_dead_letters(full: Shop) -> None:
    assert run("prune", "--older-than", "1h", "--yes").stdout == "pruned 0 jobs\n"
    assert run("prune", "--older-than", "0", "--yes").stdout == "pruned 4 jobs\n"
    assert numbers() == [4, 6]
    refused(run("show", 1), 3, "no job")


def test_dead_letters_go_if_they_are_named(full: Shop) -> None:
    done = run_json("prune", "--older-than", 0, "--state", "failed,cancelled", "--yes")
    assert done == {"dry_run": False, "matching": 2, "pruned": 2, "kept": 0}
    assert numbers() == [1, 2, 3, 6]


def test_only_of_a_task(full: Shop) -> None:
    full.register()
    run("prune", "--older-than", 0, "--task", "nap", "--yes")
    assert numbers() == [1, 2, 3, 4, 6]


def test_only_of_a_queue(full: Shop) -> None:
    assert run_json("prune", "--older-than", 0, "--queue", "other", "--yes")["matching"] == 0
    assert run_json("prune", "--older-than", 0, "--queue", "shop", "--yes")["pruned"] == 4


def test_a_dry_run_only_counts(full: Shop) -> None:
    assert "would prune 4 jobs" in run("prune", "--older-than", 0, "--dry-run").stdout
    done = run_json("prune", "--older-than", 0, "--dry-run")
    assert done == {"dry_run": True, "matching": 4, "pruned": 0, "kept": 0}
    assert numbers() == [1, 2, 3, 4, 5, 6]


def test_it_says_why_some_stay(shop: Shop) -> None:
    for name in ("ada", "bob"):
        shop.ended("send", name)
    result = run("prune", "--older-than", 0, "--yes")
    assert result.stdout.startswith("pruned 1 job; 1 job stay")
    assert numbers() == [2]


def test_a_link_to_a_pruned_job_says_so(full: Shop) -> None:
    (new,) = run_json("replay", 1)["created"]
    assert "as a replay of #1\n" in run("show", new["seq"]).stdout
    run("prune", "--older-than", 0, "--yes")
    assert "as a replay of #1 (pruned)" in run("show", new["seq"]).stdout


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_what_is_not_over_is_refused(full: Shop, state: str) -> None:
    refused(run("prune", "--older-than", 0, "--state", state, "--yes"), 2, state, "not over")
    assert len(numbers()) == 6


def test_an_age_is_needed(full: Shop) -> None:
    refused(run("prune", "--yes"), 2, "--older-than")
    refused(run("prune", "--older-than", "soon", "--yes"), 2, "soon", "duration")


def test_without_a_terminal_it_needs_a_yes(full: Shop) -> None:
    refused(run("prune", "--older-than", 0), 2, "4 jobs", "--yes")
    assert len(numbers()) == 6


def test_no_file_is_database_trouble(shop: Shop, tmp_path: Path) -> None:
    refused(run("prune", "--db", tmp_path / "none.db", "--older-than", "7d"), 5, "none.db")


def at_a_terminal(*words: object) -> tuple[subprocess.Popen[bytes], int]:
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jobdash", *map(str, words)], stdin=end, stdout=end, stderr=end
    )
    os.close(end)
    return process, terminal


def until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        seen += os.read(terminal, 1000)
    return seen


def test_at_a_terminal_it_asks(full: Shop) -> None:
    for answer, code, left in ((b"n\n", 130, 6), (b"y\n", 0, 2)):
        process, terminal = at_a_terminal("prune", "--older-than", 0)
        until(terminal, b"prune 4 jobs? [y/N]")
        os.write(terminal, answer)
        assert process.wait(PATIENCE) == code
        os.close(terminal)
        assert len(numbers()) == left


def test_an_interruption_says_how_many_are_gone_and_leaves_a_sound_file(shop: Shop) -> None:
    shop.ended("send", "ada")
    multiply(shop, 5000)
    # So slowly that there is time to interrupt it, on any machine.
    write(shop, "CREATE TRIGGER slow AFTER DELETE ON job WHEN old.seq > 1500"
                " BEGIN SELECT length(hex(randomblob(200000))); END")  # fmt: skip
    process, terminal = at_a_terminal("prune", "--older-than", 0, "--yes")
    until(terminal, b" of 5,")
    process.send_signal(signal.SIGINT)
    said = until(terminal, b"interrupted").decode()
    assert process.wait(PATIENCE) == 130
    os.close(terminal)
    states = run_json("stats")["states"]
    gone = 5001 - states["succeeded"]
    assert f"stopped: {gone:,} jobs pruned" in said
    assert 0 < gone < 5000
    assert check(shop) == [("ok",)]
    write(shop, "DROP TRIGGER slow")
    assert run_json("prune", "--older-than", 0, "--yes")["pruned"] == 5000 - gone


def multiply(shop: Shop, times: int) -> None:
    """Copy the only job, with its result, so many times."""
    write(
        shop,
        "WITH RECURSIVE n (i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i <= :times)"
        " INSERT INTO job (id, queue, task, state, place, created_at, finished_at)"
        " SELECT 'copy' || i, queue, task, state, i, created_at, finished_at FROM job, n",
        times=times,
    )


def write(shop: Shop, sql: str, **parameters: int) -> None:
    """Change the file behind everybody's back."""
    with shop.huey.storage.database.transaction() as tx:
        tx.run(sql, parameters)


def check(shop: Shop) -> list[tuple[str]]:
    found: list[tuple[str]] = shop.huey.storage.database.rows("PRAGMA integrity_check")
    return found
