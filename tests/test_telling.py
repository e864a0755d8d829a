"""Transitions as log records: silent until somebody listens, then each after its commit.

About a second.
"""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from scene import Scene, raises, run_all, run_next
from waiting import eventually

from jobdash.broker.pruner import Pruner
from jobdash.control import Control
from jobdash.errors import IllegalMove, UnknownJob
from jobdash.ledger.pruning import Retention
from jobdash.report import Report
from jobdash.transition import By

NOW = 1_795_000_000_000_000


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The records of transitions, while somebody listens."""
    logger = logging.getLogger("jobdash.transition")
    before = logger.level
    with caplog.at_level(logging.INFO, "jobdash.transition"):
        yield caplog
    logger.setLevel(before)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(one)["transition"] for one in caplog.records if one.name == "jobdash.transition"]


def brief(caplog: pytest.LogCaptureFixture) -> list[tuple[Any, ...]]:
    return [(one["event"], one["from"], one["to"], one["by"]) for one in told(caplog)]


def test_nothing_is_said_until_somebody_listens(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    huey = scene.huey()
    caplog.set_level(logging.DEBUG)
    huey.task()(lambda: 1)()
    run_all(huey)
    assert told(caplog) == []


@pytest.mark.parametrize("fused", [False, True])
def test_each_transition_is_told_by_who_makes_it(
    scene: Scene, heard: pytest.LogCaptureFixture, fused: bool
) -> None:
    huey = scene.huey()

    @huey.task()
    def fine() -> int:
        return 1

    broken = huey.task(name="broken")(raises(ValueError("no")))
    fine()
    broken()
    run_all(huey, fused=fused)
    assert sorted(brief(heard), key=str) == sorted(
        [
            ("enqueued", None, "pending", "app"),
            ("enqueued", None, "pending", "app"),
            ("started", "pending", "running", "worker"),
            ("started", "pending", "running", "worker"),
            ("succeeded", "running", "succeeded", "worker"),
            ("failed", "running", "failed", "worker"),
        ],
        key=str,
    )
    failed = told(heard)[-1]
    assert (failed["task"], failed["why"]) == ("scene.broken", "ValueError: no")


def test_a_retry_says_that_it_comes_back(scene: Scene, heard: pytest.LogCaptureFixture) -> None:
    huey = scene.huey()
    huey.task(name="later", retries=1, retry_delay=60)(raises(OSError("busy")))()
    run_all(huey)
    assert brief(heard)[-1] == ("failed", "running", "retrying", "worker")


def test_what_people_do_is_told_apart(scene: Scene, heard: pytest.LogCaptureFixture) -> None:
    huey = scene.huey()
    huey.task(name="broken")(raises(ValueError("no")))()
    run_all(huey)
    heard.clear()
    control = Control(scene.path)
    control.retry([1], NOW)
    control.cancel([1], NOW)
    control.pause("huey", "scene.broken", NOW)
    control.pause("huey", "scene.broken", NOW)
    control.close()
    assert brief(heard) == [
        ("retry", "failed", "pending", "person"),
        ("cancel", "pending", "cancelled", "person"),
        ("paused", None, None, "person"),
    ]


def test_what_was_refused_is_not_told(scene: Scene, heard: pytest.LogCaptureFixture) -> None:
    huey = scene.huey()
    huey.task(name="fine")(lambda: 1)()
    control = Control(scene.path)
    heard.clear()
    control.retry([1], NOW)
    control.close()
    assert told(heard) == []


def test_what_is_taken_back_or_made_again_says_what(
    scene: Scene, heard: pytest.LogCaptureFixture
) -> None:
    huey = scene.huey()
    fine = huey.task(name="fine")(lambda: 1)
    fine()
    run_all(huey)
    fine()
    control = Control(scene.path, remembers=True)
    heard.clear()
    cancelled = control.cancel([2], NOW)
    control.undo(cancelled.undos, NOW)
    control.replay([1], NOW)
    control.close()
    assert brief(heard) == [
        ("cancel", "pending", "cancelled", "person"),
        ("undone", "cancelled", "pending", "person"),
        ("replayed", None, "pending", "person"),
    ]
    assert [one["why"] for one in told(heard)] == [None, "takes back: cancel", "a replay of #1"]


@pytest.mark.parametrize("by", ["person", "pool"])
def test_each_job_that_is_pruned_is_told(
    scene: Scene, heard: pytest.LogCaptureFixture, by: str
) -> None:
    huey = scene.huey()
    fine = huey.task(name="fine")(lambda: 1)
    for _ in range(3):
        fine()
    run_all(huey)
    fine()
    heard.clear()
    later = time.time_ns() // 1000 + 1
    if by == "person":
        control = Control(scene.path)
        assert sum(control.prune(Retention(kept=0).too_old(later, "huey"))) == 3
        control.close()
    else:
        pruner = Pruner(huey.ledger, Retention(kept=0), every=0)
        eventually(lambda: pruner.step(later) or len(told(heard)) == 3)
    assert brief(heard) == [("pruned", "succeeded", None, by)] * 3
    assert [one["job"] for one in told(heard)] == [1, 2, 3]


def test_what_the_app_cancels(scene: Scene, heard: pytest.LogCaptureFixture) -> None:
    huey = scene.huey()
    result = huey.task(name="fine")(lambda: 1)()
    heard.clear()
    assert huey.cancel(result.id) == "cancelled"
    assert scene.state(result) == "cancelled"
    assert brief(heard) == [("cancel", None, "cancelled", "app")]
    with Report(scene.path) as report:
        last = report.transitions_of([1])[-1]
    assert (last.kind, last.by, last.why) == ("cancelled", By.APP, "cancelled by the app")
    with pytest.raises(IllegalMove, match="is cancelled"):
        huey.cancel(result.id)
    with pytest.raises(UnknownJob, match="no job nobody"):
        huey.cancel("nobody")


def test_a_running_job_that_the_app_cancels_is_asked_to_end(scene: Scene) -> None:
    huey, heard = scene.huey(), []
    result = huey.task(name="fine")(lambda: heard.append(huey.cancel(result.id)))()
    run_all(huey)
    assert heard == ["running"]
    with Report(scene.path) as report:
        assert By.APP in {
            one.by for one in report.transitions_of([1]) if one.kind == "cancel requested"
        }


def test_what_huey_hands_out_is_told_as_well(scene: Scene, heard: pytest.LogCaptureFixture) -> None:
    huey = scene.huey()
    huey.task(name="fine")(lambda: 1)()
    run_next(huey)
    assert brief(heard)[1:] == [
        ("started", "pending", "running", "worker"),
        ("succeeded", "running", "succeeded", "worker"),
    ]
