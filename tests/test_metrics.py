"""What Prometheus reads: the same numbers as the ledger's, sums that only rise. Costs a second."""

import re
from pathlib import Path
from typing import Any

import pytest
from book import NOW, SECOND, Book
from cli_support import refused, run

from jobdash.database import Database
from jobdash.job import Event
from jobdash.ledger.measures import LAG
from jobdash.measure import MOST_TASKS, OTHERS
from jobdash.metrics import exposition
from jobdash.report import Report

LATER = LAG + 1


def metrics(path: Path, now: int = NOW) -> dict[str, float]:
    with Report(path) as report:
        lines = exposition(report, now).splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def count(book: Book, now: int) -> None:
    book.ledger.measures.take(now)


def test_gauges_say_what_is_now(book: Book) -> None:
    book.add("a", now=NOW - 30 * SECOND)
    book.add("b")
    worker = book.worker()
    book.claim(worker)
    found = metrics(book.database.path)
    assert found['jobdash_jobs{queue="huey",state="pending"}'] == 1
    assert found['jobdash_jobs{queue="huey",state="running"}'] == 1
    assert found['jobdash_queue_depth{queue="huey"}'] == 1
    assert found['jobdash_oldest_pending_age_seconds{queue="huey"}'] == 0
    assert found['jobdash_workers{queue="huey"}'] == 0, "no process stands behind it"
    with Report(book.database.path) as report:
        text = exposition(report, NOW)
    assert "# TYPE jobdash_queue_depth gauge" in text
    assert "# HELP jobdash_queue_depth " in text


def test_each_end_is_counted_once(book: Book) -> None:
    path, worker = book.database.path, book.worker()
    count(book, NOW)
    book.add("a", now=NOW)
    book.settle(book.claim(worker, NOW + SECOND), Event.SUCCEED, NOW + 3 * SECOND)
    book.add("b", now=NOW)
    book.settle(book.claim(worker, NOW), Event.TRY_AGAIN, NOW + 1, eta=NOW + 1, retries_left=0)
    book.settle(book.claim(worker, NOW + 1), Event.FAIL, NOW + SECOND)
    for now in (NOW + LATER, NOW + 4 * SECOND + LATER, NOW + 60 * SECOND, NOW + 70 * SECOND):
        count(book, now)
    found = metrics(path)
    task = 'queue="huey",task="mail.send"'
    assert found[f'jobdash_jobs_finished_total{{{task},outcome="succeeded"}}'] == 1
    assert found[f'jobdash_jobs_finished_total{{{task},outcome="failed"}}'] == 1
    assert found[f"jobdash_dead_letters_total{{{task}}}"] == 1
    assert found[f"jobdash_retries_total{{{task}}}"] == 1
    assert found[f"jobdash_run_seconds_count{{{task}}}"] == 3
    assert found[f"jobdash_run_seconds_sum{{{task}}}"] == 3
    assert found[f'jobdash_run_seconds_bucket{{{task},le="1"}}'] == 2
    assert found[f'jobdash_run_seconds_bucket{{{task},le="2.5"}}'] == 3
    assert found[f'jobdash_run_seconds_bucket{{{task},le="+Inf"}}'] == 3
    assert found[f"jobdash_wait_seconds_count{{{task}}}"] == 2


def test_sums_never_fall_and_a_second_pool_counts_nothing_twice(book: Book) -> None:
    path, worker = book.database.path, book.worker()
    count(book, NOW)
    other = Book(path)
    count(other, NOW)
    for number in range(5):
        book.add(str(number))
    book.drain(worker, now=NOW + SECOND)
    later = NOW + SECOND + LATER
    count(book, later)
    count(other, later)
    name = 'jobdash_jobs_finished_total{queue="huey",task="mail.send",outcome="succeeded"}'
    assert metrics(path)[name] == 5
    book.write("DELETE FROM result")
    book.write("DELETE FROM job")
    for one in (book, other):
        count(one, later + 60 * SECOND)
    assert metrics(path)[name] == 5
    other.database.close()


