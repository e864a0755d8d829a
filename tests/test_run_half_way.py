"""`jobdash run`: what breaks off while inputs are enqueued leaves nothing that runs.

Costs two seconds: processes.
"""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import run, run_json

INPUTS = 1_200


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "commands.db"


def stash(file: Path, *words: str, text: str = "", **how: object) -> tuple[int, str, str]:
    """Enqueue commands that nobody runs yet; return exit code, output and errors."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jobdash", "run", "--db", str(file), "--stash", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,  # type: ignore[call-overload]
    )
    output, errors = process.communicate(text, timeout=60)
    return process.returncode, output, errors


def jobs(file: Path) -> int:
    return len(run_json("list", "--db", file, "--limit", 10_000))


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("a\0b", f"standard input:{INPUTS}: NUL bytes"),
        ("x" * 5_000_000, f"standard input:{INPUTS}: more than"),
    ],
    ids=["NUL", "long"],
)
def test_an_input_of_a_pipe_that_cannot_be_takes_the_others_back(
    file: Path, last: str, told: str
) -> None:
    good = "".join(f"{n}\n" for n in range(1, INPUTS))
    code, output, errors = stash(file, "echo", "{}", text=good + last)
    assert (code, output) == (2, ""), errors
    assert told in errors
    assert jobs(file) == 0
    assert run_json("batches", "--db", file) == []


def test_a_full_disk_leaves_nothing_that_runs(file: Path) -> None:
    limit, inputs = 1_000_000, 3_000

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    text = "".join(f"{n}\n" for n in range(inputs))
    words = ("--name", "night", "true", "{}")
    code, output, errors = stash(file, *words, text=text, preexec_fn=small_files)
    assert (code, output) == (5, ""), errors
    (line,) = errors.splitlines()
    assert "Batch night is not complete" in line
    assert "none of them runs" in line
    assert 0 < jobs(file) < inputs
    assert run("cancel", "--db", file, "--batch", "night").exit_code == 0
    assert {job["state"] for job in run_json("list", "--db", file)} == {"cancelled"}
