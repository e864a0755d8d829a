"""When alerts begin and end, what breakers do, and who is told. Costs six seconds."""

import json
import signal
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from book import NOW, SECOND, Book
from cli_support import Shop, a_shop, program, refused, run, run_json, start, wait_for
from hypothesis import given
from hypothesis import strategies as st

from jobdash import liveness
from jobdash.alert import Level, Standing, step
from jobdash.alerts.rules import KINDS, Beginning, Breaker, Watching
from jobdash.alerts.table import read_table
from jobdash.alerts.watch import Watch
from jobdash.broker.alerting import tell_all
from jobdash.errors import UsageError
from jobdash.job import Event
from jobdash.report import Report

OK, WARNING, CRITICAL = Level.OK, Level.WARNING, Level.CRITICAL
MINUTE = 60 * SECOND


def course(seen: list[Level], hold: int = 0, clear: int = 0) -> list[Level]:
    """How an alert stands after each of some looks, a second apart."""
    standing, found = Standing(), []
    for second, level in enumerate(seen):
        standing = step(standing, level, NOW + second * SECOND, hold, clear)
        found.append(standing.level)
    return found


def test_an_alert_begins_when_it_has_lasted_and_ends_when_it_is_over_for_a_while() -> None:
    seen = [WARNING, WARNING, WARNING, OK, OK, OK]
    assert course(seen) == seen
    late = [OK, OK, WARNING, WARNING, WARNING, OK]
    assert course(seen, 2 * SECOND, 2 * SECOND) == late
    assert course([WARNING, OK] * 10, 2 * SECOND) == [OK] * 20
    assert course([WARNING, *[OK, WARNING] * 10], 0, 2 * SECOND) == [WARNING] * 21
    assert course([WARNING, CRITICAL, WARNING, OK]) == [WARNING, CRITICAL, WARNING, OK]


def test_a_clock_that_is_set_back_begins_no_alert_early_and_ends_none() -> None:
    rising = step(Standing(), WARNING, NOW, MINUTE, MINUTE)
    back = step(rising, WARNING, NOW - 3600 * SECOND, MINUTE, MINUTE)
    assert back.level is OK
    assert step(back, WARNING, NOW - 3600 * SECOND + MINUTE, MINUTE, MINUTE).level is WARNING


@given(st.lists(st.sampled_from(Level)), st.integers(0, 5), st.integers(0, 5))
def test_no_alert_changes_more_often_than_its_times_allow(
    seen: list[Level], hold: int, clear: int
) -> None:
    found = course(seen, hold * SECOND, clear * SECOND)
    for index, (before, after) in enumerate(zip([OK, *found], found, strict=False)):
        if after > before:
            assert all(level > before for level in seen[max(0, index - hold) : index + 1])
        elif after < before:
            assert all(level < before for level in seen[max(0, index - clear) : index + 1])


MISTAKES = [
    ("dept = { warning = 1 }", 3, "there is no rule 'dept': did you mean 'depth'?"),
    ("depth = 5", 3, "'depth' must be a table such as { warning = 100 }"),
    ("depth = { above = 5 }", 3, "'depth' takes no 'above'"),
    ('depth = { warning = "5m" }', 3, "'warning' counts jobs"),
    ("oldest = { warning = true }", 3, "write a text such as"),
    ('oldest = { warning = "5 parsecs" }', 3, "is not a duration"),
    ("failures = { warning = 10 }", 3, 'must be a share such as "10%"'),
    ('failures = { warning = "110%" }', 3, 'must be a share such as "10%"'),
    ("depth = { warning = 5, critical = 2 }", 3, "the warning must come before the critical"),
    ("p95 = {}", 3, "'p95' needs a limit: p95 = { warning = \"5m\" }"),
    ('no-worker = { severity = "bad" }', 3, "'severity' is warning or critical"),
    ("no-worker = { warning = 1 }", 3, "'no-worker' takes no 'warning'"),
    ("dead = [{ warning = 1 }, { warning = 2 }]", 3, "two rules are called 'dead'"),
    ("breaker = { task = 'a' }", 3, "'breaker' needs in-a-row or percent"),
    ("breaker = { in-a-raw = 2 }", 3, "did you mean 'in-a-row'?"),
    ("notify = 5", 3, "'notify' must be a text"),
    ("webhook = 'ftp://x'", 3, "must be an address such as https://"),
    ("stalled = {}\n[tool.jobdash.alerts.depth]\nwarning = 1\nfro = '1m'", 6, "takes no 'fro'"),
]


