"""The ledger by itself: what goes in, in which order it comes out, and what is written down."""

import zlib
from typing import Any

import apsw
import pytest
from book import FAR, NOW, SECOND, Book, new_job

from jobdash.errors import IllegalMove, LostClaim, UsageError
from jobdash.job import FINAL, Claim, Event, State
from jobdash.ledger import Death, Ledger, NewChord, NextStep, Settlement
from jobdash.ledger.attempts import PROMOTE_AT_ONCE

MINUTE = 60 * SECOND


MAX_RESCUES = 3


@pytest.fixture
def worker(book: Book) -> int:
    return book.worker()


class TestOrder:
    def test_the_most_urgent_comes_first_then_the_oldest(self, book: Book, worker: int) -> None:
        for id_, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", -1), ("f", 0.5)):
            book.add(id_, priority=priority)
        assert book.drain(worker) == ["b", "d", "f", "a", "c", "e"]

    def test_what_failed_goes_behind_what_waited(self, book: Book, worker: int) -> None:
        for id_ in "abc":
            book.add(id_)
        book.settle(book.claim(worker), Event.TRY_AGAIN)
        assert book.drain(worker) == ["b", "c", "a"]

    def test_a_retry_keeps_its_priority(self, book: Book, worker: int) -> None:
        book.add("urgent", priority=9)
        book.settle(book.claim(worker), Event.TRY_AGAIN)
        book.add("other")
        assert book.drain(worker) == ["urgent", "other"]

    def test_what_a_stop_returned_keeps_its_place(self, book: Book, worker: int) -> None:
        for id_ in "abc":
            book.add(id_)
        book.ledger.attempts.release(book.claim(worker), NOW)
        assert book.drain(worker) == ["a", "b", "c"]

    def test_what_a_dead_worker_held_keeps_its_place(self, book: Book, worker: int) -> None:
        for id_ in "abc":
            book.add(id_)
        book.claim(worker)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        assert book.drain(book.worker()) == ["a", "b", "c"]

    def test_what_is_retried_by_hand_goes_behind_what_waited(self, book: Book, worker: int) -> None:
        seq = book.add("a")
        book.settle(book.claim(worker), Event.FAIL)
        book.add("b")
        book.ledger.decisions.retry(seq, NOW)
        assert book.drain(worker) == ["b", "a"]

    def test_what_was_due_first_runs_first(self, book: Book, worker: int) -> None:
        book.add("late", eta=NOW + 3 * SECOND)
        book.add("early", eta=NOW + 2 * SECOND)
        book.add("ready")
        assert book.ledger.attempts.promote(NOW + MINUTE) == 2
        assert book.drain(worker) == ["ready", "early", "late"]

    def test_queues_of_one_file_do_not_see_each_other(self, book: Book, worker: int) -> None:
        other = Ledger(book.database, "other")
        other.intake.enqueue([new_job("same-id")], NOW)
        book.add("same-id")
        assert book.drain(worker) == ["same-id"]
        assert other.attempts.claim(worker, NOW) is not None
        other_job = "SELECT state FROM job WHERE queue = 'other'"
        assert book.rows(other_job) == [("running",)]


class TestWaitingForATime:
    def test_a_job_is_not_claimed_before_its_eta(self, book: Book, worker: int) -> None:
        seq = book.add("a", eta=NOW + MINUTE)
        assert book.state(seq) == "scheduled"
        assert book.ledger.attempts.next_due() == NOW + MINUTE
        assert book.ledger.attempts.promote(NOW + MINUTE - 1) == 0
        assert book.ledger.attempts.claim(worker, NOW) is None
        assert book.ledger.attempts.promote(NOW + MINUTE) == 1
        assert book.claim(worker).id == "a"
        assert book.ledger.attempts.next_due() is None

    def test_an_eta_that_is_past_makes_no_difference(self, book: Book, worker: int) -> None:
        seq = book.add("a", eta=NOW - 1)
        assert book.state(seq) == "pending"

    def test_a_retry_waits_in_its_row(self, book: Book, worker: int) -> None:
        seq = book.add("a", retries=3, retry_delay=5)
        later = {"eta": NOW + MINUTE, "retries_left": 2, "retry_delay": 10.0}
        book.settle(book.claim(worker), Event.TRY_AGAIN, **later)
        row = book.row(seq)
        assert row["state"] == "retrying"
        assert row["eta"] == NOW + MINUTE
        assert (row["failures"], row["retries_left"], row["retry_delay"]) == (1, 2, 10.0)
        book.ledger.attempts.promote(NOW + MINUTE)
        claim = book.claim(worker)
        assert (claim.number, claim.retries_left, claim.retry_delay) == (2, 2, 10.0)

    def test_many_are_promoted_in_several_goes_and_none_is_forgotten(self, book: Book) -> None:
        many = PROMOTE_AT_ONCE + 1
        jobs = [new_job(f"j{n}", eta=NOW + SECOND) for n in range(many)]
        book.enter(*jobs)
        goes = [book.ledger.attempts.promote(FAR) for _ in range(3)]
        assert goes == [PROMOTE_AT_ONCE, 1, 0]


