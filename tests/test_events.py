"""The transition log: what is derived of a job's life, following it, and the command.

One process that follows and is interrupted: about a second.
"""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from book import NOW, SECOND, Book, new_job
from cli_support import Shop, a_shop, refused, run, run_json, start, wait_for
from waiting import PATIENCE

from jobdash.job import Event
from jobdash.report import Follower, Report
from jobdash.transition import Step, Transition

FAILED = {"error_type": "OSError", "error_message": "busy"}


@pytest.fixture
def report(book: Book, path: Path) -> Iterator[Report]:
    with Report(path) as opened:
        yield opened


@pytest.fixture
def worker(book: Book) -> int:
    return book.worker()


def told(found: list[Transition] | tuple[Transition, ...]) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.before, one.after, str(one.by)) for one in found]


# -- one job's life ------------------------------------------------------------------------------


def test_a_life_that_succeeds_at_once(book: Book, report: Report, worker: int) -> None:
    seq = book.add("a", NOW)
    book.settle(book.claim(worker, NOW + 1), Event.SUCCEED, NOW + 2)
    found = report.transitions_of([seq])
    assert told(found) == [
        ("enqueued", "", "pending", "app"),
        ("started", "pending", "running", "worker"),
        ("succeeded", "running", "succeeded", "worker"),
    ]
    assert [one.at for one in found] == [NOW, NOW + 1, NOW + 2]
    assert [one.who for one in found] == ["", "w", "w"]


def test_a_life_with_a_retry_a_failure_and_a_person(
    book: Book, report: Report, worker: int
) -> None:
    seq = book.add("a", NOW, retries=1)
    claim = book.claim(worker, NOW + 1)
    book.settle(claim, Event.TRY_AGAIN, NOW + 2, eta=NOW + 5, **FAILED)
    book.ledger.attempts.promote(NOW + 6)
    book.settle(book.claim(worker, NOW + 7), Event.FAIL, NOW + 8, **FAILED)
    book.ledger.decisions.retry(seq, NOW + 9)
    book.settle(book.claim(worker, NOW + 10), Event.FAIL, NOW + 11, **FAILED)
    book.ledger.decisions.discard(seq, NOW + 12)
    found = report.transitions_of([seq])
    assert told(found) == [
        ("enqueued", "", "pending", "app"),
        ("started", "pending", "running", "worker"),
        ("retrying", "running", "retrying", "worker"),
        ("started", "pending", "running", "worker"),
        ("failed", "running", "failed", "worker"),
        ("retried by hand", "failed", "pending", "person"),
        ("started", "pending", "running", "worker"),
        ("failed", "running", "failed", "worker"),
        ("discarded", "failed", "discarded", "person"),
    ]
    assert found[2].why == "OSError: busy"


def test_what_is_due_says_that_the_scheduler_moved_it(
    book: Book, report: Report, worker: int
) -> None:
    seq = book.add("a", NOW, eta=NOW + 5)
    assert told(report.transitions_of([seq])) == [("enqueued", "", "scheduled", "app")]
    book.ledger.attempts.promote(NOW + 6)
    due = report.transitions_of([seq])[-1]
    assert (due.kind, due.before, due.after, due.at) == ("due", "scheduled", "pending", NOW + 6)


def test_a_crash_is_told_by_the_pool(book: Book, report: Report, worker: int) -> None:
    seq = book.add("a", NOW)
    book.claim(worker, NOW + 1)
    book.ledger.attempts.rescue(worker, "signal 9", NOW + 2)
    *_, last = told(report.transitions_of([seq]))
    assert last == ("lost", "running", "pending", "pool")


def test_pauses_are_about_no_job(book: Book, report: Report) -> None:
    book.ledger.decisions.pause("mail.send", NOW)
    (one,) = report.transitions(NOW + 1).transitions
    assert (one.seq, one.kind, one.by, one.why) == (None, "paused", "person", "mail.send")


def test_steps_that_a_failure_cancelled_name_it(book: Book, report: Report, worker: int) -> None:
    seq = book.add("a", NOW, steps=(new_job("b", data=None),))
    book.settle(book.claim(worker, NOW + 1), Event.FAIL, NOW + 2, linked=True)
    *_, last = report.transitions_of([seq + 1])
    assert (last.kind, last.after, last.why) == ("cancelled", "cancelled", last.why)
    assert f"#{seq}" in last.why


# -- the newest of all ---------------------------------------------------------------------------


def test_the_latest_come_in_order_and_none_is_missing(
    book: Book, report: Report, worker: int
) -> None:
    for number in range(20):
        book.add(f"j{number}", NOW + number)
    at = NOW + 100
    while claim := book.ledger.attempts.claim(worker, at):
        book.settle(claim, Event.SUCCEED, at + 1)
        at += 10
    found = report.transitions(at, jobs=5)
    assert len(found.transitions) == 9
    assert [one.step for one in found.transitions] == sorted(one.step for one in found.transitions)
    assert all(one.at >= found.complete_from for one in found.transitions)
    assert found.transitions[-1].kind == "succeeded"


