"""The program as a process: pools, pipes and signals."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, program, run, run_json, start, wait_for
from waiting import PATIENCE


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


@contextmanager
def pool(shop: Shop, *words: object) -> Iterator["subprocess.Popen[str]"]:
    """A pool for the shop, which is stopped at the end."""
    process = start("worker", "-A", shop.app, *words)
    try:
        wait_for(lambda: shop.db.exists() and workers(shop))
        yield process
    finally:
        process.terminate()
        process.communicate()


def workers(shop: Shop) -> list[dict[str, object]]:
    """The workers of a pool."""
    result = run("--db", shop.db, "workers", "--json")
    listed = json.loads(result.stdout) if result.exit_code == 0 else []
    return [worker for worker in listed if worker["kind"] == "worker"]


# -- a pool --------------------------------------------------------------------------------------


def test_enqueue_and_wait_with_a_pool(shop: Shop) -> None:
    with pool(shop, "-w", 2) as process:
        seq = run_json("enqueue", "-A", shop.app, "send", "ada")["seq"]
        (job,) = run_json("--db", shop.db, "wait", seq, "--timeout", "30s")
        assert (job["state"], job["result"]) == ("succeeded", "sent to ada")
        assert len(workers(shop)) == 2
        assert run_json("--db", shop.db, "stats")["pools"][0]["pid"] == process.pid
        assert f"{shop.module}.send" in run("--db", shop.db, "tasks").stdout
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_cancel_stops_a_running_job(shop: Shop) -> None:
    with pool(shop):
        seq = run_json("enqueue", "-A", shop.app, "nap", 3600)["seq"]
        wait_for(lambda: shop.state(seq) == "running")
        result = run("--db", shop.db, "cancel", seq)
        assert result.stdout.startswith(f"#{seq} asked to stop")
        assert run("--db", shop.db, "wait", seq, "--timeout", "30s").exit_code == 1
        assert shop.state(seq) == "cancelled"


def test_a_second_pool_says_who_has_the_file(shop: Shop) -> None:
    with pool(shop) as first:
        second = program("worker", shop.app)
        assert second.returncode == 4
        last = second.stderr.splitlines()[-1]
        assert last.startswith("jobdash: ")
        assert str(first.pid) in last


@pytest.mark.parametrize("words", [["-d", "0.1", "-m", "5", "-C"], ["-s", "5", "-g", "TERM"]])
def test_needless_options_of_huey_consumer_are_taken(shop: Shop, words: list[str]) -> None:
    with pool(shop, *words) as process:
        process.terminate()
        _, errors = process.communicate()
    assert process.returncode == 0
    assert "mean nothing here" in errors


def test_an_app_that_does_not_import_ends_the_pool(shop: Shop) -> None:
    shop.source.write_text("raise RuntimeError('no settings')\n")
    done = program("worker", "-A", shop.app)
    assert done.returncode == 3
    assert "RuntimeError: no settings" in done.stderr
    assert f"{shop.module}.py:1" in done.stderr
    assert "Traceback" not in done.stderr


# -- pipes and signals ---------------------------------------------------------------------------


def test_a_reader_that_leaves_early_is_no_error(shop: Shop) -> None:
    run("enqueue", "-A", shop.app, "nap", "--count", 300)
    reading, writing = os.pipe()
    os.close(reading)
    done = program("list", "--limit", 300, "--db", shop.db, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_told(shop: Shop) -> None:
    shop.enqueue("nap")
    with open("/dev/full", "w") as full:
        done = program("list", "--db", shop.db, stdout=full)
    assert done.returncode == 5
    assert done.stderr == "jobdash: No space left on device\n"


def test_ctrl_c_ends_a_wait(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    process = start("wait", seq, "--db", shop.db)
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_the_dashboard_in_a_pipe_names_list(shop: Shop) -> None:
    done = program("-A", shop.app)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "jobdash list" in done.stderr


def test_a_plain_terminal_encoding_is_enough(shop: Shop) -> None:
    shop.ended("send", "ünï ✓")
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = program("list", "--db", shop.db, env=environ, encoding="latin-1")
    assert done.returncode == 0
    assert "'ünï \\u2713'" in done.stdout


def test_a_folder_that_is_gone_is_told(shop: Shop) -> None:
    here = shop.folder / "gone"
    here.mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.executable, sys.argv[1:])"
    words = [sys.executable, "-c", code, sys.executable, "-m", "jobdash", "list"]
    done = subprocess.run(words, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