class TestMessages:
    def test_the_bytes_are_written_once_and_come_back_as_they_were(
        self, book: Book, worker: int
    ) -> None:
        book.add("a", data=b"\x80 pickled", retries=1)
        before = book.rows("SELECT * FROM message")
        claim = book.claim(worker)
        assert (claim.data, claim.checksum) == (b"\x80 pickled", zlib.crc32(b"\x80 pickled"))
        book.settle(claim, Event.TRY_AGAIN)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        book.drain(worker)
        assert book.rows("SELECT * FROM message") == before

    def test_a_changed_byte_is_noticed(self, book: Book, worker: int) -> None:
        book.add("a", data=b"sound")
        book.write("UPDATE message SET data = x'00'")
        claim = book.claim(worker)
        assert claim.data is not None
        assert claim.checksum != zlib.crc32(claim.data)
        book.write("UPDATE message SET data = ?", (b"sound",))  # for the fixture's last look


NAN = float("nan")


@pytest.mark.parametrize(
    "odd",
    [{"priority": "high"}, {"priority": NAN}, {"retries": -1}, {"retry_delay": NAN}],
    ids=str,
)
def test_what_is_no_number_where_one_belongs_is_refused_in_words(book: Book, odd: Any) -> None:
    with pytest.raises(UsageError, match=r"mail\.send cannot be enqueued like this: priority"):
        book.add("a", **odd)
    assert book.rows("SELECT * FROM job") == book.rows("SELECT * FROM message") == []


class TestFence:
    def test_a_late_finish_changes_nothing(self, book: Book) -> None:
        seq = book.add("a", steps=(new_job("b", data=None),))
        late, next_ = book.worker("late"), book.worker("next")
        old = book.claim(late)
        book.ledger.attempts.rescue(late, "seemed dead", NOW)
        book.claim(next_)
        before = _contents(book)
        for event in (Event.SUCCEED, Event.FAIL, Event.TRY_AGAIN, Event.CONFIRM_CANCEL):
            with pytest.raises(LostClaim):
                book.settle(old, event, result=b"late", linked=True, handler=new_job("h"))
        assert _contents(book) == before
        assert book.row(seq)["worker"] == next_

    def test_a_finish_counts_only_once(self, book: Book, worker: int) -> None:
        book.add("a")
        claim = book.claim(worker)
        book.settle(claim, Event.SUCCEED, result=b"first")
        with pytest.raises(LostClaim):
            book.settle(claim, Event.SUCCEED, result=b"second")
        assert book.one("SELECT data FROM result") == (b"first",)

    def test_a_late_release_changes_nothing(self, book: Book, worker: int) -> None:
        seq = book.add("a")
        old = book.claim(worker)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        current = book.claim(worker)
        book.ledger.attempts.release(old, NOW)
        book.ledger.attempts.requeue(old, NOW)
        assert book.state(seq) == "running"
        book.settle(current, Event.SUCCEED)

    def test_a_claim_number_is_never_given_twice(self, book: Book, worker: int) -> None:
        book.add("a")
        numbers = []
        for leave in (
            lambda claim: book.settle(claim, Event.TRY_AGAIN),
            lambda claim: book.ledger.attempts.release(claim, NOW),
            lambda claim: book.ledger.attempts.rescue(worker, "killed", NOW),
            lambda claim: book.settle(claim, Event.SUCCEED),
        ):
            claim = book.claim(worker)
            numbers.append(claim.number)
            leave(claim)
        assert numbers == [1, 2, 3, 4]


