"""`jobdash bench`: every figure is there and can be true; how high it is, is no test's business.

Costs about fifteen seconds: two dashboards are started and pressed, and the clock has to tick.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from book import Book, assert_sound, new_job
from cli_support import processes_with, program, refused, run, start, wait_for
from waiting import eventually

from jobdash.bench.engine import EngineEffort, measure_engine
from jobdash.bench.engine.figure_list import figures as engine_figures
from jobdash.bench.engine.stand import Stand
from jobdash.bench.engine.subjects import HUEY, JOBDASH
from jobdash.bench.figures import Budget, Figure, Reading
from jobdash.bench.history import make_history
from jobdash.bench.load import steady_load
from jobdash.bench.lone_writer import write
from jobdash.bench.results import Results, percentile
from jobdash.bench.tui.figure_list import figures
from jobdash.bench.turns import Topic, take_turns
from jobdash.database import open_database
from jobdash.report import Report

SHORTEST = ("--quick", "--samples", 1, "--seconds", 0.3)
# Of these there is nothing to measure without jobs.
NEED_JOBS = {"down", "page-down", "last", "first", "open"}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a benchmark makes its folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_every_figure_is_measured_and_nothing_is_left(scratch: Path) -> None:
    done = program("bench", "--tui", "--jobs", 200, "--json", *SHORTEST)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    measured = {(figure["reading"], figure["statistic"]): figure for figure in found["figures"]}
    assert set(measured) == {(figure.reading, figure.statistic) for figure in figures()}
    for figure in measured.values():
        names = {"full"} if figure["reading"].partition(".")[0] in NEED_JOBS else {"full", "empty"}
        assert set(figure["subjects"]) == names
        assert (figure["met"] is None) == (figure["budget"] is None)
        for summary in figure["subjects"].values():
            assert 0 <= summary["least"] <= summary["value"] <= summary["most"]
    assert found["jobs"] == 200
    assert measured["memory", "p50"]["subjects"]["full"]["value"] > 10
    assert measured["start", "p50"]["subjects"]["full"]["value"] > 50
    assert measured["busy-bytes", "p50"]["subjects"]["full"]["value"] > 0
    assert {reading["subject"] for reading in found["readings"]} == {"empty", "full"}
    assert all(reading["other_load"] is not None for reading in found["readings"][:3])
    assert "made in" in done.stderr
    assert list(scratch.iterdir()) == []
    eventually(lambda: not processes_with(str(scratch)))


def test_a_signal_ends_it_and_leaves_nothing(scratch: Path) -> None:
    with start("bench", "--tui", "--jobs", 200, *SHORTEST) as process:
        wait_for(lambda: [*scratch.glob("jobdash-bench-*/full.db")])
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert list(scratch.iterdir()) == []
    wait_for(lambda: not processes_with(str(scratch)))


def test_a_file_of_somebodys_jobs_is_refused(book: Book) -> None:
    book.enter(new_job("mine"))
    refused(run("bench", "--file", book.database.path), 2, "no benchmark's", "huey")
    assert [row[0] for row in book.rows("SELECT id FROM job")] == ["mine"]


@pytest.mark.parametrize("jobs", [0, 1, 1_500])
def test_a_history_is_a_sound_file_of_that_many_jobs(path: Path, jobs: int) -> None:
    make_history(path, jobs, 1_790_000_000_000_000)
    database = open_database(path, create=False)
    assert_sound(database)
    database.close()
    with Report(path) as report:
        counts = report.counts()
    assert sum(counts.values()) == jobs
    if jobs > 1_000:
        assert {state for state, count in counts.items() if count} >= {"pending", "failed"}


def test_subjects_take_turns_and_nobody_is_always_first() -> None:
    order: list[str] = []

    def measure(subject: str) -> Iterator[Reading]:
        order.append(subject)
        yield Reading("speed", float(len(order)))

    results = take_turns([Figure("speed", "speed", "ms")], ["a", "b"], [Topic("all", measure)], 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    (row,) = results.rows()
    assert (row.summaries["a"].value, row.summaries["b"].value) == (4, 3)


def test_a_budget_is_for_the_judged_subject_and_may_be_a_multiple_of_another_s() -> None:
    figures_ = [
        Figure("cpu", "cpu", "%", "p50", Budget(2), "full"),
        Figure("memory", "memory", "MB", "p50", Budget(1.1, "empty"), "full"),
        Figure("nothing", "not measured", "ms"),
    ]
    results = Results(figures_, ["empty", "full"])
    for subject, cpu, memory in (("empty", 9, 40), ("full", 2, 45)):
        results.note(subject, Reading("cpu", cpu, 0.5))
        results.note(subject, Reading("memory", memory))
    cpu_row, memory_row = results.rows()
    assert cpu_row.is_met is True
    assert cpu_row.summaries["full"].other_load == 0.5
    assert (memory_row.is_met, memory_row.ratio) == (False, 45 / 40)


def test_percentiles() -> None:
    values = [float(value) for value in range(101)]
    assert [percentile(values, percent) for percent in (50, 95, 99)] == [50, 95, 99]
    assert percentile([7.0], 95) == 7


def test_a_load_is_what_it_says(path: Path) -> None:
    make_history(path, 0, 0)
    with steady_load(path, 300) as pid:
        assert pid > 0
        started = time.monotonic()
        with Report(path) as report:
            eventually(lambda: report.counts()["succeeded"] >= 50)
        assert time.monotonic() - started > 0.3, "fifty jobs are 150 events: half a second's worth"
    with Report(path) as report:
        assert {state for state, count in report.counts().items() if count} == {"succeeded"}
    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run(["kill", "-0", str(pid)], check=True, capture_output=True)


def test_the_engine_is_measured_beside_plain_huey_and_sqlite(scratch: Path) -> None:
    full = scratch / "full.db"
    make_history(full, 110, time.time_ns() // 1000, "scheduled")
    effort = EngineEffort(1, 200, 2, idle=0.1, long_idle=0.1, crowd=0.2, crowds=(2,), dashboards=1)
    told: list[str] = []
    results = measure_engine(full, scratch, 110, effort, told.append)
    wanted = [
        (figure.reading, figure.statistic) for figure in engine_figures(110, 0.1, 0.1, (2,), 1)
    ]
    rows = results.rows()
    assert [(row.figure.reading, row.figure.statistic) for row in rows] == wanted
    below = {row.figure.reading: row.summaries[JOBDASH].value for row in rows}
    assert {reading: value for reading, value in below.items() if value < 0} == {}
    assert all(row.is_met is not None for row in rows if row.figure.budget is not None)
    by_reading = {row.figure.reading: row for row in rows}
    assert set(by_reading["enqueue"].summaries) == set(by_reading["drain"].summaries)
    assert by_reading["crowd-2-failed"].summaries[JOBDASH].value == 0
    assert "round 1 of 1: drain, huey" in told
    with Report(full) as report:
        assert report.counts()["pending"] == 0, "what it has enqueued there, it has run"
        assert report.counts()["succeeded"] >= 20
    eventually(lambda: not processes_with(str(scratch)))


@pytest.mark.parametrize("library", [HUEY, JOBDASH])
def test_a_consumer_that_is_ended_while_it_starts_leaves_no_worker(
    library: str, scratch: Path
) -> None:
    stand = Stand(library, scratch / "early.db")
    with stand.consumer(2) as pid:
        wait_for(lambda: len(processes_with(str(scratch))) > 1)
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not processes_with(str(scratch)))


def test_a_writer_counts_how_often_it_was_kept_waiting(path: Path) -> None:
    make_history(path, 0, 0)
    with Report(path) as report:
        free = write(path, 0.1, patience=0.005)
        assert report.counts()["pending"] == free["written"] > 0
    assert free["refused"] == 0
    database = open_database(path, create=False)
    with database.transaction():
        assert write(path, 0.1, patience=0.005)["refused"] > 0
    database.close()