def test_two_pools_that_count_at_the_same_moment_count_once(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, worker = book.database.path, book.worker()
    count(book, NOW)
    book.add("a")
    book.drain(worker, now=NOW + SECOND)
    later, other = NOW + SECOND + LATER, Book(path)
    begin = book.database.transaction

    def transaction(**options: Any) -> Any:
        count(other, later)
        return begin(**options)

    monkeypatch.setattr(book.database, "transaction", transaction)
    count(book, later)
    monkeypatch.undo()
    count(book, later + 60 * SECOND)
    name = 'jobdash_jobs_finished_total{queue="huey",task="mail.send",outcome="succeeded"}'
    assert metrics(path)[name] == 1
    other.database.close()


def test_what_ends_late_in_a_chunk_that_was_looked_at_is_counted_too(book: Book) -> None:
    """The counts change at once, the time to count comes later: no end may fall in between."""
    path, worker = book.database.path, book.worker()
    count(book, NOW)
    total = 0
    for step in range(1, 12):
        now = NOW + step * SECOND
        book.add(str(step), now=now)
        book.drain(worker, now=now)
        count(book, now)
        total += 1
    for step in range(12, 20):
        count(book, NOW + step * SECOND)
    name = 'jobdash_jobs_finished_total{queue="huey",task="mail.send",outcome="succeeded"}'
    assert metrics(path)[name] == total


def test_who_begins_to_count_looks_through_what_has_changed_since(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool on a file with a million jobs reads no old ones again when it starts."""
    looked: list[int] = []
    rows = Database.rows

    def seen(database: Database, sql: Any, where: Any = ()) -> Any:
        looked.extend([where["low"]] if "low" in where else ())
        return rows(database, sql, where)

    path, worker = book.database.path, book.worker()
    book.add("old")
    book.drain(worker, now=NOW - SECOND)
    monkeypatch.setattr(Database, "rows", seen)
    count(book, NOW)
    count(book, NOW + LATER)
    assert not looked
    book.add("a")
    book.drain(worker, now=NOW + 2 * LATER)
    for step in (1, 2, 3):
        count(book, NOW + 2 * LATER + step * 10 * SECOND)
    assert looked
    looked.clear()
    other = Book(path)
    count(other, NOW + 55 * SECOND)
    assert not looked
    other.add("b")
    other.drain(worker, now=NOW + 56 * SECOND)
    third = Book(path)
    count(third, NOW + 57 * SECOND)
    assert looked
    count(third, NOW + 70 * SECOND)
    name = 'jobdash_jobs_finished_total{queue="huey",task="mail.send",outcome="succeeded"}'
    assert metrics(path)[name] == 2
    for one in (other, third):
        one.database.close()


def test_what_ends_a_second_time_while_nobody_counts_is_counted(book: Book) -> None:
    """Its chunk has the same mark as before, which was counted then."""
    path, worker = book.database.path, book.worker()
    count(book, NOW)
    seq = book.add("a", now=NOW)
    book.settle(book.claim(worker, NOW), Event.FAIL, NOW + SECOND)
    for step in (1, 2):
        count(book, NOW + step * 10 * SECOND)
    book.ledger.decisions.retry(seq, NOW + 21 * SECOND)
    count(book, NOW + 30 * SECOND)
    book.settle(book.claim(worker, NOW + 31 * SECOND), Event.FAIL, NOW + 32 * SECOND)
    other = Book(path)
    for step in (4, 5):
        count(other, NOW + step * 10 * SECOND)
    name = 'jobdash_jobs_finished_total{queue="huey",task="mail.send",outcome="failed"}'
    assert metrics(path)[name] == 2
    other.database.close()


def test_tasks_beyond_a_bound_are_counted_together_and_labels_are_harmless(book: Book) -> None:
    path, worker = book.database.path, book.worker()
    count(book, NOW)
    for number in range(MOST_TASKS + 3):
        book.add(f"j{number}", task=f't{number}"\\\n\x1b[31m' if number < 1 else f"t{number}")
    book.drain(worker, now=NOW + SECOND)
    count(book, NOW + SECOND + LATER)
    with Report(path) as report:
        text = exposition(report, NOW)
    ended = re.findall(r'^jobdash_jobs_finished_total{.*task="(.*)",outcome', text, re.M)
    assert len(ended) == MOST_TASKS + 1
    assert OTHERS in ended
    assert "\x1b" not in text
    assert any(name.startswith('t0\\"\\\\') for name in ended)


def test_stats_prints_them_for_the_textfile_collector(book: Book) -> None:
    book.add("a")
    place = ("--db", book.database.path)
    found = run("stats", "--prometheus", *place)
    assert found.exit_code == 0
    assert 'jobdash_queue_depth{queue="huey"} 1\n' in found.stdout
    assert found.stdout.endswith("\n")
    refused(run("stats", "--prometheus", "--json", *place), 2, "not both")