class TestOneTransaction:
    def test_nothing_of_a_finish_remains_if_a_part_of_it_is_refused(
        self, book: Book, worker: int
    ) -> None:
        book.enter(
            NewChord("c", (new_job("m", steps=(new_job("n", data=None),)),), new_job("callback"))
        )
        claim = book.claim(worker)
        before = _contents(book)
        impossible = new_job("handler", retries=-1)
        with pytest.raises(UsageError):
            book.settle(claim, Event.FAIL, result=b"e", linked=True, handler=impossible)
        assert _contents(book) == before

    def test_nothing_of_a_finish_remains_if_what_follows_is_refused(
        self, book: Book, worker: int
    ) -> None:
        book.enter(new_job("a", steps=(new_job("b", data=None),)))
        claim = book.claim(worker)
        before = _contents(book)
        impossible = NextStep(b"turn", None, "{}")  # type: ignore[arg-type]
        with pytest.raises(apsw.ConstraintError):
            book.settle(claim, Event.SUCCEED, result=b"r", linked=True, next_step=impossible)
        assert _contents(book) == before
        with pytest.raises(apsw.ConstraintError):
            book.settle(claim, Event.FAIL, result=None, linked=True, error_type=b"no text")
        assert _contents(book) == before

    def test_many_units_are_entered_all_or_none(self, book: Book) -> None:
        units = [new_job("a"), NewChord("c", (new_job("m"),), new_job("cb")), new_job("b")]
        before = _contents(book)
        with pytest.raises(UsageError):
            book.enter(*units, new_job("impossible", retries=-1))
        assert _contents(book) == before
        assert book.rung == 0
        book.enter(*units)
        assert book.one("SELECT count(*) FROM job") == (4,)
        assert book.rung == 1

    def test_the_next_claim_is_made_with_the_finish(self, book: Book, worker: int) -> None:
        book.add("a")
        book.add("b")
        settlement = Settlement(Event.SUCCEED, outcome="succeeded")
        settled = book.ledger.attempts.settle(book.claim(worker), settlement, NOW, next_for=worker)
        assert settled.following is not None
        assert settled.following.id == "b"
        last = book.ledger.attempts.settle(settled.following, settlement, NOW, next_for=worker)
        assert last.following is None


