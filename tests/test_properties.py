"""What holds for any input: delays between tries, ticks of any clock, pages of a growing list."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from book import Book
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobdash.job import Job, State
from jobdash.pool.minutes import Minutes
from jobdash.report import JobFilter, Report
from jobdash.retries import DELAY_LIMIT, RetryPolicy

seconds = st.floats(0, 1e12, allow_nan=False)


@given(
    first=seconds,
    backoff=st.floats(1, 1e6),
    jitter=st.floats(0, 1),
    most=st.none() | st.floats(0.001, 1e9),
    chance=st.floats(0, 1),
)
@example(first=1.0, backoff=1e308, jitter=1.0, most=None, chance=1.0)
def test_a_delay_grows_to_its_cap_and_jitter_only_shortens_it(
    first: float, backoff: float, jitter: float, most: float | None, chance: float
) -> None:
    policy = RetryPolicy(first, backoff, most, jitter)
    for _ in range(50):
        cap = min(policy.delay, most or DELAY_LIMIT, DELAY_LIMIT)
        wait = policy.wait(chance)
        assert cap * (1 - jitter) <= wait * 1.000_001
        assert wait <= cap * 1.000_001
        following = policy.grown()
        assert min(policy.delay, DELAY_LIMIT) <= following.delay <= DELAY_LIMIT
        policy = following


@given(st.lists(st.floats(-1e4, 1e4), max_size=40))
def test_a_minute_is_told_when_it_begins_and_not_again_while_it_lasts(steps: list[float]) -> None:
    minutes, moment, last = Minutes(), 1.79e9, None
    for step in steps:
        moment += step
        told = minutes.take(moment)
        assert told == (None if moment // 60 == last else moment // 60)
        last = moment // 60


TASKS = ("mail.send", "mail.read", "shop.sell")
FILTERS = (JobFilter(), JobFilter(task="mail.*"), JobFilter(states=(State.PENDING,), task=TASKS[2]))
ADDED = st.lists(st.sampled_from(TASKS), max_size=4)


class Shelf:
    """A list of jobs that somebody pages through while it grows."""

    def __init__(self, folder: str) -> None:
        self.book = Book(Path(folder) / "jobs.db")
        self.report = Report(Path(folder) / "jobs.db")
        self.size = 0

    def add(self, tasks: list[str]) -> None:
        for task in tasks:
            self.size += 1
            self.book.add(f"j{self.size}", task=task)

    def seqs(self, wanted: JobFilter) -> list[int]:
        return _seqs(self.report.jobs(wanted, limit=1_000))

    def close(self) -> None:
        self.report.close()
        self.book.end()


def _seqs(jobs: list[Job]) -> list[int]:
    return [job.seq for job in jobs]


@pytest.mark.parametrize("wanted", FILTERS, ids=["all", "by-tasks", "by-task-and-state"])
@settings(max_examples=25)
@given(start=st.lists(st.sampled_from(TASKS), min_size=1, max_size=25), added=st.lists(ADDED))
def test_pages_show_each_job_once_while_others_arrive(
    wanted: JobFilter, start: list[str], added: list[list[str]]
) -> None:
    with TemporaryDirectory() as folder:
        shelf = Shelf(folder)
        try:
            shelf.add(start)
            _page_down_and_up(shelf, wanted, iter(added))
        finally:
            shelf.close()


def _page_down_and_up(shelf: Shelf, wanted: JobFilter, added: Any) -> None:
    there = shelf.seqs(wanted)
    page = _seqs(shelf.report.jobs(wanted, limit=3))
    seen = list(page)
    while page:
        shelf.add(next(added, []))
        page = _seqs(shelf.report.older(wanted, page[-1], 3))
        seen += page
    assert seen == there, "downwards: what was there, and nothing twice"
    page, seen = [0], []
    while page:
        shelf.add(next(added, []))
        page = _seqs(shelf.report.newer(wanted, page[0], 3))
        seen = page + seen
    assert seen == shelf.seqs(wanted), "upwards: what has arrived too"
