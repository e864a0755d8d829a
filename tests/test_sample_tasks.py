"""The sample tasks do real work, and do it once: bodies run here, against the demo's servers."""

import csv
import os
import smtplib
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, takewhile
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError

import pytest
from PIL import Image

from jobdash import GiveUp

# Importing the samples opens their database, which must not be the user's.
with TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
    patch.setenv("JOBDASH_DB", str(Path(scratch) / "samples.db"))
    from sample_tasks import images, mail, migration, report, squares, toys, webhooks, words
    from sample_tasks.address import address_from, written_down
    from sample_tasks.app import database_file
    from sample_tasks.extra import SamplesExtraMissing, samples_extra
    from sample_tasks.folder import replacing, work_folder
    from sample_tasks.load import seed_load, steady_load
    from sample_tasks.servers import FlakyHttpServer, SmtpServer
    from sample_tasks.workflows import enqueue_chord, enqueue_pipeline, resize_all


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JOBDASH_DEMO_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    with SmtpServer(busy_share=0) as server:
        monkeypatch.setenv("JOBDASH_DEMO_SMTP", server.address)
        yield server


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyHttpServer]:
    with FlakyHttpServer(failures=2, slow_share=1) as server:
        monkeypatch.setenv("JOBDASH_DEMO_HTTP", server.address)
        yield server