class TestRescue:
    def test_a_crash_is_not_a_failure(self, book: Book, worker: int) -> None:
        seq = book.add("a")
        book.claim(worker)
        assert book.ledger.attempts.rescue(worker, "killed by SIGKILL", NOW + SECOND) == [seq]
        row = book.row(seq)
        assert (row["state"], row["failures"], row["rescues"]) == ("pending", 0, 1)
        attempt = "SELECT number, worker, outcome, error_message, ended_at FROM attempt"
        assert book.rows(attempt) == [(1, worker, "lost", "killed by SIGKILL", NOW + SECOND)]

    def test_a_job_that_kills_its_workers_becomes_a_dead_letter(
        self, book: Book, worker: int
    ) -> None:
        seq = book.add("a", steps=(new_job("b", data=None),))
        for _ in range(MAX_RESCUES):
            book.claim(worker)
            book.ledger.attempts.rescue(worker, "killed by SIGSEGV", NOW)
        row = book.row(seq)
        assert (row["state"], row["rescues"], row["failures"]) == ("failed", MAX_RESCUES, 0)
        assert row["error_type"] == "WorkerLost"
        assert "SIGSEGV" in row["error_message"]
        assert book.state(seq + 1) == "cancelled"
        assert book.one("SELECT count(*) FROM attempt WHERE outcome = 'lost'") == (MAX_RESCUES,)

    def test_a_dead_letter_that_is_retried_may_crash_again(self, book: Book, worker: int) -> None:
        seq = book.add("a")
        for _ in range(MAX_RESCUES):
            book.claim(worker)
            book.ledger.attempts.rescue(worker, "killed", NOW)
        book.ledger.decisions.retry(seq, NOW)
        book.claim(worker)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        assert book.state(seq) == "pending"

    def test_what_was_to_be_cancelled_is_not_run_again(self, book: Book, worker: int) -> None:
        seq = book.add("a", steps=(new_job("b", data=None),))
        book.claim(worker)
        book.ledger.decisions.cancel(seq, NOW)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        assert [book.state(seq), book.state(seq + 1)] == ["cancelled", "cancelled"]
        assert book.row(seq)["rescues"] == 0

    def test_a_worker_killed_by_a_stop_does_not_count_against_its_job(
        self, book: Book, worker: int
    ) -> None:
        seq = book.add("a")
        for _ in range(MAX_RESCUES + 1):
            book.claim(worker)
            book.ledger.attempts.rescue(worker, "did not stop", NOW, Death.STOP)
        row = book.row(seq)
        assert (row["state"], row["rescues"], row["failures"]) == ("pending", 0, 0)
        assert set(book.rows("SELECT outcome FROM attempt")) == {("returned",)}

    def test_a_worker_killed_for_its_last_job_does_not_harm_the_next(
        self, book: Book, worker: int
    ) -> None:
        book.add("late")
        late = book.claim(worker)
        book.settle(late, Event.SUCCEED)
        seq = book.add("next")
        book.claim(worker)
        meant = (late.seq, late.number)
        book.ledger.attempts.rescue(worker, "too slow", NOW, Death.OVERDUE, meant=meant)
        row = book.row(seq)
        assert (row["state"], row["failures"], row["rescues"]) == ("pending", 0, 0)

    def test_to_outlast_the_hard_limit_is_a_failure(self, book: Book, worker: int) -> None:
        seq = book.add("a", retries=1, retry_delay=5, steps=(new_job("b", data=None),))
        told = []
        for _ in range(2):
            book.claim(worker)
            book.ledger.attempts.rescue(worker, "ran longer than 1 s", NOW, Death.OVERDUE)
            row = book.row(seq)
            told.append((row["state"], row["failures"], row["retries_left"], row["rescues"]))
            book.ledger.attempts.promote(NOW + MINUTE)
        assert told == [("retrying", 1, 0, 0), ("failed", 2, 0, 0)]
        assert row["eta"] == NOW + 5 * SECOND
        assert (row["error_type"], row["error_message"]) == ("HardTimeLimit", "ran longer than 1 s")
        assert book.state(seq + 1) == "cancelled"
        assert book.rows("SELECT outcome FROM attempt") == [("failed",), ("failed",)]

    def test_only_the_dead_workers_jobs_are_freed(self, book: Book, worker: int) -> None:
        other = book.worker("other")
        book.add("a")
        kept = book.add("b")
        book.claim(worker)
        book.claim(other)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        assert book.row(kept)["worker"] == other

    def test_rescue_never_reads_a_message(self, book: Book, worker: int) -> None:
        seq = book.add("a")
        book.claim(worker)
        book.write("DELETE FROM message")
        assert book.ledger.attempts.rescue(worker, "killed", NOW) == [seq]

    def test_rescuing_somebody_who_held_nothing_is_no_event(self, book: Book, worker: int) -> None:
        assert book.ledger.attempts.rescue(worker, "killed", NOW) == []
        assert book.rung == 0


class TestStops:
    def test_a_request_names_the_run_that_it_means(self, book: Book, worker: int) -> None:
        seq = book.add("a", retries=1)
        claim = book.claim(worker)
        book.ledger.decisions.cancel(seq, NOW + 1)
        book.ledger.decisions.cancel(seq, NOW + 2)
        assert book.ledger.attempts.cancel_requests() == [(seq, 1, worker, NOW + 1)]
        assert book.ledger.attempts.is_cancel_requested(claim)

    def test_a_run_that_ends_well_ends_well(self, book: Book, worker: int) -> None:
        seq = book.add("a")
        claim = book.claim(worker)
        book.ledger.decisions.cancel(seq, NOW)
        book.settle(claim, Event.SUCCEED)
        assert book.state(seq) == "succeeded"
        assert book.ledger.attempts.cancel_requests() == []

    @pytest.mark.parametrize("event", [Event.TRY_AGAIN, Event.POSTPONE, Event.RELEASE])
    def test_what_was_to_be_cancelled_does_not_come_back(
        self, book: Book, worker: int, event: Event
    ) -> None:
        seq = book.add("a", retries=1, steps=(new_job("b", data=None),))
        claim = book.claim(worker)
        book.ledger.decisions.cancel(seq, NOW)
        book.settle(claim, event, eta=NOW + MINUTE)
        assert [book.state(seq), book.state(seq + 1)] == ["cancelled", "cancelled"]

    def test_a_claim_that_is_given_back_may_have_been_cancelled(
        self, book: Book, worker: int
    ) -> None:
        seq = book.add("a")
        claim = book.claim(worker)
        book.ledger.decisions.cancel(seq, NOW)
        book.ledger.attempts.release(claim, NOW)
        assert book.state(seq) == "cancelled"

    def test_who_runs_under_a_hard_limit_is_known(self, book: Book, worker: int) -> None:
        seq = book.add("a", hard_timeout=1.5)
        book.add("b")
        book.claim(worker)
        book.claim(book.worker())
        assert book.ledger.attempts.limited() == [(seq, 1, worker, 1.5)]


