"""Which time limits a job has. How they end it is in test_naughty_tasks.py."""

from typing import Any

import pytest
from book import Book
from scene import Scene

from jobdash import SqliteHuey
from jobdash.errors import UsageError


def limits_of(scene: Scene, job: Any) -> tuple[Any, ...]:
    (limits,) = scene.rows("SELECT timeout, hard_timeout FROM job WHERE id = ?", (job.id,))
    return limits


@pytest.mark.parametrize(
    ("settings", "limits"),
    [
        ({}, (None, None)),
        ({"timeout": 5}, (5, 15)),
        ({"hard_timeout": 5}, (None, 5)),
        ({"timeout": 5, "hard_timeout": 6}, (5, 6)),
        ({"timeout": 5, "hard_timeout": None}, (5, None)),
    ],
)
def test_the_hard_limit_is_ten_seconds_after_the_soft_one_unless_a_task_says_else(
    huey: SqliteHuey, scene: Scene, settings: dict[str, Any], limits: tuple[Any, ...]
) -> None:
    assert limits_of(scene, huey.task(name="body", **settings)(lambda: None)()) == limits


def test_a_soft_limit_of_one_call_brings_its_hard_one_and_so_does_a_later_steps(
    huey: SqliteHuey, scene: Scene
) -> None:
    body = huey.task(name="body")(lambda *_: None)
    first, second = huey.enqueue(body.s(timeout=1).then(body.s(timeout=2)))
    assert [limits_of(scene, step) for step in (first, second)] == [(1, 11), (2, 12)]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"hard_timeout": 0}, "more than 0 seconds, not 0"),
        ({"hard_timeout": -1}, "more than 0"),
        ({"hard_timeout": float("nan")}, "more than 0"),
        ({"timeout": 5, "hard_timeout": 4}, r"\(4\) must not be shorter than timeout \(5\)"),
    ],
)
def test_limits_that_make_no_sense_are_refused_when_the_task_is_made(
    huey: SqliteHuey, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        huey.task(name="body", **settings)(lambda: None)


def test_looking_for_limits_reads_no_more_than_what_runs(book: Book) -> None:
    from jobdash.database import statements

    plan = "EXPLAIN QUERY PLAN " + statements("ledger")["limited"]
    assert [row[3] for row in book.rows(plan)] == ["SCAN job USING INDEX job_running"]