class TestMail:
    def test_arrives_once_though_sent_twice(self, smtp: SmtpServer) -> None:
        message = mail.welcome("ada@example.com", "Ada", "token-1")
        mail.send(message)
        mail.send(message)
        assert smtp.counters == {"accepted": 1, "duplicates": 1, "busy": 0, "refused": 0}

    def test_two_jobs_are_two_mails(self, smtp: SmtpServer) -> None:
        first = mail.send_welcome.call_local("ada@example.com", "Ada")
        second = mail.send_welcome.call_local("ada@example.com", "Ada")
        assert first != second
        assert smtp.counters["accepted"] == 2

    def test_a_refused_address_is_given_up(self, smtp: SmtpServer) -> None:
        with pytest.raises(GiveUp, match=r"nobody@nowhere\.invalid: 550"):
            mail.send_welcome.call_local("nobody@nowhere.invalid", "Nobody")
        assert smtp.counters["refused"] == 1

    def test_an_address_that_breaks_the_header_is_a_value_error(self, smtp: SmtpServer) -> None:
        with pytest.raises(ValueError, match="linefeed"):
            mail.send_welcome.call_local("ada@example.com\nBcc: all@example.com", "Ada")
        assert not any(smtp.counters.values())

    def test_a_busy_server_takes_it_at_the_second_try(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = mail.welcome("ada@example.com", "Ada", "token-1")
        with SmtpServer(busy_share=1) as server:
            monkeypatch.setenv("JOBDASH_DEMO_SMTP", server.address)
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                mail.send(message)
            mail.send(message)
        assert server.counters == {"accepted": 1, "duplicates": 0, "busy": 1, "refused": 0}

    def test_no_server_is_worth_a_retry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with SmtpServer() as server:
            gone = server.address
        monkeypatch.setenv("JOBDASH_DEMO_SMTP", gone)
        with pytest.raises(ConnectionRefusedError):
            mail.send_welcome.call_local("ada@example.com", "Ada")


class TestWebhooks:
    def test_flaky_fails_twice_and_then_delivers(self, http: FlakyHttpServer) -> None:
        for _ in range(2):
            with pytest.raises(webhooks.DeliveryFailed, match="/flaky answered 503"):
                webhooks.post("/flaky", {"order": 1}, "token-1", 2)
        assert webhooks.post("/flaky", {"order": 1}, "token-1", 2) == 200
        assert http.counters["server_errors"] == 2
        assert http.counters["delivered"] == 1

    def test_the_same_token_is_delivered_once(self, http: FlakyHttpServer) -> None:
        webhooks.post("/ok", {"order": 1}, "token-1", 2)
        webhooks.post("/ok", {"order": 1}, "token-1", 2)
        assert (http.counters["delivered"], http.counters["duplicates"]) == (1, 1)

    @pytest.mark.parametrize(("path", "status"), [("/gone", 410), ("/bad", 400), ("/nowhere", 404)])
    def test_an_error_of_ours_is_given_up(
        self, http: FlakyHttpServer, path: str, status: int
    ) -> None:
        with pytest.raises(GiveUp, match=f"{path} answered {status}"):
            webhooks.deliver.call_local(path, {"order": 1})
        assert http.counters["client_errors"] == 1

    def test_slow_times_out_though_it_took_the_payload(self, http: FlakyHttpServer) -> None:
        with pytest.raises(TimeoutError):
            webhooks.post("/slow", {"order": 1}, "token-1", 0.1)
        assert webhooks.post("/slow", {"order": 1}, "token-1", 2) == 200
        assert (http.counters["stalls"], http.counters["duplicates"]) == (1, 1)

    def test_a_path_cannot_name_another_host(self, http: FlakyHttpServer) -> None:
        with pytest.raises(GiveUp, match="slash"):
            webhooks.deliver.call_local("@elsewhere.example/", {})

    def test_no_server_is_worth_a_retry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with FlakyHttpServer() as server:
            monkeypatch.setenv("JOBDASH_DEMO_HTTP", server.address)
        with pytest.raises(URLError, match="refused"):
            webhooks.deliver.call_local("/ok")

    def test_proxies_of_the_surroundings_are_left_alone(
        self, http: FlakyHttpServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        assert webhooks.deliver.call_local("/ok") == 200


class TestServers:
    def test_they_leave_no_thread_even_with_silent_clients(self) -> None:
        before = set(threading.enumerate())
        with SmtpServer() as smtp, FlakyHttpServer() as http:
            clients = [_connected(smtp.address), _connected(http.address)]
        assert set(threading.enumerate()) == before
        for client in clients:
            client.close()

    def test_closing_does_not_wait_for_a_stalled_request(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FlakyHttpServer(slow_share=1, stall_seconds=3_600) as server:
            monkeypatch.setenv("JOBDASH_DEMO_HTTP", server.address)
            with pytest.raises(TimeoutError):
                webhooks.deliver.call_local("/slow", {}, 0.05)

    def test_the_same_seed_is_slow_for_the_same_payloads(self) -> None:
        assert _stalls(seed=1) == _stalls(seed=1)
        assert 0 < _stalls(seed=1) < 20


def _connected(address: str) -> socket.socket:
    host, port = address.split(":")
    return socket.create_connection((host, int(port)))


def _stalls(seed: int) -> int:
    with pytest.MonkeyPatch.context() as patch, FlakyHttpServer(seed, stall_seconds=0) as server:
        patch.setenv("JOBDASH_DEMO_HTTP", server.address)
        for number in range(20):
            webhooks.post("/slow", {"order": number}, f"token-{number}", 2)
    return server.counters["stalls"]


class TestReport:
    def test_tallies_are_right(self) -> None:
        sales = [
            ("2024-01-31", "Asia", 100),
            ("2024-01-01", "Asia", 301),
            ("2024-02-01", "Asia", 5),
            ("2024-01-07", "Europe", 7),
        ]
        tallies = report.aggregate(sales)
        assert list(tallies) == [("2024-01", "Asia"), ("2024-01", "Europe"), ("2024-02", "Asia")]
        assert tallies["2024-01", "Asia"].as_row() == (2, "4.01", "2.00", "3.01")

    def test_totals_are_those_of_the_file(self, folder: Path) -> None:
        summary = report.build_report.call_local(rows=500, seed=7)
        with (folder / "sales-500-7.csv").open(newline="") as file:
            cents = [int(row["cents"]) for row in csv.DictReader(file)]
        assert summary["sales"] == len(cents) == 500
        assert summary["sum"] == f"{sum(cents) / 100:.2f}"

    def test_rows_of_the_report_add_up(self) -> None:
        summary = report.build_report.call_local(rows=500, seed=7)
        with (work_folder() / str(summary["path"])).open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == summary["groups"]
        assert sum(int(row["sales"]) for row in rows) == 500

    def test_a_second_run_writes_the_same(self, folder: Path) -> None:
        first = report.build_report.call_local(rows=200)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert report.build_report.call_local(rows=200) == first
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_no_rows_make_an_empty_report(self) -> None:
        assert report.build_report.call_local(rows=0)["sum"] == "0.00"


class TestMigration:
    def test_an_interrupted_run_is_resumed_and_ends_equal(self) -> None:
        _break_at_order(2_500)
        with pytest.raises(sqlite3.IntegrityError, match="disk trouble"):
            migration.migrate_orders.call_local(batch_size=1_000, rows=5_000)
        assert _new_rows() == _expected_rows(2_000)
        _repair()
        totals = migration.migrate_orders.call_local(batch_size=1_000, rows=5_000)
        assert (totals["migrated"], totals["rows"]) == (3_000, 5_000)
        assert _new_rows() == _expected_rows(5_000)

    def test_a_finished_migration_has_nothing_left(self) -> None:
        first = migration.migrate_orders.call_local(batch_size=70, rows=500)
        again = migration.migrate_orders.call_local(batch_size=70, rows=500)
        assert (first["migrated"], again["migrated"]) == (500, 0)
        assert again["cents"] == first["cents"] == sum(row[4] for row in _expected_rows(500))

    def test_rows_are_rewritten(self) -> None:
        old = (7, "Lovelace, Ada", "31/12/2024", "1.234,05 EUR")
        assert migration.rewritten(old) == (7, "Ada", "Lovelace", "2024-12-31", 123_405)

    def test_a_batch_of_nothing_is_given_up(self) -> None:
        with pytest.raises(GiveUp, match="batch_size"):
            migration.migrate_orders.call_local(batch_size=0)


def _break_at_order(number: int) -> None:
    with closing(migration.open_shop()) as shop:
        shop.execute(
            f"CREATE TRIGGER trouble BEFORE INSERT ON orders_new WHEN NEW.id = {number}"
            " BEGIN SELECT RAISE(ABORT, 'disk trouble'); END"
        )


def _repair() -> None:
    with closing(migration.open_shop()) as shop:
        shop.execute("DROP TRIGGER trouble")


def _new_rows() -> list[migration.NewRow]:
    with closing(migration.open_shop()) as shop:
        return shop.execute("SELECT * FROM orders_new ORDER BY id").fetchall()


def _expected_rows(count: int) -> list[migration.NewRow]:
    with closing(migration.open_shop()) as shop:
        old = shop.execute("SELECT * FROM orders_old WHERE id <= ? ORDER BY id", (count,))
        return [migration.rewritten(order) for order in old]


class TestImages:
    def test_pictures_have_the_sizes_asked_for(self) -> None:
        path = images.make_picture.call_local(seed=3, width=200, height=100)
        small = images.thumbnail.call_local(path, (80, 20))
        assert [_size(each) for each in (path, *small)] == [(200, 100), (80, 40), (20, 10)]

    def test_the_seed_makes_the_picture(self) -> None:
        first = (work_folder() / images.make_picture.call_local(1, 60, 40)).read_bytes()
        assert (work_folder() / images.make_picture.call_local(1, 60, 40)).read_bytes() == first
        assert (work_folder() / images.make_picture.call_local(2, 60, 40)).read_bytes() != first

    def test_a_sheet_has_a_cell_for_each_picture_that_worked(self) -> None:
        pictures = [images.make_picture.call_local(seed, 60, 40) for seed in range(3)]
        thumbnails: list[Any] = [images.thumbnail.call_local(path, [30]) for path in pictures]
        sheet = images.contact_sheet.call_local([*thumbnails, RuntimeError("lost")], columns=2)
        step = images.CELL_PIXELS + 8
        assert _size(sheet) == (2 * step + 8, 2 * step + 8)

    @pytest.mark.parametrize(
        ("task", "arguments"),
        [
            (images.make_picture, (1, 0, 10)),
            (images.thumbnail, ("x.jpg", ())),
            (images.thumbnail, ("x.jpg", (0,))),
            (images.contact_sheet, ([],)),
        ],
    )
    def test_what_cannot_be_drawn_is_given_up(self, task: Any, arguments: tuple[Any, ...]) -> None:
        with pytest.raises(GiveUp):
            task.call_local(*arguments)


def _size(path: str) -> tuple[int, int]:
    with Image.open(work_folder() / path) as picture:
        return picture.size


class TestToys:
    def test_the_quick_ones(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert toys.add.call_local(2, 3) == 5
        assert toys.sleep.call_local(0) == 0
        assert toys.hang_in_c.call_local(10) == 45
        assert toys.print_lots.call_local(3) == 3
        assert capsys.readouterr().out.splitlines()[-1] == "line 3 of 3"

    def test_fail_always(self) -> None:
        with pytest.raises(RuntimeError, match="no such customer"):
            toys.fail_always.call_local("no such customer")

    def test_fail_times_counts_in_a_file_outside_of_a_job(self) -> None:
        for attempt in (1, 2):
            with pytest.raises(RuntimeError, match=f"failure {attempt} of 2"):
                toys.fail_times.call_local(2, "../a key")
        assert toys.fail_times.call_local(2, "../a key") == 3

    def test_crash_worker_spares_a_process_that_is_no_worker(self) -> None:
        with pytest.raises(GiveUp, match="only runs in a job"):
            toys.crash_worker.call_local()

    def test_heartbeat_writes_the_time(self, folder: Path) -> None:
        now = toys.heartbeat.call_local()
        assert (folder / "heartbeat.txt").read_text() == f"{now}\n"


class TestSteps:
    def test_word_count(self) -> None:
        path = words.fetch_text.call_local(words=1_000, seed=1)
        counts = words.count_words.call_local(path, top=100)
        assert sum(count for _, count in counts) == 1_000
        assert counts == sorted(counts, key=lambda pair: -pair[1])
        assert Path(words.store_counts.call_local(counts)).name == "word-counts.json"

    def test_squares_add_up_without_those_that_failed(self) -> None:
        results: list[Any] = [squares.square.call_local(n) for n in (1, 2, 3)]
        assert squares.total.call_local([*results, RuntimeError("lost")]) == 14


class TestWorkflows:
    def test_the_pipeline_has_three_steps(self) -> None:
        enqueued: list[Any] = []
        enqueue_pipeline(enqueued.append)
        assert _steps(enqueued[0]) == ["fetch_text", "count_words", "store_counts"]

    def test_the_chord_has_members_and_a_callback(self) -> None:
        enqueued: list[Any] = []
        enqueue_chord(enqueued.append)
        (made,) = enqueued
        assert [member.args for member in made.tasks] == [(1,), (2,), (3,), (4,), (5,)]
        assert made.callback.name == "total"

    def test_members_may_be_pipelines(self) -> None:
        made = resize_all(2)
        assert [_steps(member) for member in made.tasks] == [["make_picture", "thumbnail"]] * 2


def _steps(task: Any) -> list[str]:
    names = []
    while task is not None:
        names.append(task.name)
        task = task.on_complete
    return names


class TestLoad:
    def test_ten_seconds_show_everything(self) -> None:
        jobs = seed_load() + _enqueued_within(10)
        names = {task.name for job in jobs for task in _tasks(job)}
        assert names >= {
            "add",
            "build_report",
            "contact_sheet",
            "crash_worker",
            "deliver",
            "fail_always",
            "fail_times",
            "fetch_text",
            "migrate_orders",
            "send_welcome",
            "sleep",
            "total",
        }
        assert any(task.eta for job in jobs for task in _tasks(job))
        assert len({task.priority for job in jobs for task in _tasks(job)}) > 2

    def test_one_worker_is_crashed_and_no_more(self) -> None:
        moments = [
            moment
            for moment, job in _timeline(seed=1, steps=2_000)
            if "crash_worker" in {task.name for task in _tasks(job)}
        ]
        assert moments == [pytest.approx(6)]

    def test_the_same_seed_tells_the_same_story(self) -> None:
        assert _story(seed=1) == _story(seed=1)
        assert _story(seed=1) != _story(seed=2)


def _timeline(seed: int, steps: int) -> Iterator[tuple[float, Any]]:
    enqueued: list[Any] = []
    moment = 0.0
    for pause, call in islice(steady_load(enqueued.append, Random(seed)), steps):
        moment += pause
        call()
        yield moment, enqueued.pop()


def _enqueued_within(seconds: float) -> list[Any]:
    timeline = _timeline(seed=1, steps=100)
    return [job for _, job in takewhile(lambda step: step[0] <= seconds, timeline)]


def _tasks(job: Any) -> list[Any]:
    return [*job.tasks, *_callback(job)] if hasattr(job, "tasks") else [job]


def _callback(job: Any) -> list[Any]:
    return [job.callback] if hasattr(job, "callback") else []


def _story(seed: int) -> list[Any]:
    return [
        (moment, [(task.name, task.args, task.kwargs, task.priority) for task in _tasks(job)])
        for moment, job in _timeline(seed, steps=200)
    ]


class TestSurroundings:
    def test_the_default_database_is_in_a_folder_of_the_users_own(self, tmp_path: Path) -> None:
        file = database_file({"XDG_DATA_HOME": str(tmp_path)})
        assert file == tmp_path / "jobdash" / "samples.db"
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def test_a_chosen_database_wins_and_makes_no_folder(self, tmp_path: Path) -> None:
        chosen = {"JOBDASH_DB": "/data/mine.db", "XDG_DATA_HOME": str(tmp_path / "home")}
        assert database_file(chosen) == Path("/data/mine.db")
        assert not (tmp_path / "home").exists()

    def test_the_default_work_folder_is_private(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("JOBDASH_DEMO_DIR")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        assert work_folder() == tmp_path / f"jobdash-samples-{os.getuid()}"
        assert stat.S_IMODE(work_folder().stat().st_mode) == 0o700

    def test_a_work_folder_that_is_a_link_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("JOBDASH_DEMO_DIR")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        (tmp_path / f"jobdash-samples-{os.getuid()}").symlink_to(tmp_path)
        with pytest.raises(PermissionError, match="JOBDASH_DEMO_DIR"):
            work_folder()

    def test_a_file_that_could_not_be_finished_is_not_there(self, folder: Path) -> None:
        path = folder / "kept.txt"
        path.write_text("old")
        with pytest.raises(UnicodeEncodeError), replacing(path) as unfinished:
            unfinished.write_text("new\udc00", encoding="utf-8")
        assert [(each.name, each.read_text()) for each in folder.iterdir()] == [("kept.txt", "old")]

    @pytest.mark.parametrize("text", ["localhost", ":25", "localhost:smtp"])
    def test_a_bad_address_names_its_variable(
        self, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JOBDASH_DEMO_SMTP", text)
        with pytest.raises(ValueError, match="JOBDASH_DEMO_SMTP must be host:port"):
            address_from(*mail.SERVER)

    def test_another_shell_finds_the_servers_of_the_demo_that_runs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
        assert address_from(*mail.SERVER) == ("127.0.0.1", 2525)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with SmtpServer(busy_share=0) as server:
            with written_down({mail.SERVER[0]: server.address}):
                mail.send_welcome.call_local("ada@example.com", "Ada")
                monkeypatch.setenv("JOBDASH_DEMO_SMTP", "127.0.0.1:1")
                assert address_from(*mail.SERVER) == ("127.0.0.1", 1)
                monkeypatch.delenv("JOBDASH_DEMO_SMTP")
            assert address_from(*mail.SERVER) == ("127.0.0.1", 2525)
        assert server.counters["accepted"] == 1
        assert not any(tmp_path.iterdir())

    def test_a_missing_package_names_the_extra(self) -> None:
        advice = r"pip install 'jobdash\[samples\]'"
        with pytest.raises(SamplesExtraMissing, match=advice), samples_extra():
            __import__("a_package_that_is_not_there")

    def test_importing_the_samples_needs_no_extra(self, tmp_path: Path) -> None:
        check = (
            "import sample_tasks, sys; sys.exit('PIL' in sys.modules or 'aiosmtpd' in sys.modules)"
        )
        environment = {**os.environ, "JOBDASH_DB": str(tmp_path / "samples.db")}
        run = subprocess.run([sys.executable, "-c", check], env=environment, check=False)
        assert run.returncode == 0