class TestKeys:
    def test_a_second_job_with_the_same_key_is_the_first(self, book: Book) -> None:
        first = book.enter(new_job("a", key="order-7"))
        again = book.enter(new_job("b", key="order-7"))
        assert (again.seq, again.id, again.is_new) == (first.seq, "a", False)
        assert book.one("SELECT count(*) FROM job") == (1,)

    def test_a_key_is_free_again_after_its_window(self, book: Book) -> None:
        book.enter(new_job("a", key="k", key_window=SECOND), now=NOW)
        assert not book.enter(new_job("b", key="k", key_window=SECOND), now=NOW + SECOND).is_new
        assert book.enter(new_job("c", key="k", key_window=SECOND), now=NOW + SECOND + 1).is_new

    def test_a_key_is_its_queues_own(self, book: Book) -> None:
        book.enter(new_job("a", key="k"))
        (entry,) = Ledger(book.database, "other").intake.enqueue([new_job("b", key="k")], NOW)
        assert entry.is_new

    def test_a_key_is_its_tasks_own(self, book: Book) -> None:
        book.enter(new_job("a", key="k"))
        assert book.enter(new_job("b", key="k", task="mail.count")).is_new

    @pytest.mark.parametrize(
        ("event", "is_free"),
        [
            (Event.FAIL, True), (Event.CONFIRM_CANCEL, True), (Event.EXPIRE, True),
            (Event.SUCCEED, False), (Event.TRY_AGAIN, False), (Event.RELEASE, False),
        ],
    )  # fmt: skip
    def test_only_what_came_to_nothing_frees_its_key(
        self, book: Book, event: Event, is_free: bool
    ) -> None:
        book.enter(new_job("a", key="k"))
        book.settle(book.claim(book.worker()), event)
        assert book.enter(new_job("b", key="k")).is_new is is_free

    def test_a_key_may_be_kept_whatever_comes_of_its_job(self, book: Book) -> None:
        book.enter(new_job("a", key="k", keeps_key=True))
        book.settle(book.claim(book.worker()), Event.FAIL)
        assert not book.enter(new_job("b", key="k", keeps_key=True)).is_new

    def test_who_has_lost_its_key_is_not_retried(self, book: Book) -> None:
        old = book.add("a", key="k")
        book.settle(book.claim(book.worker()), Event.FAIL)
        new = book.add("b", key="k")
        with pytest.raises(IllegalMove, match=f"#{new} .pending. stands for its key"):
            book.ledger.decisions.retry(old, NOW)
        assert book.state(old) == "failed"
        book.ledger.decisions.cancel(new, NOW)
        assert book.ledger.decisions.retry(old, NOW) == "pending"

    def test_a_retry_counts_its_keys_window_too(self, book: Book) -> None:
        old = book.add("a", key="k", key_window=SECOND)
        book.settle(book.claim(book.worker()), Event.FAIL)
        book.add("b", key="k", key_window=SECOND)
        assert book.ledger.decisions.retry(old, NOW + SECOND + 1) == "pending"

    def test_a_replay_takes_the_key_along(self, book: Book) -> None:
        old = book.add("a", key="k", key_window=SECOND)
        book.settle(book.claim(book.worker()), Event.FAIL)
        new = book.ledger.decisions.replay(old, "b", NOW)
        assert book.enter(new_job("c", key="k")).seq == new
        assert book.row(new)["key_until"] == NOW + SECOND

    def test_one_call_can_hold_a_key_twice(self, book: Book) -> None:
        entries = book.ledger.intake.enqueue([new_job("a", key="k"), new_job("b", key="k")], NOW)
        assert [entry.seq for entry in entries] == [1, 1]


