"""How long an app's jobs are kept: as it says, by its pool, and by huey's own consumers."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from huey.exceptions import ConfigurationError
from pool_support import Sites
from scene import Scene, run_all
from waiting import eventually

from jobdash import SqliteHuey
from jobdash.job import State
from jobdash.ledger.pruning import Retention

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000
DAY = 24 * 3600 * SECOND


@pytest.mark.parametrize(
    ("keep", "micros"),
    [("30d", 30 * DAY), (3600, 3600 * SECOND), (0.5, SECOND // 2), (0, 0), (None, None),
     (timedelta(days=2), 2 * DAY)],
)  # fmt: skip
def test_it_is_said_as_people_say_it(path: Path, keep: Any, micros: int | None) -> None:
    huey = SqliteHuey(filename=str(path), keep=keep, keep_failed=keep)
    assert huey.storage.retention == Retention(micros, micros)
    huey.storage.close()


def test_a_week_and_failed_jobs_for_ever_if_nothing_is_said(path: Path) -> None:
    huey = SqliteHuey(filename=str(path))
    assert huey.storage.retention == Retention(7 * DAY, None)
    huey.storage.close()


@pytest.mark.parametrize("keep", ["soon", -1, "", True, float("nan"), float("inf"), b"7d", []])
def test_what_is_no_time_is_refused_by_name(path: Path, keep: Any) -> None:
    for name in ("keep", "keep_failed"):
        with pytest.raises(ConfigurationError, match=f"^{name}="):
            SqliteHuey(filename=str(path), **{name: keep})
    assert not path.exists()


def test_immediate_mode_takes_it_and_keeps_nothing_anyway() -> None:
    assert SqliteHuey(immediate=True, keep="1d").immediate


def test_consumers_of_huey_prune_too(scene: Scene) -> None:
    huey = scene.huey()

    @huey.task()
    def work() -> None:
        pass

    for _ in range(3):
        work()
    run_all(huey)
    # A consumer sweeps when it looks for its first job.
    scene.huey().dequeue()
    assert len(scene.states()) == 3
    scene.huey(keep=0).dequeue()
    assert len(scene.states()) == 1


APP = """
import os
from jobdash import SqliteHuey
huey = SqliteHuey("pool", filename=os.environ["POOL_DB"], keep={keep!r})

@huey.task()
def work():
    pass

@huey.task()
def fail():
    raise ValueError

@huey.task()
def last():
    pass
"""


def test_a_pool_prunes_as_its_app_says_and_a_reload_may_say_otherwise(
    sites: Sites, tmp_path: Path
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "kept.py").write_text(APP.format(keep="7d"))
    site = sites(code=code)
    app = site.app("kept")
    work, fail, last = (app.work(), app.fail(), app.last())
    pool = site.serve("kept:huey", reload=True)
    for result, state in ((work, "succeeded"), (fail, "failed"), (last, "succeeded")):
        eventually(lambda result=result, state=state: site.job(result.id).state == state)
    (code / "kept.py").write_text(APP.format(keep=0))
    pool.says("reloaded")
    eventually(lambda: [job.id for job in everything(site)] == [last.id, fail.id])
    assert site.job(fail.id).state is State.FAILED
    pool.stop()


def everything(site: Any) -> Any:
    return site.read(lambda report: report.jobs())
