"""`jobdash run`: real commands in a real pool. Costs ten seconds, half of them starts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from cli_support import refused, run, run_json
from click.testing import Result
from pool_support import Pool, Site, is_gone
from waiting import eventually

from jobdash.job import Job, State
from jobdash.shell import APP

pytest_plugins = ["pool_fixtures"]

SAY_BOTH = "echo out $0; echo err $0 >&2; exit $1"
# A shell with a child, that tells the number of either, then waits for ever.
FAMILY = 'sleep 1000 & echo "$$ $!" > "$0"; wait'
DEAF = f"trap '' TERM; {FAMILY}"


class Commands:
    """Runs commands in a pool, and finds their jobs."""

    def __init__(self, site: Site, pool: Pool, folder: Path) -> None:
        self.site, self.pool = site, pool
        self.file, self.folder = site.database, folder

    def run(self, *words: object) -> Result:
        return run("run", "--db", self.file, *words)

    def start(self, *words: object) -> Job:
        """Enqueue a command without waiting for it; return its job."""
        stashed = self.run("--stash", *words)
        assert stashed.exit_code == 0, stashed.stderr
        assert run("batches", "--db", self.file, "resume", stashed.stdout.strip()).exit_code == 0
        return self.newest()

    def newest(self) -> Job:
        job: Job = self.site.read(lambda report: report.jobs(limit=1)[0])
        return job

    def family(self) -> list[int]:
        """Wait until the family has told who it is."""
        told = self.folder / "family"
        return [*map(int, eventually(lambda: told.exists() and told.read_text().split()))]

    def ends(self, job: Job) -> Job:
        eventually(lambda: self.site.job(job.seq).is_final)
        return self.site.job(job.seq)


@pytest.fixture(scope="module")
def site(shared: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    database = tmp_path_factory.mktemp("run") / "commands.db"
    return shared(database=database, JOBDASH_DB=str(database))


@pytest.fixture(scope="module")
def pool(site: Site) -> Pool:
    return site.serve(APP, workers=2, database=str(site.database))


@pytest.fixture
def commands(site: Site, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.chdir(tmp_path)
    return Commands(site, pool, tmp_path)


def test_each_stream_goes_to_its_own_and_the_code_says_if_all_went_well(
    commands: Commands,
) -> None:
    done = commands.run("-k", "sh", "-c", SAY_BOTH, ":::", "a", "b", ":::+", "0", "3")
    assert done.stdout == "out a\nout b\n"
    assert done.exit_code == 1
    job = commands.newest()
    # Whoever waits for long is told how far it is.
    told = [line for line in done.stderr.splitlines() if " ended" not in line]
    assert told == ["err a", "err b", f"jobdash: #{job.seq} failed: exit 3: err b"]
    assert (job.error_type, job.error_message) == ("CommandFailed", "exit 3: err b")
    assert run("logs", "--db", commands.file, job.seq, "--stream", "stderr").stdout == "err b\n"
    assert run("logs", "--db", commands.file, job.seq, "--stream", "stdout").stdout == "out b\n"
    listed = run("list", "--db", commands.file, f"id:#{job.seq}").stdout
    assert "_directory" not in listed, "a list has room for the command alone"


def test_the_failures_can_be_counted_and_the_output_left_out(commands: Commands) -> None:
    done = commands.run(
        *("--exit-count", "--no-output", "sh", "-c", SAY_BOTH), ":::", "a", "b", ":::", "0", "1"
    )
    assert done.exit_code == 2
    assert "out a" not in done.stdout
    assert "err a" not in [line for line in done.stderr.splitlines() if "jobdash" not in line]


def test_output_is_passed_on_byte_for_byte(commands: Commands) -> None:
    done = commands.run("printf", r"\377\000 {}\r\n", ":::", "x")
    assert done.stdout_bytes == b"\xff\0 x\r\n"


def test_a_command_has_the_directory_and_the_variables_of_who_runs_it(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLOUR", "dark blue")
    monkeypatch.setenv("API_TOKEN", "ours-alone")
    done = commands.run("sh", "-c", "pwd; echo $COLOUR $API_TOKEN $JOBDASH_POOL; cat")
    assert done.stdout == f"{commands.folder}\ndark blue ours-alone\n", "and nothing to read"
    job = commands.newest()
    shown = run_json("show", job.seq, "--db", commands.file)
    assert shown["kwargs"]["_directory"] == str(commands.folder)
    batch = run_json("batches", "show", str(job.batch), "--db", commands.file)
    assert "dark blue" in str(batch)
    assert "ours-alone" not in str(batch) + str(shown)


def test_a_command_has_the_usual_signals(commands: Commands) -> None:
    done = commands.run("sh", "-c", "yes | head -n 1")
    assert (done.stdout, done.stderr) == ("y\n", ""), "a broken pipe ends a program quietly"


def test_an_argument_that_is_no_utf8_reaches_the_command_as_it_is(commands: Commands) -> None:
    (commands.folder / "names").write_bytes(b"caf\xe9\n")
    done = commands.run("-a", "names", "printf", "%s")
    assert done.stdout_bytes == b"caf\xe9"


@pytest.mark.parametrize(
    ("command", "kind", "told"),
    [
        (("sh", "-c", "kill -9 $$"), "CommandKilled", "killed by SIGKILL"),
        (("env", "-i", "no-such"), "CommandFailed", "exit 127: env: "),
        (("{}", ":::", "no-such-program"), "CannotRun", "exit 127: no-such-program: command not"),
        (("{}", ":::", "./plain"), "CannotRun", "exit 126: ./plain: permission denied"),
        (("{}", ":::", "./bare"), "CannotRun", "exit 126: ./bare: it is no program"),
    ],
)
def test_how_a_command_failed_is_told(
    commands: Commands, command: tuple[str, ...], kind: str, told: str
) -> None:
    (commands.folder / "plain").write_text("echo\n")
    (commands.folder / "bare").write_text("echo\n")
    (commands.folder / "bare").chmod(0o700)
    assert commands.run("--retries", "1", "--retry-delay", "0s", *command).exit_code == 1
    job = commands.newest()
    assert (job.error_type, (job.error_message or "")[: len(told)]) == (kind, told)
    tries = len(commands.site.attempts(job.seq))
    assert tries == (1 if kind == "CannotRun" else 2), "what cannot be run is not tried again"


def test_a_directory_that_is_gone_is_told(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    (commands.folder / "gone").mkdir()
    monkeypatch.chdir(commands.folder / "gone")
    stashed = commands.run("--stash", "true").stdout.strip()
    monkeypatch.chdir(commands.folder)
    (commands.folder / "gone").rmdir()
    run("batches", "--db", commands.file, "resume", stashed)
    job = commands.ends(commands.newest())
    where = f"{commands.folder}/gone"
    assert job.error_message == f"exit 126: its directory {where}: no such file or directory"


@pytest.mark.parametrize("family", [FAMILY, DEAF], ids=["hears", "deaf"])
def test_a_cancelled_command_ends_with_what_it_has_started(commands: Commands, family: str) -> None:
    job = commands.start("sh", "-c", family, "family")
    parent, child = commands.family()
    assert run("cancel", "--db", commands.file, job.seq).exit_code == 0
    assert commands.ends(job).state is State.CANCELLED
    eventually(lambda: is_gone(parent) and is_gone(child))


@pytest.mark.parametrize("family", [FAMILY, DEAF], ids=["hears", "deaf"])
def test_a_time_limit_ends_a_command_with_what_it_has_started(
    commands: Commands, family: str
) -> None:
    job = commands.start("--timeout", "0.3s", "sh", "-c", family, "family")
    parent, child = commands.family()
    ended = commands.ends(job)
    assert (ended.state, ended.error_type) == (State.FAILED, "TaskTimeout")
    eventually(lambda: is_gone(parent) and is_gone(child))


def test_a_command_dies_with_its_worker_and_runs_again(commands: Commands) -> None:
    job = commands.start("sh", "-c", f"test -e again || {{ touch again; {FAMILY}; }}", "family")
    parent, child = commands.family()
    (worker,) = (one.pid for one in commands.pool.workers() if one.job == job.seq)
    os.kill(worker, signal.SIGKILL)
    assert commands.ends(job).state is State.SUCCEEDED
    eventually(lambda: is_gone(parent) and is_gone(child))


def test_what_is_to_run_after_a_job_is_enqueued_now_and_begins_when_that_has_succeeded(
    commands: Commands,
) -> None:
    os.mkfifo("gate")
    first = commands.start("sh", "-c", "cat gate; touch first")
    behind = commands.run(
        "--after", first.seq, "--name", "behind", "test", "-e", "{}", ":::", "first"
    )
    assert (behind.stdout, behind.exit_code) == ("behind\n", 0), "and it has not waited"
    second = commands.newest()
    assert run_json("why", second.seq, "--db", commands.file)["reasons"][0]["job"] == first.seq
    assert run_json("batches", "show", "behind", "--db", commands.file)["after_job"] == first.seq
    third = commands.run("--after", second.seq, "--json", "true")
    os.close(_held(commands.folder / "gate"))
    assert commands.ends(second).state is State.SUCCEEDED
    assert commands.ends(commands.newest()).batch == json.loads(third.stdout)["batch"]


def test_what_was_to_run_after_a_job_is_cancelled_with_its_failure(commands: Commands) -> None:
    os.mkfifo("gate")
    first = commands.start("sh", "-c", "cat gate; exit 3")
    assert commands.run("--after", first.seq, "touch", "{}", ":::", "a", "b").exit_code == 0
    last = commands.newest()
    os.close(_held(commands.folder / "gate"))
    last = commands.ends(last)
    assert (last.state, last.attempts) == (State.CANCELLED, 0)
    assert f"it was to begin after #{first.seq}, which is failed" in str(last.reason)
    assert not (commands.folder / "a").exists()
    told = run_json("events", "--db", commands.file, "--limit", "200")
    tellers = {one["by"] for one in told if "it was to begin after" in (one["why"] or "")}
    assert tellers == {"scheduler"}


def test_what_is_delayed_is_not_waited_for(commands: Commands) -> None:
    made = commands.run("--delay", "1h", "--name", "later", "touch", "{}", ":::", "a")
    assert (made.stdout, made.exit_code) == ("later\n", 0)
    assert commands.newest().state is State.SCHEDULED
    run("now", commands.newest().seq, "--db", commands.file)
    assert commands.ends(commands.newest()).state is State.SUCCEEDED
    refused(commands.run("--delay", "1h", "--joblog", "log", "true"), 2, "--delay does not wait")


def test_a_script_whose_interpreter_is_missing_says_so(commands: Commands) -> None:
    script = commands.folder / "script"
    script.write_text("#!/no/such/python -u\n")
    script.chmod(0o700)
    failed = commands.run("./script")
    assert failed.exit_code == 1
    assert "its interpreter /no/such/python is not there" in str(commands.newest().error_message)
    script.write_bytes(b"#!/bin/sh\r\ntrue\r\n")
    assert commands.run("./script").exit_code == 1
    told = "its first line ends in a carriage return, so no interpreter /bin/sh is found"
    assert told in str(commands.newest().error_message)


def test_after_a_job_that_has_ended_nothing_waits(commands: Commands) -> None:
    assert commands.run("true").exit_code == 0
    assert commands.run("--after", commands.newest().seq, "true").exit_code == 0
    assert commands.ends(commands.newest()).state is State.SUCCEEDED
    assert commands.run("false").exit_code == 1
    failed = commands.newest()
    refused(commands.run("--after", failed.seq, "true"), 1, f"#{failed.seq} is failed: nothing")
    refused(commands.run("--after", "999999", "true"), 3, "no job")
    assert commands.newest() == failed, "and nothing was enqueued"


def test_the_commands_are_an_app_that_needs_no_import(commands: Commands) -> None:
    by_name = run("-A", "jobdash.shell", "list", "--db", commands.file, "--limit", "1")
    assert by_name.exit_code == 0, by_name.stderr


# Without a pool: the program itself.


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    file = str(tmp_path / "state").encode()
    try:
        eventually(lambda: not _pools_of(file))
    finally:
        for pid in _pools_of(file):
            os.kill(pid, signal.SIGKILL)


def _pools_of(file: bytes) -> list[int]:
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        with suppress(OSError):
            if pid != os.getpid() and file in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def _start(home: Path, *words: str) -> subprocess.Popen[str]:
    environ = {name: value for name, value in os.environ.items() if name != "JOBDASH_DB"}
    return subprocess.Popen(
        [sys.executable, "-m", "jobdash", "run", *words],
        env=environ | {"XDG_STATE_HOME": str(home / "state")},
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _start_three(home: Path) -> subprocess.Popen[str]:
    """Start three commands, one after the other; each waits at a gate of its own."""
    for number in "123":
        os.mkfifo(home / f"gate-{number}")
    return _start(home, "-j1", "sh", "-c", "cat gate-$0; touch done-$0", ":::", "1", "2", "3")


def _held(gate: Path) -> int:
    """Wait until a command has come to its gate, which is shut until this is closed."""

    def found() -> list[int]:
        with suppress(OSError):
            return [os.open(gate, os.O_WRONLY | os.O_NONBLOCK)]
        return []

    (descriptor,) = eventually(found)
    return descriptor


def test_without_any_pool_it_brings_its_own_which_goes_with_it(home: Path) -> None:
    with _start(home, "-j2", "-k", "echo", "{}", "{#}") as process:
        output, errors = process.communicate("a\nb\n", timeout=60)
    assert (output, process.returncode) == ("a 1\nb 2\n", 0), errors
    file = home / "state" / "jobdash" / "commands.db"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_whoever_runs_may_be_killed_and_the_rest_is_done_all_the_same(home: Path) -> None:
    with _start_three(home) as process:
        gate = _held(home / "gate-1")
        process.kill()
        process.wait()
    os.close(gate)
    for number in "23":
        os.close(_held(home / f"gate-{number}"))
    eventually(lambda: len([*home.glob("done-*")]) == 3)


def test_a_run_that_was_killed_goes_on_and_does_each_input_once(home: Path) -> None:
    words = ("--name", "night", "--chunk", "2", "sh", "-c", "echo x >> ran-$0", "{}")
    with _start(home, *words) as process:
        assert process.stdin is not None
        process.stdin.write("1\n2\n")
        process.stdin.flush()
        eventually((home / "ran-2").exists)
        process.kill()
    with _start(home, "--resume", "--joblog", "log.tsv", *words) as process:
        _, errors = process.communicate("1\n2\n3\n", timeout=60)
    assert process.returncode == 0, errors
    assert [(home / f"ran-{number}").read_text() for number in "123"] == ["x\n"] * 3
    head, *lines = (home / "log.tsv").read_text().splitlines()
    assert head.startswith("Seq\tHost\tStarttime")
    assert lines[-1].startswith("3\t:\t")
    assert lines[-1].endswith("\t0\t0\tsh -c 'echo x >> ran-$0' 3")


def test_only_what_has_failed_runs_again_and_its_log_goes_on(commands: Commands) -> None:
    words = ("--name", "fix", "--joblog", "log.tsv", "sh", "-c", "test $0 = a || test -e fixed")
    assert commands.run(*words, ":::", "a", "b").exit_code == 1
    (commands.folder / "fixed").touch()
    assert commands.run("--resume", *words, ":::", "a", "b").exit_code == 0
    lines = (commands.folder / "log.tsv").read_text().splitlines()[1:]
    ran = [(line.split("\t")[0], line.split("\t")[6]) for line in lines]
    assert sorted(ran) == [("1", "0"), ("2", "0"), ("2", "1")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("echo", ":::", "a", "c"), "input 2 is not what it was"),
        (("echo", ":::", "a"), "has more inputs than these 1"),
        (("echo", ":::", "a", "b", "c"), "these are more"),
        (("printf", ":::", "a", "b"), "is of another command"),
    ],
)
def test_a_run_is_resumed_with_the_same_alone(
    commands: Commands, words: Sequence[str], told: str
) -> None:
    name = f"same {len(words)}{words[0]}{words[-1]}"
    assert commands.run("--name", name, "echo", ":::", "a", "b").exit_code == 0
    refused(commands.run("--resume", "--name", name, *words), 2, told)


def test_what_a_single_command_prints_is_seen_while_it_runs(commands: Commands, home: Path) -> None:
    os.mkfifo(home / "gate")
    script = "echo one; echo two >&2; cat gate; echo three"
    with _start(home, "--db", str(commands.file), "sh", "-c", script) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.readline(), process.stderr.readline()) == ("one\n", "two\n")
        with open(home / "gate", "w"):
            pass
        assert process.communicate(timeout=60) == ("three\n", "")
    assert process.returncode == 0


def test_ctrl_c_stops_what_runs_and_cancels_the_rest(home: Path) -> None:
    with _start_three(home) as process:
        gate = _held(home / "gate-1")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    os.close(gate)
    assert process.returncode == 130, errors
    assert not [*home.glob("done-*")]