class TestKnownIds:
    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_an_id_that_has_ended_goes_on_in_its_row(
        self, book: Book, worker: int, state: State
    ) -> None:
        seq = _ended(book, worker, state)
        book.enter(new_job("a", data=b"again", args="[2]"), now=NOW + SECOND)
        row = book.row(seq)
        assert (row["state"], row["args"], row["finished_at"]) == ("pending", "[2]", None)
        claim = book.claim(worker)
        assert (claim.seq, claim.data) == (seq, b"again")
        assert book.one("SELECT count(*) FROM job") == (1,)

    @pytest.mark.parametrize("state", ["pending", "scheduled", "running", "retrying", "waiting"])
    def test_an_id_that_is_active_gets_a_second_row(
        self, book: Book, worker: int, state: str
    ) -> None:
        seq = _active(book, worker, state)
        entry = book.enter(new_job("a"))
        assert (entry.is_new, entry.id != "a") == (True, True)
        assert book.row(entry.seq)["duplicate_of"] == seq
        assert book.state(seq) == state
        log = "SELECT detail FROM event WHERE seq = ?"
        assert book.one(log, (entry.seq,)) == (f"#{seq} with this id is {state}",)

    def test_the_success_of_a_job_that_goes_on_is_still_an_attempt(
        self, book: Book, worker: int
    ) -> None:
        _ended(book, worker, State.SUCCEEDED)
        book.add("a")
        book.settle(book.claim(worker), Event.FAIL)
        assert book.rows("SELECT number, outcome FROM attempt") == [
            (1, "succeeded"),
            (2, "failed"),
        ]

    def test_a_step_that_has_ended_waits_again_in_its_row(self, book: Book, worker: int) -> None:
        pipeline = new_job("a", steps=(new_job("b", data=None),))
        book.enter(pipeline)
        book.run_pipelines(worker)
        book.enter(pipeline)
        assert book.rows("SELECT id, state FROM job") == [("a", "pending"), ("b", "waiting")]
        book.run_pipelines(worker)
        assert book.rows("SELECT id, state FROM job") == [("a", "succeeded"), ("b", "succeeded")]


class TestFlushing:
    def test_what_waits_is_cancelled_and_history_kept(self, book: Book) -> None:
        book.enter(new_job("a", steps=(new_job("b", data=None),)), new_job("c"))
        book.ledger.decisions.flush("flushable_queue", NOW)
        assert book.rows("SELECT id, state FROM job") == [
            ("a", "cancelled"),
            ("b", "cancelled"),
            ("c", "cancelled"),
        ]
        told = book.rows("SELECT seq, count(*) FROM event WHERE kind = 'cancelled' GROUP BY seq")
        assert all(times == 1 for _, times in told)

    def test_a_flush_does_not_fire_a_callback(self, book: Book, worker: int) -> None:
        book.enter(NewChord("c", (new_job("m1"), new_job("m2")), new_job("cb")))
        book.ledger.decisions.flush("flushable_queue", NOW)
        assert book.drain(worker) == []


def _contents(book: Book) -> dict[str, Any]:
    tables = ("job", "message", "result", "attempt", "chord", "chord_member", "event", "tally")
    return {table: book.rows(f"SELECT * FROM {table}") for table in tables}


def _ended(book: Book, worker: int, state: State) -> int:
    seq = book.add("a")
    claim = book.claim(worker)
    event = {
        State.SUCCEEDED: Event.SUCCEED,
        State.EXPIRED: Event.EXPIRE,
        State.CANCELLED: Event.CONFIRM_CANCEL,
    }.get(state, Event.FAIL)
    book.settle(claim, event)
    if state is State.DISCARDED:
        book.ledger.decisions.discard(seq, NOW)
    assert book.state(seq) == state
    return seq


def _active(book: Book, worker: int, state: str) -> int:
    if state == "waiting":
        return book.enter(new_job("head", steps=(new_job("a", data=None),))).seq + 1
    seq = book.add("a", eta=NOW + MINUTE if state == "scheduled" else None)
    if state in ("running", "retrying"):
        claim: Claim = book.claim(worker)
        if state == "retrying":
            book.settle(claim, Event.TRY_AGAIN, eta=NOW + MINUTE)
    assert book.state(seq) == state
    return seq
