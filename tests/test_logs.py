"""What jobs print is kept: by whatever means, per attempt, in order, in bounds, till it is pruned.

One pool with one worker for most of it, pools of their own for what ends a worker. About ten
seconds.
"""

import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pool_support import Pool, Site, open_gate
from waiting import eventually

from jobdash import logfiles
from jobdash.control import Control
from jobdash.errors import NoLog
from jobdash.job import State
from jobdash.ledger.pruning import TooOld
from jobdash.report import JobLog

pytest_plugins = ["pool_fixtures"]

# As Python is usually started: it would flush for us otherwise.
BUFFERED = {"PYTHONUNBUFFERED": ""}


@pytest.fixture(scope="module")
def site(shared: Callable[..., Site]) -> Site:
    return shared(app="chatty", **BUFFERED)


@pytest.fixture(scope="module")
def pool(site: Site) -> Iterator[Pool]:
    pool = site.serve()
    yield pool
    pool.stop()


_numbers = count()


@pytest.fixture
def gate(site: Site) -> Path:
    site.book = site.folder / f"book-{next(_numbers)}"
    return site.gate(f"gate-{next(_numbers)}")


def _log(site: Site, seq: int, attempt: int | None = None, since: int = 0) -> JobLog:
    found: JobLog = site.read(lambda report: report.log(seq, attempt, since))
    return found


def _lines(site: Site, seq: int, attempt: int | None = None) -> list[str]:
    log = _log(site, seq, attempt)
    assert not log.cut
    return (log.head + log.tail).decode().splitlines()


def _run(site: Site, task: str, *args: object, state: State = State.SUCCEEDED) -> int:
    seq = site.enqueue(task, *args)
    site.ends_as(state, seq)
    return seq


def test_all_that_a_job_prints_is_kept_in_order(site: Site, pool: Pool) -> None:
    text = "\n".join(_lines(site, _run(site, "every_way")))
    words = ("1 print", "2 write", "3 C", "4 info", "5 child", "6 child", "7 st", "8 w", "9 w")
    places = [text.index(word) for word in words]
    assert places == sorted(places), text
    assert "10 C without an end" in text
    assert "11 without an end" in text
    assert "never shown" not in text


def test_log_records_tell_their_level(site: Site, pool: Pool) -> None:
    lines = _lines(site, _run(site, "every_way"))
    (at,) = (index for index, line in enumerate(lines) if "4 info" in line)
    assert lines[at].endswith(" INFO shop.mail: 4 info")
    assert lines[at + 1] == "  | with a second line"
    assert any(line.endswith(" WARNING shop.mail: 8 warning") for line in lines)


def test_each_job_has_its_own_words(site: Site, pool: Pool) -> None:
    seqs = [_run(site, "say", f"word {number}") for number in range(3)]
    assert [_lines(site, seq) for seq in seqs] == [["word 0"], ["word 1"], ["word 2"]]


def test_two_attempts_are_told_apart(site: Site, pool: Pool) -> None:
    seq = _run(site, "fails_first", "try")
    first, second = _lines(site, seq, 1), _lines(site, seq, 2)
    assert first[0] == "try 1"
    assert any("ValueError: once" in line for line in first)
    assert "try 2" not in first
    assert second == ["try 2"]
    assert _lines(site, seq) == second
    with pytest.raises(NoLog, match="no attempt 3"):
        _log(site, seq, 3)


def test_a_silent_job_writes_nothing(site: Site, pool: Pool) -> None:
    seq = _run(site, "say", "before")
    sizes = _sizes(site)
    silent = _run(site, "silent")
    assert _sizes(site) == sizes
    assert _log(site, silent).is_empty
    assert _lines(site, seq) == ["before"]


def test_a_running_job_can_be_followed(site: Site, pool: Pool, gate: Path) -> None:
    seq = site.enqueue("held", site.book, gate, "it")
    site.begun()
    first = _log(site, seq)
    assert (first.tail, first.is_open) == (b"it begins\n", True)
    assert _log(site, seq, since=first.end).is_empty
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    rest = _log(site, seq, since=first.end)
    assert (rest.tail, rest.is_open) == (b"it ends\n", False)


def test_a_job_that_closes_everything_spoils_nothing(site: Site, pool: Pool) -> None:
    assert _lines(site, _run(site, "closes_and_moves")) == ["before"]
    assert _lines(site, _run(site, "say", "after")) == ["after"]


def test_a_job_that_prints_elsewhere_does_so_for_itself_alone(site: Site, pool: Pool) -> None:
    assert _lines(site, _run(site, "puts_something_else_there")) == []
    assert _lines(site, _run(site, "say", "after")) == ["after"]


def test_a_job_that_has_not_run_has_no_log_yet(site: Site, pool: Pool) -> None:
    later = site.app().say.schedule(("later",), delay=3600)
    seq = site.job(later.id).seq
    assert site.read(lambda report: report.log(seq)) is None


