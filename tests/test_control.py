"""Decisions about jobs, as the command line and the dashboard make them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from book import NOW, SECOND, Book, new_job
from scene import Scene, run_all

from jobdash import SqliteHuey
from jobdash.control import Control, Outcome
from jobdash.control.control import AT_ONCE
from jobdash.control.enqueue import Options, enqueue
from jobdash.errors import (
    DatabaseBusy,
    DatabaseError,
    IllegalMove,
    Refused,
    UnknownJob,
    UnknownTask,
    UsageError,
)
from jobdash.job import Event


@pytest.fixture
def control(book: Book) -> Iterator[Control]:
    made = Control(book.database.path)
    yield made
    made.close()


@pytest.fixture
def worker(book: Book) -> int:
    return book.worker()


def refusal(outcome: Outcome) -> str:
    (refused,) = outcome.refused
    return str(refused.error)


def dead_letter(book: Book, id_: str = "a") -> int:
    seq = book.add(id_)
    book.settle(book.claim(book.worker()), Event.FAIL, result=b"error")
    return seq


class TestOutcomes:
    def test_one_refusal_does_not_stop_the_others(self, book: Book, control: Control) -> None:
        first, second = book.add("a"), book.add("b")
        outcome = control.cancel([first, 99, first, second], NOW)
        assert outcome.changed == (first, second)
        assert [refused.seq for refused in outcome.refused] == [99, first]
        with pytest.raises(UnknownJob, match="there is no job #99"):
            outcome.raise_refusal()

    def test_no_refusal_raises_nothing(self, control: Control) -> None:
        assert control.cancel([], NOW) == Outcome()
        Outcome().raise_refusal()

    def test_a_job_of_any_queue_is_found(self, path: Path, book: Book, control: Control) -> None:
        other = Book(path, "other")
        seq = other.add("a")
        control.cancel([seq], NOW).raise_refusal()
        assert other.state(seq) == "cancelled"
        other.end()


class TestCancel:
    def test_what_waits_is_cancelled_at_once(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        control.cancel([seq], NOW)
        row = book.row(seq)
        assert (row["state"], row["finished_at"]) == ("cancelled", NOW)
        assert row["reason"] == "cancelled by hand"

    def test_what_runs_is_asked_to_end(self, book: Book, control: Control, worker: int) -> None:
        seq = book.add("a")
        claim = book.claim(worker)
        assert control.cancel([seq], NOW).changed == (seq,)
        assert book.state(seq) == "running"
        book.settle(claim, Event.CONFIRM_CANCEL, NOW + 1, outcome="cancelled")
        assert book.state(seq) == "cancelled"

    def test_asking_twice_is_asking_once(self, book: Book, control: Control, worker: int) -> None:
        seq = book.add("a")
        claim = book.claim(worker)
        control.cancel([seq], NOW)
        control.cancel([seq], NOW + 1)
        assert book.row(seq)["cancel_requested_at"] == NOW
        assert book.one("SELECT count(*) FROM event WHERE kind = 'cancel requested'") == (1,)
        book.settle(claim, Event.SUCCEED)

    @pytest.mark.parametrize(
        "event", [Event.SUCCEED, Event.FAIL, Event.EXPIRE, Event.CONFIRM_CANCEL]
    )
    def test_what_has_ended_cannot_be_cancelled(
        self, book: Book, control: Control, worker: int, event: Event
    ) -> None:
        seq = book.add("a")
        book.settle(book.claim(worker), event)
        before = book.row(seq)
        told = refusal(control.cancel([seq], NOW))
        assert f"job #{seq} is {before['state']}" in told
        assert "pending" in told
        assert book.row(seq) == before


class TestRetry:
    def test_a_dead_letter_goes_on_with_one_more_attempt(
        self, book: Book, control: Control, worker: int
    ) -> None:
        seq = dead_letter(book)
        control.retry([seq], NOW).raise_refusal()
        row = book.row(seq)
        assert (row["state"], row["retries"], row["failures"]) == ("pending", 1, 1)
        assert row["finished_at"] is None
        assert book.ledger.keys.peek("a") is None
        assert book.rung > 0
        book.settle(book.claim(worker), Event.SUCCEED, result=b"well")
        assert book.rows("SELECT number, outcome FROM attempt") == [(1, "failed")]
        assert book.row(seq)["claims"] == 2

    def test_cancelling_costs_no_retry(self, book: Book, control: Control) -> None:
        seq = book.add("a", retries=2)
        control.cancel([seq], NOW)
        control.retry([seq], NOW)
        assert (book.row(seq)["retries"], book.row(seq)["retries_left"]) == (2, 2)

    def test_it_is_written_down(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        control.retry([seq], NOW + 5)
        told = book.rows("SELECT at, seq, kind, detail FROM event")
        assert told == [(NOW + 5, seq, "retried by hand", "was failed")]

    @pytest.mark.parametrize("state", ["pending", "running", "succeeded"])
    def test_what_has_not_ended_badly_cannot_be_retried(
        self, book: Book, control: Control, worker: int, state: str
    ) -> None:
        seq = book.add("a")
        if state != "pending":
            claim = book.claim(worker)
            if state == "succeeded":
                book.settle(claim, Event.SUCCEED)
        assert f"is {state}" in refusal(control.retry([seq], NOW))
        assert book.state(seq) == state


def test_a_worker_is_woken_once_a_decision_is_written(book: Book, worker: int) -> None:
    seq = dead_letter(book)
    for decide in (book.ledger.decisions.retry, book.ledger.decisions.cancel):
        before = book.rung
        decide(seq, NOW)
        assert book.rung == before + 1


class TestReplay:
    def test_a_replay_is_a_new_job_from_an_old_one(
        self, book: Book, control: Control, worker: int
    ) -> None:
        seq = book.add(
            "a", data=b"payload", args="[1]", kwargs='{"b": 2}', priority=3, retries=2,
            retry_delay=4, timeout=5, hard_timeout=6, key="k", expires=NOW + SECOND,
        )  # fmt: skip
        book.settle(book.claim(worker), Event.SUCCEED, result=b"1")
        outcome = control.replay([seq], NOW + 9)
        (new,) = outcome.created
        old, row = book.row(seq), book.row(new)
        same = ("task", "args", "kwargs", "priority", "retries", "retry_delay", "timeout")
        assert {name: row[name] for name in same} == {name: old[name] for name in same}
        assert (row["replay_of"], row["state"], row["created_at"]) == (seq, "pending", NOW + 9)
        assert (row["claims"], row["key"], row["expires"]) == (0, "k", None)
        assert row["hard_timeout"] == 6
        assert row["id"] != old["id"]
        assert book.claim(worker).data == b"payload"
        assert old["state"] == "succeeded"

    @pytest.mark.parametrize("event", [Event.FAIL, Event.EXPIRE, Event.CONFIRM_CANCEL])
    def test_whatever_has_ended_can_be_replayed(
        self, book: Book, control: Control, worker: int, event: Event
    ) -> None:
        seq = book.add("a")
        book.settle(book.claim(worker), event)
        before = book.row(seq)
        assert len(control.replay([seq, seq], NOW).created) == 2
        assert book.row(seq) == before

    def test_what_has_not_ended_cannot_be_replayed(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        outcome = control.replay([seq], NOW)
        assert "only a finished job can be replayed" in refusal(outcome)
        assert outcome.created == ()
        assert book.one("SELECT count(*) FROM job") == (1,)

    def test_a_replay_of_a_paused_task_is_held(
        self, book: Book, control: Control, worker: int
    ) -> None:
        seq = book.add("a", task="slow")
        book.settle(book.claim(worker), Event.SUCCEED)
        control.pause("huey", "slow", NOW)
        control.replay([seq], NOW)
        assert book.drain(worker) == []
        control.resume("huey", "slow", NOW)
        assert len(book.drain(worker)) == 1


class TestDiscard:
    def test_a_discarded_job_is_no_dead_letter_any_more(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        control.discard([seq], NOW + 1)
        assert (book.state(seq), book.row(seq)["finished_at"]) == ("discarded", NOW + 1)
        assert book.row(seq)["error_type"] == "Oops"

    def test_only_dead_letters_can_be_discarded(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        told = refusal(control.discard([seq], NOW))
        assert told == f"job #{seq} is pending: only failed jobs can be discarded"

    def test_a_refusal_names_every_state_in_which_it_can_be_done(
        self, book: Book, control: Control
    ) -> None:
        seq = dead_letter(book)
        told = refusal(control.cancel([seq], NOW))
        states = "pending, retrying, running, scheduled or waiting"
        assert told == f"job #{seq} is failed: only {states} jobs can be cancelled"

    def test_what_was_discarded_can_still_be_retried(
        self, book: Book, control: Control, worker: int
    ) -> None:
        seq = dead_letter(book)
        control.discard([seq], NOW)
        control.retry([seq], NOW).raise_refusal()
        assert book.drain(worker) == ["a"]


class TestPause:
    def test_pause_and_resume_say_whether_they_changed_anything(
        self, book: Book, control: Control
    ) -> None:
        pauses = [control.pause("huey", "", NOW), control.pause("huey", "", NOW)]
        resumes = [control.resume("huey", "", NOW), control.resume("huey", "", NOW)]
        assert pauses == resumes == [True, False]
        kinds = [kind for (kind,) in book.rows("SELECT kind FROM event ORDER BY id")]
        assert kinds == ["paused", "resumed"]

    def test_a_pause_is_one_queues(self, path: Path, book: Book, control: Control) -> None:
        other = Book(path, "other")
        book.add("a")
        other.add("b")
        control.pause("other", "", NOW)
        assert book.drain(book.worker()) == ["a"]
        assert other.drain(other.worker()) == []
        other.end()


class TestTheFile:
    def test_a_file_that_is_not_there_is_not_made(self, path: Path) -> None:
        with pytest.raises(DatabaseError, match=r"there is no database at .*jobs\.db"):
            Control(path)
        assert not path.exists()

    def test_a_locked_file_is_waited_for_so_long_and_no_longer(self, book: Book) -> None:
        seq = book.add("a")
        impatient = Control(book.database.path, deadline=0.02)
        with book.database.transaction():
            outcome = impatient.cancel([seq], NOW)
        with pytest.raises(DatabaseBusy, match="stayed locked"):
            outcome.raise_refusal()
        assert book.state(seq) == "pending"
        impatient.cancel([seq], NOW).raise_refusal()
        impatient.close()

    def test_trouble_in_between_says_what_has_changed_already(self, book: Book) -> None:
        first = [book.add(f"first{n}") for n in range(AT_ONCE)]
        rest = [book.add(f"rest{n}") for n in range(AT_ONCE)]
        impatient = Control(book.database.path, deadline=0.02)

        def locked_after_the_first() -> Iterator[int]:
            yield from first
            with book.database.transaction():
                yield from [*rest, 0]

        named = locked_after_the_first()
        outcome = impatient.cancel(named, NOW)
        named.close()
        assert outcome.changed == tuple(first)
        assert [refused.seq for refused in outcome.refused] == [rest[0]]
        assert {book.state(seq) for seq in rest} == {"pending"}
        impatient.close()


class TestEnqueue:
    @pytest.fixture
    def app(self, huey: SqliteHuey) -> SqliteHuey:
        @huey.task(name="send_mail", retries=1)
        def send(to: str, *, subject: str = "hi") -> str:
            return f"{to}: {subject}"

        @huey.task(name="send_all", context=True)
        def everything(count: int, task: object = None) -> int:
            return count

        return huey

    def test_a_task_is_found_by_its_name_and_run(self, app: SqliteHuey, scene: Scene) -> None:
        id_ = enqueue(app, "send_mail", ["ann"], {"subject": "hello"}, Options()).id
        run_all(app)
        assert app.result(id_) == "ann: hello"
        assert scene.job(id_).task.endswith(".send_mail")

    def test_options_override_the_tasks_own(self, app: SqliteHuey, scene: Scene) -> None:
        options = Options(
            eta=NOW + SECOND, priority=7, retries=4, retry_delay=2.5, timeout=9, key="k", id="own"
        )
        assert enqueue(app, "send_mail", ["ann"], {}, options) == ("own", True)
        job = scene.job("own")
        assert (job.eta, job.priority, job.retries, job.key) == (NOW + SECOND, 7, 4, "k")
        assert scene.rows("SELECT retry_delay, timeout FROM job") == [(2.5, 9.0)]

    def test_no_options_leave_the_tasks_own(self, app: SqliteHuey, scene: Scene) -> None:
        enqueue(app, "send_mail", ["ann"], {}, Options())
        assert scene.job(1).retries == 1

    @pytest.mark.parametrize(
        ("name", "args", "kwargs", "options", "error", "told"),
        [
            ("send_mial", [], {}, Options(), UnknownTask, "send_mail"),
            ("zzz", [], {}, Options(), UnknownTask, "jobdash tasks"),
            ("send_mail", [], {}, Options(), UsageError, "to"),
            ("send_mail", ["a", "b"], {}, Options(), UsageError, "too many positional"),
            ("send_mail", ["a"], {"subjekt": 1}, Options(), UsageError, "subjekt"),
            ("send_mail", ["a"], {}, Options(retries=-1), UsageError, "-1"),
            ("send_all", [1, 2], {}, Options(), UsageError, "too many positional"),
        ],
    )
    def test_a_bad_call_is_explained_and_nothing_is_entered(
        self,
        app: SqliteHuey,
        scene: Scene,
        name: str,
        args: list[object],
        kwargs: dict[str, object],
        options: Options,
        error: type[Exception],
        told: str,
    ) -> None:
        with pytest.raises(error, match=told):
            enqueue(app, name, args, kwargs, options)
        assert scene.states() == []

    def test_an_id_that_exists_is_refused(self, app: SqliteHuey, scene: Scene) -> None:
        enqueue(app, "send_mail", ["ann"], {}, Options(id="own"))
        with pytest.raises(Refused, match="job own exists"):
            enqueue(app, "send_mail", ["ann"], {}, Options(id="own"))
        assert scene.states() == ["pending"]

    def test_a_known_key_returns_the_first_job(self, app: SqliteHuey, scene: Scene) -> None:
        (id_, first), (again, second) = (
            enqueue(app, "send_mail", ["ann"], {}, Options(key="k")) for _ in range(2)
        )
        assert (again, first, second) == (id_, True, False)
        assert scene.states() == ["pending"]


@pytest.mark.parametrize("operation", ["cancel", "retry", "replay", "discard"])
def test_a_job_that_is_not_there_is_named(control: Control, operation: str) -> None:
    assert refusal(getattr(control, operation)([5], NOW)) == "there is no job #5"


def test_every_refusal_is_an_illegal_move_or_an_unknown_job(book: Book, control: Control) -> None:
    seq = book.enter(new_job("a")).seq
    outcomes = [control.retry([seq, 9], NOW), control.discard([seq, 9], NOW)]
    for outcome in outcomes:
        kinds = [type(refused.error) for refused in outcome.refused]
        assert kinds == [IllegalMove, UnknownJob]
