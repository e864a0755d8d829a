"""What is to come: rules that a pool writes down, ticks of paused tasks, delayed jobs, the command.

One real pool: about two seconds.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from book import NOW, SECOND, Book
from cli_support import Shop, a_shop, run, run_json
from pool_support import Site, Sites
from scene import Scene, run_all
from waiting import eventually

from jobdash import SqliteHuey, crontab
from jobdash.cli.clock import now
from jobdash.job import Event, State
from jobdash.report import Periodic, Report
from jobdash.rule import next_moments

pytest_plugins = ("pool_fixtures",)


# -- what a pool writes down ---------------------------------------------------------------------


def periodic(site: Site) -> dict[str, Periodic]:
    found = site.read(lambda report: report.periodic())
    return {task.name.rpartition(".")[2]: task for task in found}


def test_a_pool_writes_down_when_its_periodic_tasks_run(sites: Sites, tmp_path: Path) -> None:
    site = sites(POOL_TICKS=str(tmp_path / "ticks"), app="ticking")
    pool = site.serve()
    # Known as soon as the pool serves; the app's own functions are asked with its first tick.
    nightly = periodic(site)["nightly"]
    assert nightly.rule.hours == (2,)
    assert nightly.rule.utc
    assert nightly.last is None
    eventually(lambda: next_moments(periodic(site)["seventh"].rule, NOW))
    found = periodic(site)
    assert len(found["seventh"].rule.moments) == 5
    assert all(at // (60 * SECOND) % 7 == 0 for at in found["seventh"].rule.moments)
    assert found["broken"].rule.moments == ()
    pool.says("cannot be asked")
    eventually(lambda: (last := periodic(site)["minutely"].last) and last.is_final)
    pool.stop()


# -- paused tasks --------------------------------------------------------------------------------


class TestPausedTicks:
    def test_a_paused_task_skips_its_minutes(self, scene: Scene) -> None:
        huey = scene.huey()
        task = huey.periodic_task(crontab(), name="tick")(lambda: None).task_class
        name = huey._registry.task_to_string(task)
        huey.ledger.decisions.pause(name, NOW)
        assert not any(huey.enqueue_tick(task(), minute) for minute in (1, 2, 3))
        assert scene.states() == []
        huey.ledger.decisions.resume(name, NOW)
        assert huey.enqueue_tick(task(), 4)
        assert run_all(huey) == 1

    def test_so_does_every_task_of_a_paused_queue(self, scene: Scene) -> None:
        huey = scene.huey()
        task = huey.periodic_task(crontab(), name="tick")(lambda: None).task_class
        huey.ledger.decisions.pause("", NOW)
        assert not huey.enqueue_tick(task(), 1)
        huey.ledger.decisions.resume("", NOW)
        assert huey.enqueue_tick(task(), 2)

    def test_and_no_task_of_another_queue_or_name(self, scene: Scene) -> None:
        huey, other = scene.huey(), scene.huey("other")
        task = huey.periodic_task(crontab(), name="tick")(lambda: None).task_class
        other.ledger.decisions.pause("", NOW)
        huey.ledger.decisions.pause("tic", NOW)
        assert huey.enqueue_tick(task(), 1)


# -- reads ---------------------------------------------------------------------------------------


def test_the_last_run_is_the_newest_whoever_started_it(scene: Scene) -> None:
    huey = scene.huey()
    wrapper = huey.periodic_task(crontab(), name="tick")(lambda: 1)
    register(huey)
    huey.enqueue_tick(wrapper.task_class(), 1)
    run_all(huey)
    (one,) = read(scene).periodic()
    assert one.last is not None
    assert (one.last.seq, one.last.state) == (1, State.SUCCEEDED)
    wrapper()
    (one,) = read(scene).periodic()
    assert one.last is not None
    assert (one.last.seq, one.last.state) == (2, State.PENDING)


def test_an_old_run_is_found_behind_many_newer_jobs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobdash.report.schedule.NEWEST", 3)
    huey = scene.huey()
    ticks = [huey.periodic_task(crontab(), name=name)(lambda: 1) for name in ("a", "a:b")]
    register(huey)
    for minute in (28_999_999, 29_000_000, 29_000_001):
        for tick in ticks:
            huey.enqueue_tick(tick.task_class(), minute)
    plain = huey.task(name="plain")(lambda: 1)
    for _ in range(9):
        plain()
    lasts = [one.last.seq for one in read(scene).periodic() if one.last is not None]
    assert lasts == [5, 6]


def register(huey: SqliteHuey) -> None:
    from jobdash.pool.signatures import task_types

    huey.ledger.crew.record_tasks(task_types(huey, NOW), NOW)


def read(scene: Scene) -> Report:
    return Report(scene.path)


class TestDelayed:
    def test_the_soonest_comes_first_in_one_queue_or_all(self, book: Book, path: Path) -> None:
        other = Book(path, "other")
        late = book.add("late", eta=NOW + 9 * SECOND)
        soon = book.add("soon", eta=NOW + 2 * SECOND)
        between = other.add("between", eta=NOW + 5 * SECOND)
        book.add("ready")
        with Report(path) as report:
            assert [job.seq for job in report.delayed()] == [soon, between, late]
            assert [job.seq for job in report.delayed(queue="huey")] == [soon, late]
            assert [job.seq for job in report.delayed(limit=1, offset=1)] == [between]
            assert [report.delayed_before(seq) for seq in (soon, between, late)] == [0, 1, 2]
            assert report.delayed_before(late, queue="huey") == 1
            assert report.count_delayed() == 3
        other.database.close()

    @pytest.mark.parametrize("retries", [1, 20])
    def test_each_state_alone(self, book: Book, path: Path, retries: int) -> None:
        # Few retries are found by their state, many by their time.
        for number in range(9):
            book.add(f"later{number}", eta=NOW + (90 - number) * SECOND)
        worker = book.worker()
        for number in range(retries):
            book.add(f"retry{number}", retries=1)
        for number in range(retries):
            eta = NOW + (50 - number) * SECOND
            book.settle(book.claim(worker), Event.TRY_AGAIN, eta=eta)
        with Report(path) as report:
            for state, count in ((State.SCHEDULED, 9), (State.RETRYING, retries)):
                found = report.delayed((state,))
                assert {job.state for job in found} == {state}
                assert len(found) == report.count_delayed((state,)) == count
                assert [report.delayed_before(job.seq, (state,)) for job in found] == [
                    *range(count)
                ]
            assert report.delayed_before(found[0].seq, (State.SCHEDULED,)) is None

    def test_there_may_be_none(self, book: Book, path: Path) -> None:
        with Report(path) as report:
            assert report.delayed() == []
            assert report.delayed_before(1) is None
            assert report.periodic() == []


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        made.source.write_text(
            made.source.read_text()
            + "\nfrom jobdash import crontab\n\n"
            + "@huey.periodic_task(crontab(minute='0', hour='8', day_of_week='1-5'))\n"
            + "def report():\n    raise ValueError('no \\x1b[31mpaper')\n"
        )
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


def test_schedule_tells_periodic_tasks_and_delayed_jobs(shop: Shop) -> None:
    shop.register()
    shop.ended("report")
    for delay in (7200, 60):
        shop.enqueue("send", f"in {delay}", eta=now() + delay * SECOND)
    text = run("schedule").stdout
    assert "at 08:00 UTC on Monday to Friday" in text
    assert "failed 0s ago" in text
    assert text.index("in 60") < text.index("in 7200")
    found = run_json("schedule", "--limit", "1")
    assert [one["task"].rpartition(".")[2] for one in found["periodic"]] == ["report"]
    (one,) = found["periodic"]
    assert len(one["next"]) == 5
    assert all(at.endswith("T08:00:00.000000Z") for at in one["next"])
    assert one["last"]["error"]["type"] == "ValueError"
    assert [job["args"] for job in found["delayed"]] == [["in 60"]]
    assert found["delayed_total"] == 2


def test_a_paused_task_has_no_next_time_until_it_is_resumed(shop: Shop) -> None:
    shop.register()
    run("pause", "report")
    assert "paused" in run("schedule").stdout
    assert run_json("schedule")["periodic"][0]["paused"] is True
    run("resume", "report")
    assert "paused" not in run("schedule").stdout


def test_schedule_of_an_empty_file_says_what_to_do(shop: Shop) -> None:
    shop.huey.ledger.intake.find("")
    result = run("schedule")
    assert result.exit_code == 0
    assert "periodic_task" in result.stderr
    assert run_json("schedule") == {"periodic": [], "delayed": [], "delayed_total": 0}