@pytest.mark.parametrize(("line", "number", "words"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_the_next_step(
    line: str, number: int, words: str
) -> None:
    import tomllib

    text = f"[tool.x]\n[tool.jobdash.alerts]\n{line}\n"
    table = tomllib.loads(text)["tool"]["jobdash"]["alerts"]
    with pytest.raises(UsageError) as error:
        read_table(table, "pyproject.toml", text)
    assert str(error.value).startswith(f"pyproject.toml:{number}: [tool.jobdash.alerts]: ")
    assert words in str(error.value)


def test_the_table_in_the_readme_is_right() -> None:
    import tomllib

    text = (Path(__file__).parent.parent / "README.md").read_text()
    block = text.partition("```toml\n[tool.jobdash.alerts]")[2].partition("```")[0]
    watching = read_table(tomllib.loads(block.partition("\n")[2]))
    assert {rule.kind for rule in watching.rules} == set(KINDS)
    assert len(watching.breakers) == 2


# -- breakers, look by look ----------------------------------------------------------------------


class Lookout:
    """A watch on a book, and jobs that end in front of it."""

    def __init__(self, book: Book, *breakers: Breaker, **rules: object) -> None:
        self.book, self.now, self.count = book, NOW, 0
        self.report = Report(book.database.path)
        table = {key.replace("_", "-"): value for key, value in rules.items()}
        watching = read_table(table)
        watching = Watching(watching.rules, breakers, watching.notify)
        self.watch = Watch(watching, self.report, book.ledger, Beginning(NOW, {}))
        self.watch.begin()
        self.worker = book.worker()

    def end(self, event: Event, task: str = "mail.send", message: str = "busy") -> None:
        self.count += 1
        self.now += SECOND // 10
        self.book.add(f"j{self.count}", now=self.now, task=task)
        claim = self.book.claim(self.worker, self.now)
        words = {} if event is Event.SUCCEED else {"error_message": message}
        if event is Event.TRY_AGAIN:
            words |= {"eta": self.now + 3600 * SECOND, "retries_left": 1}
        self.book.settle(claim, event, self.now, **words)

    def look(self) -> list[str]:
        self.now += SECOND
        return self.watch.look(self.now, has_changed=True)

    def paused(self) -> list[str]:
        return [task for _, task in self.report.pauses()]


@pytest.fixture
def lookout(book: Book) -> Iterator[type[Lookout]]:
    made: list[Lookout] = []

    class Made(Lookout):
        def __init__(self, *breakers: Breaker, **rules: object) -> None:
            super().__init__(book, *breakers, **rules)
            made.append(self)

    yield Made  # type: ignore[misc]
    for one in made:
        one.report.close()


def test_a_breaker_pauses_after_failures_of_one_kind_in_a_row(lookout: type[Lookout]) -> None:
    seen = lookout(Breaker("mail.*", in_a_row=3))  # type: ignore[arg-type]
    for event in (Event.FAIL, Event.TRY_AGAIN):
        seen.end(event, message=f"no route to 10.0.0.{seen.count}")
        assert seen.look() == []
    seen.end(Event.FAIL, task="other.task")
    seen.end(Event.FAIL, message="another kind")
    assert seen.look() == []
    assert seen.paused() == []
    for _ in range(2):
        seen.end(Event.FAIL, message="another kind")
    (said,) = seen.look()
    assert said.startswith("alert breaker:mail.send: warning: mail.send is paused: 3 failures")
    assert seen.paused() == ["mail.send"]
    (broken,) = seen.report.broken()
    assert broken.why == "3 failures in a row: Oops: another kind"
    seen.book.ledger.decisions.resume("mail.send", seen.now)
    assert seen.look() == ["alert breaker:mail.send: over: mail.send goes on"]


def test_a_success_between_begins_the_row_anew(lookout: type[Lookout]) -> None:
    seen = lookout(Breaker(in_a_row=2))  # type: ignore[arg-type]
    for event in (Event.FAIL, Event.SUCCEED, Event.FAIL, Event.SUCCEED):
        seen.end(event)
        seen.look()
    assert seen.paused() == []
    seen.end(Event.FAIL)
    seen.end(Event.FAIL)
    seen.look()
    assert seen.paused() == ["mail.send"]


def test_a_breaker_pauses_when_a_share_has_failed_and_counts_each_try_once(
    lookout: type[Lookout],
) -> None:
    seen = lookout(Breaker(percent=50.0, enough=10))  # type: ignore[arg-type]
    for _ in range(6):
        seen.end(Event.SUCCEED)
    for _ in range(4):
        seen.end(Event.FAIL, message="x" * seen.count)
        seen.look()
        seen.look()
    assert seen.paused() == [], "four of ten"
    for _ in range(2):
        seen.end(Event.FAIL)
    seen.look()
    assert seen.paused() == ["mail.send"]


def test_rules_look_at_what_is_there(lookout: type[Lookout]) -> None:
    seen = lookout(
        dead={"warning": 2, "clear": "10s"}, depth={"warning": 1, "critical": 2, "for": "3s"},
        oldest={"warning": "1h"}, failures={"warning": "50%", "of": 3},
    )  # type: ignore[arg-type]  # fmt: skip
    seen.end(Event.FAIL)
    assert seen.look() == []
    seen.end(Event.FAIL)
    assert seen.look() == ["alert dead: warning: 2 dead letters"]
    for name in "ab":
        seen.book.add(name, now=seen.now)
    assert [seen.look() for _ in range(4)] == [[], [], [], ["alert depth: critical: 2 jobs ready"]]
    levels = {alert.name: alert.level for alert in seen.report.kept_alerts()}
    assert levels == {"dead": 1, "depth": 2, "oldest": 0, "failures": 0}
    seen.now += 3600 * SECOND
    assert [line[:21] for line in seen.look()] == ["alert oldest: warning"]
    assert seen.report.firing() == [], "nobody works there any more"


def test_each_limit_begins_and_ends(lookout: type[Lookout]) -> None:
    table: dict[str, object] = {
        "dead": {"warning": 1},
        "depth": {"warning": 1},
        "oldest": {"warning": "30s"},
        "p95": {"warning": "5s", "over": "1h"},
    }
    seen = lookout(**table)  # type: ignore[arg-type]
    seen.end(Event.FAIL)
    for number in range(20):
        seen.book.add(f"long{number}", now=seen.now, task="report.build")
        claim = seen.book.claim(seen.worker, seen.now)
        seen.now += 10 * SECOND
        seen.book.settle(claim, Event.FAIL, seen.now, error_message="late")
    seen.book.add("waits", now=seen.now)
    seen.now += 60 * SECOND
    assert {line.split(":")[0] for line in seen.look()} == {f"alert {name}" for name in table}
    seen.book.settle(seen.book.claim(seen.worker, seen.now), Event.SUCCEED, seen.now)
    for (seq,) in seen.book.rows("SELECT seq FROM job WHERE state = 'failed'"):
        seen.book.ledger.decisions.discard(seq, seen.now)
    seen.now += 2 * 3600 * SECOND
    said = seen.look()
    assert said == [], "not before it has been better for a minute"
    seen.now += 61 * SECOND
    over = {line.split(": ")[0] for line in seen.look() if ": over: " in line}
    assert over == {f"alert {name}" for name in table}


def test_nobody_working_begins_and_ends(lookout: type[Lookout]) -> None:
    seen = lookout(**{"no-worker": {"for": "3s", "clear": "2s"}})  # type: ignore[arg-type]
    path = seen.book.database.path
    seen.book.add("waits", now=seen.now)
    liveness.hold(path, seen.worker)
    assert [seen.look() for _ in range(5)] == [[]] * 5
    liveness.let_go(path, seen.worker)
    said = ["alert no-worker: critical: no worker; 1 job to do"]
    assert [seen.look() for _ in range(5)] == [[], [], [], said, []]
    liveness.hold(path, seen.worker)
    assert [seen.look() for _ in range(4)] == [[], [], ["alert no-worker: over: 1 worker"], []]
    liveness.let_go(path, seen.worker)


def test_a_stalled_job_begins_and_ends(lookout: type[Lookout]) -> None:
    seen = lookout(stalled={"warning": 1, "clear": "2s"})  # type: ignore[arg-type]
    for number in range(20):
        seen.book.add(f"usual{number}", now=seen.now, task="report.build")
        claim = seen.book.claim(seen.worker, seen.now)
        seen.now += 6 * SECOND
        seen.book.settle(claim, Event.SUCCEED, seen.now)
    slow = seen.book.add("slow", now=seen.now, task="report.build")
    claim = seen.book.claim(seen.worker, seen.now)
    assert [line for _ in range(12) for line in seen.look()] == []
    begun = [line for _ in range(12) for line in seen.look()]
    assert begun == [f"alert stalled: warning: #{slow} is stalled"]
    seen.book.settle(claim, Event.SUCCEED, seen.now)
    over = [line for _ in range(5) for line in seen.look()]
    assert over == ["alert stalled: over: 0 jobs stalled"]


def test_a_share_of_failures_begins_before_anything_is_noted_and_ends(
    lookout: type[Lookout],
) -> None:
    rule = {"warning": "50%", "of": 3, "over": "1m", "clear": "10s"}
    seen = lookout(failures=rule)  # type: ignore[arg-type]
    for _ in range(4):
        seen.end(Event.FAIL)
    assert seen.look() == ["alert failures: warning: 100.0% of 4 jobs failed in 1m 00s"]
    seen.now += 2 * 60 * SECOND
    said = [line for _ in range(20) for line in seen.look()]
    assert said == ["alert failures: over: 0 jobs ended: too few to tell"]


def test_a_new_watch_goes_on_where_the_last_one_stopped(lookout: type[Lookout]) -> None:
    seen = lookout(dead={"warning": 1}, stalled={})  # type: ignore[arg-type]
    seen.end(Event.FAIL)
    assert len(seen.look()) == 1
    again = lookout(dead={"warning": 1})  # type: ignore[arg-type]
    again.now = seen.now
    assert again.look() == []
    assert [alert.name for alert in again.report.kept_alerts()] == ["dead"]


# -- through the doors ---------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def configure(shop: Shop, lines: str) -> None:
    text = f'[tool.jobdash]\napp = "{shop.app}"\ndb = "shop.db"\n[tool.jobdash.alerts]\n{lines}\n'
    (shop.folder / "pyproject.toml").write_text(text)


def test_check_speaks_as_a_plugin_without_any_pool(shop: Shop) -> None:
    shop.ended("fail")
    shop.enqueue("send", "a")
    configure(shop, "dead = { warning = 1, critical = 5 }\ndepth = { warning = 100 }")
    found = run("check")
    assert found.exit_code == 1
    assert found.stdout == ("JOBDASH WARNING: 1 dead letter | 'dead'=1;1;5;0 'depth'=1;100;;0\n")
    configure(shop, 'depth = { warning = 100 }\noldest = { critical = "1h" }')
    found = run("check")
    assert found.exit_code == 0
    assert found.stdout.startswith("JOBDASH OK: all is well | 'oldest'=")
    configure(shop, "depth = { critical = 1 }")
    assert run("check").exit_code == 2
    document = run("check", "--json")
    assert json.loads(document.stdout)["level"] == "critical"
    elsewhere = shop.folder / "other.toml"
    elsewhere.write_text("[tool.jobdash.alerts]\ndepth = { warning = 1 }\n")
    assert run("check", "--config", elsewhere, "--db", shop.db).exit_code == 1


def test_check_says_when_it_cannot_know(shop: Shop) -> None:
    refused(run("check", "--bogus"), 3, "--bogus")
    found = run("check", "--db", shop.folder / "nowhere.db")
    assert found.exit_code == 3
    assert found.stdout.startswith("JOBDASH UNKNOWN: ")
    configure(shop, "dept = {}")
    found = run("check", "--db", shop.db)
    assert found.exit_code == 3
    assert "did you mean 'depth'?" in found.stdout
    refused(run("alerts", "--db", shop.db), 2, "pyproject.toml:5:", "did you mean 'depth'?")
    refused(run("alerts", "--config", shop.folder / "none.toml"), 2, "--config")


def test_without_a_table_the_usual_limits_hold(shop: Shop) -> None:
    shop.enqueue("send", "a")
    found = run("check", "--db", shop.db)
    assert found.exit_code == 2
    assert "no worker" in found.stdout
    names = [one["name"] for one in run_json("alerts", "--db", shop.db)]
    assert sorted(names) == ["failures", "no-worker", "oldest", "stalled"]


# Fails at the first time.
TELL = "test -e again && { cat; echo; } >> told || { touch again; exit 3; }"


def metrics() -> str:
    return run("stats", "--prometheus").stdout


def test_a_worker_can_be_given_a_command_and_then_watches_the_usual(shop: Shop) -> None:
    shop.enqueue("send", "a")
    assert run("pause", "--db", shop.db).exit_code == 0
    with shop.huey.storage.database.transaction() as tx:
        tx.run("UPDATE job SET created_at = created_at - 600000000")
    pool = start(
        *("worker", "-A", shop.app, "--notify", "cat > told"), cwd=shop.folder,
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = shop.folder / "told"
        wait_for(lambda: told.exists() and told.read_text(), "the command")
        document = json.loads(told.read_text())
        assert (document["alert"], document["is_over"]) == ("oldest", False)
        assert document["what"].startswith("the oldest pending job has waited 10m")
    finally:
        pool.send_signal(signal.SIGTERM)
        pool.wait(30)


def test_a_pool_finds_tells_once_and_breaks(shop: Shop) -> None:
    """One pool for it all: an alert, its command, which fails at first, and the breaker."""
    told = shop.folder / "told"
    configure(
        shop,
        f'notify = "{TELL}"\ndead = {{ warning = 3 }}\nno-worker = {{}}\n'
        'breaker = { task = "*.fail", in-a-row = 4 }',
    )
    shop.enqueue("send", "a")
    pool = start("worker", cwd=shop.folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: run_json("stats")["workers"], "a worker")
        for number in range(4):
            shop.enqueue("fail", f"no customer {number}")
        wait_for(lambda: [one for one in run_json("alerts") if one["name"].startswith("breaker:")])
        wait_for(lambda: told.exists() and "breaker:" in told.read_text(), "the command")
        # The first try failed, and is a retry like any other.
        tells = wait_for(lambda: run_json("list", "task:jobdash.tell"))
        assert {job["retries"] for job in tells} == {8}
        shown = [run_json("show", job["seq"]) for job in tells]
        assert {one["repeats"] for one in shown} == {0}, "each is told once"
        shop.enqueue("fail")
        found = {one["name"]: one for one in run_json("alerts")}
        assert found["dead"]["level"] == "warning"
        assert found["dead"]["since"] is not None
        assert found["no-worker"]["level"] == "ok"
        why = next(one["what"] for name, one in found.items() if name.startswith("breaker:"))
        assert "is paused: 4 failures in a row: RuntimeError: no customer" in why
        documents = wait_for(lambda: len(lines := told.read_text().splitlines()) >= 2 and lines)
        for document in map(json.loads, documents):
            assert (document["queue"], document["level"]) == ("shop", "warning")
        waiting = run_json("list", "state:pending task:fail")
        assert len(waiting) == 1
        assert program("resume", "fail", cwd=shop.folder).returncode == 0
        wait_for(lambda: not run_json("list", "state:pending task:fail"), "it goes on")
        wait_for(lambda: all("is paused" not in one["what"] for one in run_json("alerts")))
    finally:
        pool.send_signal(signal.SIGTERM)
        pool.wait(30)
    assert "alert" in {one["event"] for one in run_json("events")}
    assert 'jobdash_counted_until_timestamp_seconds{queue="shop"}' in metrics()


class Hook:
    """An address on this machine that takes what is posted there; the first is turned away."""

    def __init__(self) -> None:
        taken = self.taken = list[dict[str, object]]()
        self.asked = 0
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.asked += 1
                if hook.asked > 1:
                    taken.append(body)
                self.send_response(200 if hook.asked > 1 else 503)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/secret-path"
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.close()


def test_an_address_is_told_by_a_job_that_is_retried_and_shows_no_secret(
    shop: Shop, hook: Hook
) -> None:
    document = {"alert": "dead", "level": "warning", "at": "now"}
    wanted = {
        "database": str(shop.huey.storage.database.path), "queue": "shop",
        "targets": {"webhook_secret": hook.address}, "alerts": [document],
    }  # fmt: skip
    tell_all(wanted)
    tell_all(wanted)
    (job,) = run_json("list", "--db", shop.db)
    assert job["state"] == "retrying"
    assert "503" in job["error"]["message"]
    assert "secret-path" not in run("show", 1, "--json", "--db", shop.db).stdout
    run("now", 1, "--db", shop.db)
    shop.work()
    assert hook.taken == [document]
    assert shop.state(1) == "succeeded"
