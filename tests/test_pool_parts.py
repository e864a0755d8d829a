"""The pool's parts that need no processes."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from jobdash import SqliteHuey
from jobdash.errors import UsageError
from jobdash.job import State, Wish
from jobdash.ledger import Ledger
from jobdash.logfiles import KEPT, STRETCH, TAIL, LogFile
from jobdash.pool import PoolOptions, endings, run_pool
from jobdash.pool.backoff import BackOff
from jobdash.pool.every import Every
from jobdash.pool.flood import take_out_middle_of
from jobdash.pool.messages import Inbox, send
from jobdash.pool.minutes import Minutes
from jobdash.pool.muster import Muster
from jobdash.pool.orders import Orders, Post
from jobdash.pool.places import Places
from jobdash.pool.signatures import task_types
from jobdash.pool.sources import Sources
from jobdash.pool.ticks import tick
from jobdash.pool.voice import Voice


def test_the_supervisor_imports_no_user_code_and_little_else() -> None:
    show = "import sys, jobdash.pool.supervisor; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, check=True
    ).stdout
    heavy = {"huey", "click", "rich", "textual", "logging", "subprocess", "multiprocessing"}
    assert not heavy & set(output.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"worker_type": "thread"}, "`huey_consumer -k thread app`"),
        ({"worker_type": "greenlet"}, "huey_consumer"),
        ({"workers": 0}, "from 1 to 1000"),
        ({"workers": 1001}, "from 1 to 1000"),
        ({"max_tasks": 0}, "max-tasks"),
        ({"max_rss": 0}, "max-rss"),
        ({"shutdown_timeout": -1}, "shutdown-timeout"),
        ({"shutdown_timeout": float("nan")}, "shutdown-timeout"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run_pool(PoolOptions("app", **options))


def test_quick_deaths_in_a_row_are_answered_with_longer_and_longer_delays() -> None:
    backoff = BackOff()
    delays = [backoff.after(1, has_worked=False) for _ in range(12)]
    assert delays == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]


@pytest.mark.parametrize(("lifetime", "has_worked"), [(11, False), (0, True)])
def test_a_worker_that_has_worked_or_lived_long_is_replaced_at_once(
    lifetime: float, has_worked: bool
) -> None:
    backoff = BackOff()
    for _ in range(20):
        backoff.after(0, has_worked=False)
    assert backoff.after(lifetime, has_worked=has_worked) == 0
    assert backoff.after(0, has_worked=False) == 0


def test_each_minute_counts_once_and_what_was_slept_through_not_at_all() -> None:
    minutes = Minutes()
    moments = [59.9, 60.0, 61.0, 119.99, 120.0, 3600.0, 3601.0]
    assert [minutes.take(moment) for moment in moments] == [0, 1, None, None, 2, 60, None]


def test_a_muster_grows_by_the_lowest_free_names_and_shrinks_by_the_newest() -> None:
    muster = Muster(2)
    muster.grow(4, taken={"w3"})
    assert muster.names == ["w1", "w2", "w4", "w5"]
    assert muster.shrink(3, taken={"w1", "w2", "w5"}) == ["w4"]
    assert muster.shrink(1, taken={"w1", "w2", "w5"}) == ["w5", "w2"]
    assert muster.shrink(1, taken=set()) == []
    muster.grow(2, taken={"w1"})
    assert muster.names == ["w1", "w2"]


def test_a_muster_notes_each_wish_once_and_nothing_of_who_is_on_the_way_out() -> None:
    muster = Muster(2)
    assert not muster.note("w1", None, None)
    assert muster.note("w1", None, Wish.DRAIN)
    assert not muster.note("w1", Wish.DRAIN, Wish.DRAIN)
    assert muster.drained == {"w1"}
    assert muster.note("w1", Wish.DRAIN, Wish.RESTART)
    assert muster.drained == set()
    assert not muster.note("w1", Wish.RESTART, None)
    assert muster.note("w1", Wish.RESTART, Wish.REMOVE)
    assert muster.names == ["w2"]
    assert not muster.note("w1", Wish.REMOVE, Wish.RESTART)


def test_workers_are_asked_for_after_the_preparation() -> None:
    places = Places(Muster(2))
    assert places.take_due() == []
    places.open()
    (first,) = places.take_due()
    assert first.role == "prepare"
    assert places.take_due() == []
    places.vacate(first.name, 0, has_worked=False)
    assert [(place.name, place.role) for place in places.take_due()] == [
        ("w1", "worker"),
        ("w2", "worker"),
    ]
    assert places.vacate("w2", 0, has_worked=False) == 0
    assert [place.name for place in places.take_due()] == ["w2"]
    places.postpone("w1", 60)
    assert places.take_due() == []
    places.close()
    assert places.vacate("w1", 0, has_worked=False) == 0
    places.postpone("w1", 0)
    assert places.take_due() == []


def test_changes_to_sources_are_seen_once(tmp_path: Path) -> None:
    app, other = tmp_path / "app.py", tmp_path / "other.py"
    app.write_text("1")
    sources = Sources([str(app), str(tmp_path / "gone" / "missing.py")])
    assert sources.take_changes() == []
    os.utime(app, ns=(0, 1))
    assert sources.take_changes() == [str(app)]
    other.write_text("new")
    (tmp_path / "jobs.db").write_text("no source")
    assert sources.take_changes() == [str(other)]
    app.unlink()
    assert sources.take_changes() == [str(app)]
    assert sources.take_changes() == []


def test_messages_survive_any_cut(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    inbox = Inbox(reading)
    sent = [{"error": "é\n" * 10, "n": number} for number in range(3)]
    for message in sent:
        send(writing, message)
    os.write(writing, b'{"half":')
    assert inbox.read() == sent
    os.write(writing, b" 1}\n")
    assert inbox.read() == [{"half": 1}]
    assert not inbox.is_closed
    os.close(writing)
    assert inbox.read() == []
    assert inbox.is_closed
    os.close(reading)


def test_nobody_to_read_a_message_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    assert not send(writing, {"a": 1})
    os.close(writing)


def test_orders_survive_the_pipe() -> None:
    orders = Orders(PoolOptions("app", ignored=("-d",)), 1, 2, 3, 4)
    again = Orders.from_message(json.loads(json.dumps(orders.as_message())))
    assert asdict(again) | {"options": None} == asdict(orders) | {"options": None}
    assert again.options.app == "app"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit code 0"),
        (3 << 8, "exit code 3"),
        (9, "killed by signal 9 (SIGKILL)"),
        (63, "signal 63"),
    ],
)
def test_how_a_process_ended_is_told_in_words(status: int, words: str) -> None:
    assert endings.of_status(status).endswith(words)


def test_now_and_then() -> None:
    never, always_ = Every(1000), Every(0)
    assert [never.is_due(), never.is_due()] == [True, False]
    assert [always_.is_due(), always_.is_due()] == [True, True]
    never.at_once()
    assert never.is_due()


def test_the_same_complaint_is_made_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    voice = Voice(str(log), is_quiet=True)
    voice.say("not said")
    for line in ("full", "full", "locked", "full"):
        voice.complain(line)
    assert [line.split("jobdash: ")[1] for line in log.read_text().splitlines()] == [
        "full",
        "locked",
        "full",
    ]


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    Voice(str(tmp_path / "no" / "log"), is_quiet=False).say("lost")


def test_signatures_are_told_without_secrets_and_without_the_injected_task(
    huey: SqliteHuey,
) -> None:
    def call(
        first: int,
        /,
        second: "str | None",
        *more: object,
        third: float = 0.5,
        password: str = "hunter2",
        task: object = None,
        **rest: object,
    ) -> None:
        """Say what."""

    huey.task(context=True, retries=3)(call)
    huey.periodic_task(lambda _: True, name="timed")(lambda: None)
    by_name = {task.name.rpartition(".")[2]: task for task in task_types(huey, 5)}
    told = json.loads(by_name["call"].parameters)
    assert [(one["name"], one["kind"], one["required"]) for one in told] == [
        ("first", "positional_only", True),
        ("second", "positional_or_keyword", True),
        ("more", "var_positional", False),
        ("third", "keyword_only", False),
        ("password", "keyword_only", False),
        ("rest", "var_keyword", False),
    ]
    defaults = {one["name"]: one["default"] for one in told}
    assert (defaults["first"], defaults["third"]) == (None, "0.5")
    assert "hunter2" not in by_name["call"].parameters
    assert {one["name"]: one["annotation"] for one in told}["first"] == "int"
    assert (by_name["call"].doc, by_name["call"].retries) == ("Say what.", 3)
    assert [by_name["call"].periodic, by_name["timed"].periodic] == [False, True]


@pytest.mark.parametrize("utc", [True, False])
def test_a_tick_enqueues_what_is_due_in_that_minute_once(scene: Any, utc: bool) -> None:
    asked = []
    huey = scene.huey(utc=utc)
    huey.periodic_task(lambda moment: asked.append(moment) or True, name="always")(lambda: None)
    huey.periodic_task(lambda moment: False, name="never")(lambda: None)
    post = Post("ticks", 1, 0, 0, PoolOptions("app"), minute=29_000_000)
    assert tick(huey, post) == 0
    assert tick(huey, post) == 0
    assert scene.states() == [State.PENDING]
    assert (asked[0].second, asked[0].microsecond) == (0, 0)
    moment = asked[0].replace(tzinfo=UTC) if utc else asked[0]
    assert moment.timestamp() == 29_000_000 * 60


def test_a_record_of_the_tasks_replaces_the_last_one(huey: SqliteHuey, ledger: Ledger) -> None:
    huey.task(name="one")(lambda: None)
    huey.ledger.crew.record_tasks(task_types(huey, 1), 1)
    huey.ledger.crew.record_tasks([], 2)
    assert ledger.database.rows("SELECT count(*) FROM task_type") == [(0,)]


def test_nothing_is_taken_out_of_a_file_that_a_link_leads_to(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_bytes(b"x" * (KEPT + 3_000_000))
    link = tmp_path / "9"
    link.symlink_to(mine)
    size = KEPT + 3_000_000
    assert take_out_middle_of(LogFile(str(link), 0, STRETCH), 0, size, 0) == 0
    assert mine.read_bytes() == b"x" * size
    assert take_out_middle_of(LogFile(str(mine), 0, STRETCH), 0, size, 0) == size - TAIL