def test_what_happens_far_below_the_newest_jobs_is_found(
    book: Book, report: Report, worker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobdash.report.events._NEWEST", 5)
    book.enter(*(new_job(f"j{number}") for number in range(6_000)), now=NOW)
    book.settle(book.claim(worker, NOW + SECOND), Event.SUCCEED, NOW + 2 * SECOND)
    kinds = [
        (one.seq, one.kind) for one in report.transitions(NOW + 3 * SECOND, jobs=5).transitions
    ]
    assert (1, "succeeded") in kinds


def test_all_since_a_time(book: Book, report: Report, worker: int) -> None:
    book.add("old", NOW)
    book.settle(book.claim(worker, NOW + 1), Event.SUCCEED, NOW + 2)
    book.add("new", NOW + 10)
    assert [one.kind for one in report.transitions_since(NOW + 2, NOW + 11).transitions] == [
        "enqueued"
    ]


# -- following -----------------------------------------------------------------------------------


class TestFollowing:
    def test_each_transition_once(self, book: Book, report: Report, worker: int) -> None:
        follower = Follower()
        follower.begin(report, NOW)
        follower.know(report.transitions(NOW))
        stream: list[Transition] = []
        at = NOW
        for number in range(30):
            at += SECOND
            book.add(f"j{number}", at, retries=1)
            if number % 3 == 0:
                stream += follower.look(report, at)
            claim = book.claim(worker, at + 1)
            if number % 5 == 0:
                stream += follower.look(report, at + 2)
            end = (Event.SUCCEED, Event.FAIL, Event.TRY_AGAIN)[number % 3]
            eta = {"eta": at + 99 * SECOND} if end is Event.TRY_AGAIN else {}
            book.settle(claim, end, at + 3, **eta)
            if end is Event.FAIL and number % 2:
                book.ledger.decisions.discard(claim.seq, at + 4)
            stream += follower.look(report, at + 5)
        assert told(stream) == told(report.transitions_since(NOW, at + SECOND).transitions)
        assert len({one.step for one in stream}) == len(stream)

    def test_an_end_that_was_written_late_is_told(
        self, book: Book, report: Report, worker: int
    ) -> None:
        book.add("a", NOW, retries=1)
        claim = book.claim(worker, NOW + 1)
        follower = Follower()
        follower.begin(report, NOW + 2)
        follower.know(report.transitions(NOW + 2))
        follower.look(report, NOW + 900 * SECOND)
        # It ended long ago, but the disk was full until now.
        book.settle(claim, Event.TRY_AGAIN, NOW + 3 * SECOND, eta=NOW + 999 * SECOND)
        assert [one.kind for one in follower.look(report, NOW + 901 * SECOND)] == ["retrying"]

    def test_requests_and_pauses_are_told(self, book: Book, report: Report, worker: int) -> None:
        seq = book.add("a", NOW)
        book.claim(worker, NOW + 1)
        follower = Follower()
        follower.begin(report, NOW + 2)
        follower.know(report.transitions(NOW + 2))
        book.ledger.decisions.cancel(seq, NOW + 3)
        book.ledger.decisions.pause("", NOW + 4)
        kinds = [(one.kind, str(one.by)) for one in follower.look(report, NOW + 5)]
        assert kinds == [("cancel requested", "person"), ("paused", "person")]

    def test_nothing_new_is_nothing(self, book: Book, report: Report) -> None:
        book.add("a", NOW)
        follower = Follower()
        assert follower.look(report, NOW + 1) == []
        assert follower.look(report, NOW + 2) == []


def test_a_cursor_is_read_as_it_was_written() -> None:
    step = Step(NOW, 12, 7)
    assert Step.read(str(step)) == step


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


def test_events_are_told_oldest_first(shop: Shop) -> None:
    shop.ended("send", "ada")
    shop.ended("fail", "no \x1b[31mpaper")
    text = run("events").stdout
    assert text.index("pending → running") < text.index("running → succeeded")
    assert "RuntimeError: no ␛[31mpaper" in text
    documents = run_json("events")
    assert [one["event"] for one in documents] == [
        "enqueued", "started", "succeeded", "enqueued", "started", "failed",
    ]  # fmt: skip
    assert [*documents[-1]] == [
        "cursor", "at", "job", "queue", "task", "event", "from", "to", "by", "who", "why",
    ]  # fmt: skip


def test_events_of_one_job_and_not_more_than_asked_for(shop: Shop) -> None:
    shop.ended("send", "ada")
    seq = shop.ended("fail")
    assert {one["job"] for one in run_json("events", "--job", f"#{seq}")} == {seq}
    assert [one["event"] for one in run_json("events", "--limit", "2")] == ["started", "failed"]
    refused(run("events", "--job", "99"), 3, "no job '99'")


@pytest.mark.parametrize("by", ["person", "Person"])
def test_events_of_people_alone(shop: Shop, by: str) -> None:
    seq = shop.enqueue("nap", eta=2**52)
    run("cancel", seq)
    found = run_json("events", "--by", by)
    assert [one["by"] for one in found] == ["person"]
    refused(run("events", "--by", "nobody"), 2, "nobody", "person")


def test_events_go_on_after_a_cursor(shop: Shop) -> None:
    shop.ended("send", "ada")
    shop.ended("send", "bob")
    everything = run_json("events")
    for place, one in enumerate(everything):
        assert run_json("events", "--since", one["cursor"]) == everything[place + 1 :]
    assert run_json("events", "--since", "1h", "--limit", "2") == everything[:2]
    assert run_json("events", "--since", everything[0]["at"]) == everything
    refused(run("events", "--since", "yesterday"), 2, "is not a time")


def test_events_can_be_followed_one_document_a_line(shop: Shop) -> None:
    shop.ended("send", "ada")
    out = shop.folder / "stream"
    with open(out, "w") as stream:
        process = start("--db", shop.db, "events", "-f", "--json", "--limit", "1", stdout=stream)
        wait_for(lambda: out.read_text().count("\n") == 1)
        seq = shop.ended("fail")
        wait_for(lambda: out.read_text().count("\n") == 4)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        process.communicate()
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [one["event"] for one in lines] == ["succeeded", "enqueued", "started", "failed"]
    assert {one["job"] for one in lines[1:]} == {seq}


def test_events_of_an_empty_file(shop: Shop) -> None:
    shop.huey.ledger.intake.find("")
    assert run_json("events") == []
    assert run("events").stdout == ""
