"""Charts and task figures against a recount of what really happened. Costs about 1 s."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from book import NOW, SECOND, Book
from hypothesis import given
from hypothesis import strategies as st

from jobdash.job import Event, State
from jobdash.report import Report
from jobdash.report.alerts import Facts, alerts
from jobdash.report.rates import Axis, Column, Point, axis, columns, joined
from jobdash.report.task_figures import TaskFigures, read_figures
from jobdash.report.task_reads import MOST_RUNS, TaskReads
from jobdash.report.task_stats import Run, binned, figures, spread

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
START = NOW - NOW % HOUR


def point(at: int, arrived: int, ended: int = 0, failed: int = 0, pending: int = 0) -> Point:
    return Point(START + at * SECOND, arrived, ended, failed, pending)


def of(found: Sequence[Column], name: str) -> list[int]:
    return [getattr(column, name) for column in found]


# -- columns -------------------------------------------------------------------------------------


def test_an_axis_ends_with_the_column_that_goes_on_and_begins_at_round_moments() -> None:
    over = axis(START + 125 * SECOND, MINUTE, 5)
    assert over == Axis(START - 2 * MINUTE, MINUTE, 5)
    assert over.index(START + 125 * SECOND) == 4


def test_what_lies_between_two_notes_is_told_by_the_later_one() -> None:
    track = [point(-30, 10, 5, 1, 4), point(10, 12, 9, 2, 3), point(130, 20, 9, 2, 11)]
    found = columns([[track]], axis(START + 150 * SECOND, MINUTE, 3))
    assert of(found, "arrived") == [2, 0, 8]
    assert of(found, "ended") == [4, 0, 0]
    assert of(found, "failed") == [1, 0, 0]
    assert of(found, "pending") == [3, 3, 11]


def test_a_retry_or_pruning_makes_no_negative_column() -> None:
    track = [point(0, 10, 10, 6), point(60, 10, 4, 0, 6), point(120, 10, 10, 1)]
    found = columns([[track]], axis(START + 150 * SECOND, MINUTE, 3))
    assert of(found, "ended") == [0, 0, 6]
    assert of(found, "failed") == [0, 0, 1]


def test_what_nobody_noted_is_not_put_at_the_end_as_if_it_had_happened_now() -> None:
    noted = [point(0, 10), point(10, 20)]
    seen = [point(3600, 900), point(3610, 903)]
    tracks = joined(noted, seen)
    found = columns([tracks], axis(START + 3615 * SECOND, MINUTE, 61))
    assert sum(of(found, "arrived")) == 10 + 3


def test_the_depth_of_two_tracks_of_a_queue_follows_one_on_the_other_and_queues_add_up() -> None:
    noted = [point(0, 10, pending=7)]
    seen = [point(300, 900, pending=2), point(310, 903, pending=3)]
    over = axis(START + 319 * SECOND, MINUTE, 6)
    one = columns([joined(noted, seen)], over)
    assert of(one, "pending") == [7, 7, 7, 7, 7, 3]
    two = columns([joined(noted, seen), [[point(120, 5, pending=5)]]], over)
    assert of(two, "pending") == [7, 7, 12, 12, 12, 8]


def test_what_has_just_been_seen_goes_on_where_the_notes_end() -> None:
    noted = [point(0, 10), point(10, 20)]
    seen = [point(8, 19), point(14, 22), point(25, 30)]
    assert joined(noted, seen) == [[point(0, 10), point(10, 20), point(25, 30)]]


def test_what_came_since_the_last_note_is_told_at_once() -> None:
    noted, seen = [point(0, 10), point(10, 20)], [point(8, 19), point(14, 22)]
    assert joined(noted, seen) == [[point(0, 10), point(10, 20), point(14, 22)]]


def test_a_young_file_is_told_of_before_anything_is_noted(book: Book) -> None:
    for name in "abc":
        book.add(name, START)
    with Report(book.database.path) as report:
        noted = report.noted_points(axis(START, MINUTE, 5))
        now = report.points_now(START + SECOND)
        found = columns([joined(noted["huey"], [now["huey"]])], axis(START + SECOND, MINUTE, 5))
    assert sum(of(found, "arrived")) == 3


def test_notes_from_the_future_are_of_a_clock_that_was_set_back() -> None:
    noted = [point(0, 10), point(10, 20), point(500, 800)]
    seen = [point(25, 801), point(36, 805)]
    found = columns([joined(noted, seen)], axis(START + 36 * SECOND, 10 * SECOND, 12))
    assert sum(of(found, "arrived")) == 10 + 4


def test_nothing_known_is_no_column_of_anything() -> None:
    over = axis(START, MINUTE, 3)
    assert columns([], over) == columns([[[]]], over) == columns([joined([], [])], over)
    assert of(columns([[[point(-1, 7, pending=2)]]], over), "pending") == [0, 2, 2]


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 400), st.integers(0, 9), st.integers(0, 9), st.booleans()),
        max_size=40,
    ),
    count=st.integers(1, 70),
    width=st.sampled_from([10, 30, 60, 900]),
)
def test_the_columns_add_up_to_what_happened_in_their_time(
    steps: list[tuple[int, int, int, bool]], count: int, width: int
) -> None:
    at, arrived, ended, failed = 0, 5, 3, 1
    track, happened = [point(0, 5, 3, 1)], []
    for seconds, came, went, fails in steps:
        at, arrived, ended, failed = (
            at + seconds,
            arrived + came,
            ended + went,
            failed + went * fails,
        )
        track.append(point(at, arrived, ended, failed, arrived - ended))
        happened.append((START + at * SECOND, came, went, went * fails))
    over = axis(START + at * SECOND, width * SECOND, count)
    found = columns([[track]], over)
    recent = [step for step in happened if step[0] >= over.first_at]
    assert sum(of(found, "arrived")) == sum(step[1] for step in recent)
    assert sum(of(found, "ended")) == sum(step[2] for step in recent)
    assert sum(of(found, "failed")) == sum(step[3] for step in recent)
    assert found[-1].pending == track[-1].pending


# -- a real ledger -------------------------------------------------------------------------------


def live(book: Book, r: random.Random, slots: int) -> list[tuple[int, str]]:
    """Let jobs come and end for a while, noted every ten seconds; return when what happened."""
    worker, happened = book.worker(), []
    for slot in range(slots):
        now = START + slot * 10 * SECOND
        for number in range(r.choice([0, 0, 1, 5])):
            book.add(f"j{slot}-{number}", now, task=r.choice(["a", "b"]))
            happened.append((now, "arrived"))
        for _ in range(r.choice([0, 0, 2, 6])):
            claim = book.ledger.attempts.claim(worker, now)
            if claim is not None:
                event = r.choice([Event.SUCCEED, Event.SUCCEED, Event.FAIL])
                book.settle(claim, event, now)
                happened.append((now, "ended"))
                if event is Event.FAIL:
                    happened.append((now, "failed"))
        book.ledger.samples.take(now)
    return happened


@pytest.mark.parametrize("width", [10, 60, 600])
def test_a_ledgers_notes_make_columns_equal_to_a_recount(book: Book, width: int) -> None:
    happened = live(book, random.Random(width), 90)
    now = START + 900 * SECOND
    over = axis(now, width * SECOND, 3600 // width)
    with Report(book.database.path) as report:
        (track,) = report.noted_points(over).values()
        counts = report.counts()
        assert report.points_now(now)["huey"].pending == counts[State.PENDING]
    found = columns([[track]], over)
    recount = Counter((over.index(at), what) for at, what in happened)
    for index, column in enumerate(found):
        for what in ("arrived", "ended", "failed"):
            assert getattr(column, what) == recount[index, what], (index, what)
    assert found[-1].pending == counts[State.PENDING]


def test_a_file_whose_beginning_is_gone_does_not_begin_with_all_it_ever_had(book: Book) -> None:
    live(book, random.Random(7), 20)
    now = START + 200 * SECOND
    over = axis(now, MINUTE, 60)
    book.write("DELETE FROM sample WHERE at < ?", (START + 100 * SECOND,))
    with Report(book.database.path) as report:
        (track,) = report.noted_points(over).values()
    assert track[0].arrived > 0
    assert sum(of(columns([[track]], over), "arrived")) == track[-1].arrived - track[0].arrived


def test_a_stretch_begins_from_the_last_note_before_it(book: Book) -> None:
    happened = live(book, random.Random(8), 60)
    now = START + 600 * SECOND
    over = axis(now, MINUTE, 3)
    with Report(book.database.path) as report:
        (track,) = report.noted_points(over, "huey").values()
        assert report.noted_points(over, "another") == {}
    recent = sum(what == "arrived" and at >= over.first_at for at, what in happened)
    assert sum(of(columns([[track]], over), "arrived")) == recent


def test_the_first_note_after_a_long_rest_is_counted_from_the_last_one_before_it(
    book: Book,
) -> None:
    for at, arrived in ((0, 10), (3600, 15)):
        book.write(
            "INSERT INTO sample VALUES ('huey', ?, ?, 0, 0, ?)",
            (START + at * SECOND, arrived, arrived),
        )
    over = axis(START + 3650 * SECOND, MINUTE, 5)
    with Report(book.database.path) as report:
        found = columns([list(report.noted_points(over).values())], over)
    assert of(found, "arrived") == [0, 0, 0, 0, 5]
    assert of(found, "pending") == [10, 10, 10, 10, 15]


# -- tasks ---------------------------------------------------------------------------------------


def finished(book: Book, r: random.Random, count: int) -> dict[str, list[Run]]:
    """Write jobs that have ended, of a few tasks; return them by task, newest first."""
    made: dict[str, list[Run]] = defaultdict(list)
    for number in range(count):
        task = r.choice(["a", "a", "a", "b", "c.d"])
        state = r.choice([State.SUCCEEDED, State.SUCCEEDED, State.FAILED])
        at = START + number * SECOND
        started = at + r.randrange(5 * SECOND)
        ended = started + r.randrange(20 * SECOND)
        seq = book.add(f"t{number}", at, task=task)
        book.write(
            "UPDATE job SET state = ?, started_at = ?, finished_at = ?, claims = 1 WHERE seq = ?",
            (str(state), started, ended, seq),
        )
        made[task].insert(0, Run(seq, str(state), started, ended, at))
    return made


def test_the_figures_of_every_task_equal_a_recount(book: Book) -> None:
    made = finished(book, random.Random(1), 300)
    with Report(book.database.path) as report:
        counts = report.task_counts()
        found = read_figures(report, counts, TaskFigures(), START + 300 * SECOND, 12)
    for task, runs in made.items():
        stats = found.stats(("huey", task), counts["huey", task])
        took = sorted(run.finished_at - run.started_at for run in runs)
        waits = sorted(run.started_at - (run.ready_at or 0) for run in runs)
        failed = [run for run in runs if run.state == "failed"]
        assert stats.figures is not None
        assert stats.figures.waited is not None
        assert stats.figures.runs == len(runs)
        assert stats.figures.took.p50 == took[math.ceil(len(took) / 2) - 1] / SECOND
        assert stats.figures.took.p95 == took[math.ceil(len(took) * 0.95) - 1] / SECOND
        assert stats.figures.waited.p95 == waits[math.ceil(len(waits) * 0.95) - 1] / SECOND
        assert stats.success == (len(runs) - len(failed)) / len(runs)
        last = max(failed, key=lambda run: run.finished_at)
        assert found.last_failed["huey", task].seq == last.seq
        now = START + 300 * SECOND
        assert stats.trend == binned([run.finished_at for run in runs], now - HOUR, now, 12)


def test_counts_of_tasks_equal_a_recount_with_running_ones(book: Book) -> None:
    live(book, random.Random(3), 60)
    while book.ledger.attempts.claim(book.worker(), NOW):
        pass
    recount = book.rows("SELECT queue, task, state, count(*) FROM job GROUP BY 1, 2, 3")
    with Report(book.database.path) as report:
        found = report.task_counts()
    told = sorted((*key, str(state), n) for key, one in found.items() for state, n in one.items())
    assert told == sorted(recount)
    assert any(state == "running" for _, _, state, _ in recount)


def test_a_rare_task_is_found_in_its_chunk_and_looked_for_once(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(book, random.Random(4), 40)
    rare = book.add("rare", START, task="rare")
    book.write(
        "UPDATE job SET state = 'failed', started_at = ?, finished_at = ? WHERE seq = ?",
        (START, START + SECOND, rare),
    )
    book.add("newer", START, task="a")
    # Only the newest number is looked at for all tasks together.
    monkeypatch.setattr("jobdash.report.task_reads.NEWEST", 1)
    with Report(book.database.path) as report:
        counts = report.task_counts()
        first = read_figures(report, counts, TaskFigures(), START + HOUR, 12)
        assert first.runs["huey", "rare"].took.p50 == 1.0
        assert first.last_failed["huey", "rare"].seq == rare

        def refuse(*_: object) -> list[Run]:
            raise AssertionError("it was looked for again")

        monkeypatch.setattr(TaskReads, "runs_in_chunk", refuse)
        again = read_figures(report, counts, first, START + HOUR, 12)
    assert again.runs == first.runs


def test_a_wait_is_not_known_of_a_job_that_a_lost_worker_had_begun(book: Book) -> None:
    seq = book.add("j", START)
    book.write(
        "UPDATE job SET state = 'succeeded', started_at = ?, finished_at = ?, rescues = 1"
        " WHERE seq = ?",
        (START + 90 * SECOND, START + 91 * SECOND, seq),
    )
    with Report(book.database.path) as report:
        ((run,),) = report.newest_runs().values()
    assert run.ready_at is None
    made = figures([run])
    assert made is not None
    assert made.waited is None


def test_percentiles_are_by_nearest_rank_and_never_negative() -> None:
    assert spread([SECOND]) == (1.0, 1.0)
    assert spread([n * SECOND for n in range(1, 101)]) == (50.0, 95.0)
    assert spread([-5 * SECOND]) == (0.0, 0.0)
    assert figures([]) is None


def test_a_trend_of_more_jobs_than_are_looked_at_is_an_estimate_of_all(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(book, random.Random(5), 300)
    monkeypatch.setattr("jobdash.report.task_reads._SAMPLED", 100)
    with Report(book.database.path) as report:
        found = report.trends(START, START + HOUR, 6)
    assert 270 <= sum(map(sum, found.values())) <= 330


def test_only_so_many_runs_of_a_task_are_counted(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_RUNS == 1000
    made = finished(book, random.Random(6), 60)
    monkeypatch.setattr("jobdash.report.task_reads.MOST_RUNS", 5)
    with Report(book.database.path) as report:
        found = report.newest_runs()
    assert found["huey", "a"] == made["a"][:5]


# -- outlook -------------------------------------------------------------------------------------


def test_what_failed_last_is_told_by_its_end_and_what_comes_next_by_its_eta(book: Book) -> None:
    seqs = [book.add(f"j{n}", START) for n in range(6)]
    for place, seq in enumerate([seqs[3], seqs[0], seqs[1]]):
        book.write(
            "UPDATE job SET state = 'failed', started_at = 1, finished_at = ? WHERE seq = ?",
            (START + (10 - place) * SECOND, seq),
        )
    for place, seq in enumerate([seqs[5], seqs[4]]):
        state = "retrying" if place else "scheduled"
        book.write(
            "UPDATE job SET state = ?, eta = ? WHERE seq = ?",
            (state, START + place * SECOND, seq),
        )
    with Report(book.database.path) as report:
        assert [job.seq for job in report.last_failed(2)] == [seqs[3], seqs[0]]
        assert report.last_failed(2, "another") == []
        assert [job.seq for job in report.next_due(5, ["huey", "another"])] == [seqs[5], seqs[4]]
        facts = report.file_facts()
        path = Path(book.database.path)
        assert facts.name == path.name
        assert facts.size == path.stat().st_size
        assert facts.wal_size == Path(f"{path}-wal").stat().st_size


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (Facts(), []),
        (Facts(pending=3, workers=2, oldest_pending_at=NOW - MINUTE), []),
        (Facts(pending=3), ["no-worker"]),
        (Facts(delayed=1), ["no-worker"]),
        (Facts(pending=1, workers=1, oldest_pending_at=NOW - 3 * MINUTE), ["long-wait"]),
        (Facts(workers=1, ended=20, failed=2), ["many-failures"]),
        (Facts(workers=1, ended=19, failed=19), []),
        (Facts(workers=1, ended=100, failed=9), []),
        (Facts(paused=[("huey", ""), ("huey", "a")], plain_messages=2), ["paused", "plain-huey"]),
    ],
)
def test_each_alert_has_its_rule(facts: Facts, names: list[str]) -> None:
    found = alerts(facts, NOW)
    assert [alert.name for alert in found] == names
    assert all(alert.what for alert in found)