@pytest.mark.parametrize("how", ["segfault", "kill"])
def test_last_words_are_kept(sites: Callable[..., Site], how: str) -> None:
    site = sites(app="chatty", **BUFFERED)
    pool = site.serve()
    seq = _run(site, "last_words", how, state=State.FAILED)
    _run(site, "say", "the next worker")
    lines = _lines(site, seq)
    assert lines[0] == "last words"
    if how == "segfault":
        assert lines[1] == "and of C"
        assert "Fatal Python error: Segmentation fault" in lines
        assert any("last_words" in line for line in lines)
    assert "the next worker" not in lines
    pool.stop()
    assert _lines(site, seq) == lines


def test_a_flood_is_bounded_on_disk_while_it_goes_on(site: Site, pool: Pool, gate: Path) -> None:
    seq = site.enqueue("flood", 200_000, site.book, gate)
    site.begun()
    eventually(lambda: _on_disk(site) < 8_000_000)
    log = _log(site, seq)
    _check_flood(log, 200_000)
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, seq)
    assert _log(site, seq).tail == log.tail


def test_a_short_flood_is_bounded_when_it_ends(site: Site, pool: Pool) -> None:
    before = _on_disk(site)
    seq = _run(site, "flood", 120_000)
    assert _on_disk(site) - before < 5_500_000
    _check_flood(_log(site, seq), 120_000)
    # The next one begins in a new file, and neither is disturbed by it.
    assert _lines(site, _run(site, "closes_and_moves")) == ["before"]
    assert _lines(site, _run(site, "say", "after")) == ["after"]
    _check_flood(_log(site, seq), 120_000)
    assert len(list(_files(site))) > 1


def _check_flood(log: JobLog, lines: int) -> None:
    assert len(log.head) == logfiles.HEAD
    assert len(log.tail) == logfiles.TAIL
    assert log.cut == 100 * lines - logfiles.KEPT
    assert log.head.startswith(b"0" * 99 + b"\n")
    assert log.tail.endswith(b"%099d\n" % (lines - 1))
    assert b"\0" not in log.head + log.tail


def test_prints_still_reach_whoever_started_the_pool(sites: Callable[..., Site]) -> None:
    site = sites(app="chatty", **BUFFERED)
    pool = site.serve(workers=2)
    _run(site, "say", "hello terminal")
    pool.says("hello terminal\n")
    assert " | hello terminal" in pool.said()
    pool.stop()


def test_without_an_echo_they_do_not(sites: Callable[..., Site]) -> None:
    site = sites(app="chatty", **BUFFERED)
    pool = site.serve(echo=False)
    seq = _run(site, "say", "hello nobody")
    pool.stop()
    assert "hello nobody" not in pool.said()
    assert _lines(site, seq) == ["hello nobody"]


def test_files_go_with_the_jobs(sites: Callable[..., Site]) -> None:
    site = sites(app="chatty", **BUFFERED)
    pool = site.serve()
    _run(site, "say", "a word")
    _run(site, "silent")
    pool.stop()
    assert len(list(_files(site))) == 1
    _prune(site)
    assert not list(_files(site))
    assert not Path(logfiles.folder(site.database)).exists()


def test_a_pool_whose_jobs_are_silent_leaves_no_file(sites: Callable[..., Site]) -> None:
    site = sites(app="chatty", **BUFFERED)
    pool = site.serve(workers=2)
    _run(site, "silent")
    pool.stop()
    assert not list(_files(site))


def test_what_a_killed_pool_leaves_is_kept_for_its_job(sites: Callable[..., Site]) -> None:
    site = sites(app="chatty", **BUFFERED)
    pool, gate = site.serve(), site.gate()
    seq = site.enqueue("held", site.book, gate, "it")
    site.begun()
    pool.signal(signal.SIGKILL)
    pool.ends()
    again = site.serve()
    site.begun(2)
    open_gate(gate)
    again.stop()
    assert _lines(site, seq, 1) == ["it begins"]
    assert _lines(site, seq, 2) == ["it begins", "it ends"]


def test_the_files_are_for_their_owner_alone(site: Site, pool: Pool) -> None:
    folder = Path(logfiles.folder(site.database))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def _prune(site: Site) -> None:
    control = Control(site.database)
    assert sum(control.prune(TooOld({State.SUCCEEDED: 2**62}, 2**62))) == 1
    control.close()


def _files(site: Site) -> Iterator[Path]:
    folder = Path(logfiles.folder(site.database))
    return folder.iterdir() if folder.exists() else iter(())


def _sizes(site: Site) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in _files(site)}


def _on_disk(site: Site) -> int:
    return sum(os.stat(path).st_blocks * 512 for path in _files(site))
