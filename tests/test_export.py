"""`jobdash export`: a copy of everything while everybody goes on, and what may be done with it.

About 4 seconds.
"""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cli_support import refused, run, run_json
from pool_support import Site, open_gate
from pty_screen import PtyScreen
from waiting import eventually

from jobdash.control import Control
from jobdash.control.exporting import export
from jobdash.errors import DatabaseError, OnlyToLookAt, Refused
from jobdash.job import State
from jobdash.logfiles import folder, log_files
from jobdash.report import Report

pytest_plugins = ["pool_fixtures"]

NOW = 1_795_000_000_000_000


@pytest.fixture(scope="module")
def copy(shared: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> "Path":
    """A copy that was taken while one job ran, one waited and one had printed."""
    site = shared(app="chatty")
    pool = site.serve()
    said = site.enqueue("say", "a word of the job")
    site.ends_as(State.SUCCEEDED, said)
    gate = site.gate()
    site.enqueue("held", site.book, gate, "before")
    site.begun()
    site.enqueue("say", "waits")
    target = tmp_path_factory.mktemp("away") / "monday.db"
    result = run("--db", site.database, "export", target)
    assert result.exit_code == 0, result.stderr
    assert f"look at it: jobdash --db {target}" in result.stdout
    open_gate(gate)
    eventually(lambda: site.read(lambda report: not report.counts().get(State.RUNNING)))
    pool.stop()
    return target


def test_a_copy_has_every_job_and_what_it_printed(copy: Path) -> None:
    assert [job["state"] for job in run_json("--db", copy, "list")] == [
        *("pending", "running", "succeeded")
    ]
    assert "a word of the job" in run("--db", copy, "logs", "1").stdout
    assert "before" in run("--db", copy, "logs", "2").stdout
    assert "a copy of" in run("--db", copy, "list").stderr


def test_the_dashboard_of_a_copy_looks_only_and_wants_no_pool(copy: Path) -> None:
    with closing(PtyScreen("--db", copy, folder=copy.parent)) as screen:
        screen.until("a copy of")
        screen.until("all 3")
        screen.press("x")
        screen.until("This is a copy to look at: nothing can be changed in it.")
        assert "No pool is running" not in screen.text
        screen.press("q")
        assert screen.exit_status() == 0
    assert run_json("--db", copy, "list")[0]["state"] == "pending"


def test_nobody_is_alive_in_a_copy_and_no_time_passes(copy: Path) -> None:
    assert run_json("--db", copy, "workers") == []
    first = run("--db", copy, "list").stdout
    assert run("--db", copy, "list").stdout == first


def test_a_copy_can_be_read_where_nothing_can_be_written(copy: Path, tmp_path: Path) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    place = medium / "copy.db"
    place.write_bytes(copy.read_bytes())
    place.chmod(0o444)
    medium.chmod(0o555)
    try:
        for words in (["list"], ["stats"], ["workers"], ["show", "1"], ["events"], ["why", "3"]):
            result = run("--db", place, *words)
            assert result.exit_code == 0, result.stderr
        assert sorted(os.listdir(medium)) == ["copy.db"]
    finally:
        medium.chmod(0o755)


@pytest.mark.parametrize(
    "words",
    [
        ["cancel", "3"],
        ["retry", "1"],
        ["pause"],
        ["prune", "--older-than", "1s", "-y"],
        ["workers", "add"],
    ],
)
def test_what_would_change_a_copy_says_what_is_possible(copy: Path, words: list[str]) -> None:
    before = copy.read_bytes()
    result = run("--db", copy, *words)
    assert result.exit_code in (4, 5)
    assert "copy to look at" in result.stderr or "no pool" in result.stderr
    assert "Traceback" not in result.stderr
    assert copy.read_bytes() == before


def test_nobody_waits_for_what_will_not_come(copy: Path) -> None:
    assert run("--db", copy, "wait", "3").exit_code == 124
    assert run("--db", copy, "events", "-f").exit_code == 0


def test_a_pool_does_not_work_on_a_copy(copy: Path) -> None:
    command = [sys.executable, "-m", "jobdash", "--db", str(copy), "worker"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 5
    assert "copy to look at" in done.stderr


def test_a_working_copy_goes_on_and_leaves_the_original_s_workers_alone(
    copy: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.db"
    assert run("--db", copy, "export", new, "--working").exit_code == 0
    assert run("--db", new, "cancel", "3").exit_code == 0
    with Report(new) as report:
        assert report.snapshot() is None
        assert [worker.alive for worker in report.workers(everyone=True)] == [False, False]
        (held,) = [worker for worker in report.workers(everyone=True) if worker.kind == "worker"]
    assert not held.is_here


def test_a_copy_of_a_copy_tells_of_the_same_moment(copy: Path, tmp_path: Path) -> None:
    export(copy, tmp_path / "second.db", NOW)
    with Report(copy) as first, Report(tmp_path / "second.db") as second:
        assert first.snapshot() == second.snapshot()
    assert [file.stop for file in log_files(tmp_path / "second.db")]


def test_only_its_owner_can_read_it(copy: Path) -> None:
    files = [copy, *(Path(file.path) for file in log_files(copy))]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_what_is_there_is_replaced_only_on_demand(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "there.db"
    target.write_text("mine")
    refused(run("--db", copy, "export", target), 4, "--force")
    assert target.read_text() == "mine"
    assert run("--db", copy, "export", target, "--force", "--no-logs").exit_code == 0
    assert sorted(os.listdir(tmp_path)) == ["there.db"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_copy_lies_where_a_link_leads_and_so_do_its_logs(
    copy: Path, tmp_path: Path, is_there: bool
) -> None:
    target, link = tmp_path / "tuesday.db", tmp_path / "link.db"
    if is_there:
        target.write_text("mine")
    link.symlink_to(target)
    force = ["--force"] if is_there else []
    assert run("--db", copy, "export", link, *force).exit_code == 0
    assert link.is_symlink()
    for name in (link, target):
        assert "a word of the job" in run("--db", name, "logs", "1").stdout


def test_a_copy_is_no_stream(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(run("--db", copy, "export", "-"), 2, "name one")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("suffix", ["-wal", "-pool"])
def test_a_file_in_use_is_never_replaced(copy: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "used.db"
    (tmp_path / f"used.db{suffix}").touch()
    with pytest.raises(Refused, match="somebody uses"):
        export(copy, target, NOW, force=True)
    with pytest.raises(Refused, match="the file itself"):
        export(copy, copy, NOW, force=True)


def test_a_full_disk_says_so_and_leaves_nothing(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "full.db"
    told = export_with_room_for(65_536, copy, target)
    assert str(target) in told
    assert os.listdir(tmp_path) == []


def export_with_room_for(size: int, source: Path, target: Path) -> str:
    """Export where no file can be larger than this; return what it said."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    code = f"{limit}\nfrom jobdash.__main__ import main\nmain()"
    command = [sys.executable, "-c", code, "--db", str(source), "export", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_who_stops_it_has_nothing_left(copy: Path, tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    big = tmp_path / "big.db"
    export(copy, big, NOW, working=True)
    control = Control(big)
    for _ in range(300):
        control.replay([1], NOW)
    control.close()
    with pytest.raises(KeyboardInterrupt):
        export(big, tmp_path / "stopped.db", NOW, told=stop)
    with Report(big) as report, pytest.raises(KeyboardInterrupt):
        report.copy_to(tmp_path / "stopped.db", told=stop)
    assert not [name for name in os.listdir(tmp_path) if "stopped" in name]


def test_the_library_refuses_a_copy_too(copy: Path) -> None:
    with pytest.raises(OnlyToLookAt, match="export NEW --working"):
        Control(copy)
    assert issubclass(OnlyToLookAt, DatabaseError)


def test_logs_that_cannot_be_copied_leave_nothing_either(copy: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    export(copy, source, NOW)
    (Path(folder(source)) / "9").write_bytes(b"words" * 1_000_000)
    before = sorted(os.listdir(tmp_path))
    assert "--no-logs" in export_with_room_for(4_000_000, source, tmp_path / "new.db")
    assert sorted(os.listdir(tmp_path)) == before
