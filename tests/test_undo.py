"""A decision is taken back, all of it, as long as nobody has moved on; else nothing is changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from book import NOW, SECOND, Book, new_job

from jobdash.control import Control, Outcome
from jobdash.errors import IllegalMove, UsageError
from jobdash.job import Event, State
from jobdash.ledger import NewChord, Timing, Undo

SOON = NOW + 5 * SECOND
LATER = NOW + 3600 * SECOND


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "jobs.db")
    yield made
    made.end()


@pytest.fixture
def control(book: Book) -> Iterator[Control]:
    made = Control(book.database.path, remembers=True)
    yield made
    made.close()


def everything(book: Book) -> dict[str, list[Any]]:
    """All that is recorded but the log."""
    tables = ("job", "chord_member", "result", "kv", "message", "attempt", "pause")
    return {table: book.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


def refusal(outcome: Outcome) -> str:
    with pytest.raises(IllegalMove) as caught:
        outcome.raise_refusal()
    return str(caught.value)


def dead_letter(book: Book, id_: str = "a", **columns: Any) -> int:
    seq = book.add(id_, **columns)
    claim = book.claim(book.worker())
    book.settle(claim, Event.FAIL, result=b"error", error_message="boom", reason="why", linked=True)
    return seq


def delayed(book: Book, state: State) -> int:
    seq = book.add("a", eta=LATER if state is State.SCHEDULED else None, retries=3)
    if state is State.RETRYING:
        book.settle(book.claim(book.worker()), Event.TRY_AGAIN, eta=LATER, retries_left=2)
    assert book.state(seq) == state
    return seq


def pipeline(book: Book, *ids: str) -> list[int]:
    steps = tuple(new_job(id_, data=None) for id_ in ids[1:])
    first = book.enter(new_job(ids[0], steps=steps)).seq
    return list(range(first, first + len(ids)))


def a_chord(book: Book, *members: str) -> int:
    """Enter a chord; return the number of its callback."""
    callback = new_job("callback")
    return book.enter(NewChord("c1", tuple(map(new_job, members)), callback)).seq


class TestEveryDecision:
    def test_a_discard(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        before = everything(book)
        outcome = control.discard([seq], SOON)
        assert control.undo(outcome.undos, SOON + 1).changed == (seq,)
        assert everything(book) == before
        assert book.row(seq)["finished_at"] == NOW

    @pytest.mark.parametrize("state", [State.SCHEDULED, State.RETRYING])
    @pytest.mark.parametrize("operation", ["cancel", "now"])
    def test_of_what_waits_for_its_time(
        self, book: Book, control: Control, state: State, operation: str
    ) -> None:
        seq = delayed(book, state)
        before = everything(book)
        outcome = getattr(control, operation)([seq], SOON)
        assert everything(book) != before
        control.undo(outcome.undos, SOON).raise_refusal()
        assert everything(book) == before

    def test_a_cancelled_job_has_its_old_place(self, book: Book, control: Control) -> None:
        first, second = book.add("a"), book.add("b")
        outcome = control.cancel([first], SOON)
        control.undo(outcome.undos, SOON)
        assert book.drain(book.worker(), now=SOON) == ["a", "b"]
        assert second > first

    def test_a_cancelled_pipeline_waits_again(self, book: Book, control: Control) -> None:
        seqs = pipeline(book, "a", "b", "c")
        before = everything(book)
        outcome = control.cancel(seqs[:1], SOON)
        assert [book.state(seq) for seq in seqs] == ["cancelled"] * 3
        control.undo(outcome.undos, SOON).raise_refusal()
        assert everything(book) == before
        book.run_pipelines(book.worker())
        assert [book.state(seq) for seq in seqs] == ["succeeded"] * 3

    def test_a_retry(self, book: Book, control: Control) -> None:
        seq = dead_letter(book, expires=LATER)
        book.write("INSERT INTO kv VALUES ('huey', 'r:a', x'01')")
        before = everything(book)
        assert before["result"]
        outcome = control.retry([seq], SOON)
        assert book.rows("SELECT * FROM result") == []
        control.undo(outcome.undos, SOON).raise_refusal()
        assert everything(book) == before

    def test_a_retry_with_the_steps_after_it(self, book: Book, control: Control) -> None:
        seqs = pipeline(book, "a", "b")
        claim = book.claim(book.worker())
        book.settle(claim, Event.FAIL, result=b"error", linked=True)
        before = everything(book)
        outcome = control.retry(seqs[:1], SOON)
        assert book.state(seqs[1]) == "waiting"
        control.undo(outcome.undos, SOON).raise_refusal()
        assert everything(book) == before

    def test_a_replay_is_cancelled(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        outcome = control.replay([seq], SOON)
        control.undo(outcome.undos, SOON).raise_refusal()
        (new,) = outcome.created
        assert (book.state(seq), book.state(new)) == ("failed", "cancelled")
        assert book.row(new)["reason"] == "undone by hand"

    @pytest.mark.parametrize(
        "wanted", [Timing(priority=7), Timing(eta=LATER), Timing(priority=-1, eta=LATER)]
    )
    def test_a_change(self, book: Book, control: Control, wanted: Timing) -> None:
        seq = book.add("a", priority=3)
        before = everything(book)
        outcome = control.change([seq], SOON, wanted)
        assert everything(book) != before
        control.undo(outcome.undos, SOON).raise_refusal()
        assert everything(book) == before

    def test_the_log_tells_of_both(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        control.undo(control.discard([seq], SOON).undos, SOON + 1)
        told = book.rows("SELECT at, seq, kind, detail FROM event ORDER BY id")
        assert told == [
            (SOON, seq, "discarded", ""),
            (SOON + 1, seq, "undone by hand", "discard"),
        ]

    def test_several_are_undone_the_last_first(self, book: Book, control: Control) -> None:
        seqs = pipeline(book, "a", "b", "c")
        before = everything(book)
        # The last step by itself, then the first, which takes the second along.
        outcome = control.cancel([seqs[2], seqs[0]], SOON)
        assert control.undo(outcome.undos, SOON).refused == ()
        assert everything(book) == before


class TestWhoHasMovedOn:
    def test_a_running_job_is_only_asked_to_stop(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        claim = book.claim(book.worker())
        outcome = control.cancel([seq], SOON)
        assert (outcome.changed, outcome.undos) == ((seq,), ())
        book.settle(claim, Event.CONFIRM_CANCEL, outcome="cancelled")

    def test_a_retried_job_that_has_begun(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        outcome = control.retry([seq], SOON)
        claim = book.claim(book.worker("w2"))
        before = everything(book)
        assert f"job #{seq} is running and cannot be put back" in refusal(
            control.undo(outcome.undos, SOON)
        )
        assert everything(book) == before
        book.settle(claim, Event.SUCCEED)

    def test_a_retried_job_that_has_failed_again(self, book: Book, control: Control) -> None:
        seq = dead_letter(book)
        outcome = control.retry([seq], SOON)
        book.drain(book.worker("w2"), Event.FAIL)
        before = everything(book)
        refusal(control.undo(outcome.undos, SOON))
        assert everything(book) == before

    def test_a_replay_that_has_begun(self, book: Book, control: Control) -> None:
        outcome = control.replay([dead_letter(book)], SOON)
        book.drain(book.worker("w2"))
        assert "has begun" in refusal(control.undo(outcome.undos, SOON))
        assert book.state(outcome.created[0]) == "succeeded"

    def test_twice_is_once(self, book: Book, control: Control) -> None:
        outcome = control.discard([dead_letter(book)], SOON)
        control.undo(outcome.undos, SOON).raise_refusal()
        refusal(control.undo(outcome.undos, SOON))

    def test_a_job_that_was_changed_again(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        outcome = control.change([seq], SOON, Timing(priority=1))
        control.change([seq], SOON, Timing(priority=2))
        refusal(control.undo(outcome.undos, SOON))
        assert book.row(seq)["priority"] == 2

    def test_a_step_whose_turn_has_gone_by(self, book: Book, control: Control) -> None:
        seqs = pipeline(book, "a", "b")
        outcome = control.cancel(seqs[1:], SOON)
        book.run_pipelines(book.worker())
        refusal(control.undo(outcome.undos, SOON))
        assert book.state(seqs[1]) == "cancelled"

    def test_a_step_whose_predecessor_has_begun_is_no_reason(
        self, book: Book, control: Control
    ) -> None:
        seqs = pipeline(book, "a", "b")
        outcome = control.cancel(seqs[1:], SOON)
        claim = book.claim(book.worker())
        control.undo(outcome.undos, SOON).raise_refusal()
        assert book.state(seqs[1]) == "waiting"
        book.settle(claim, Event.FAIL, linked=True)

    def test_a_member_whose_callback_has_had_its_turn(self, book: Book, control: Control) -> None:
        callback = a_chord(book, "a", "b")
        outcome = control.cancel([1], SOON)
        book.settle(book.claim(book.worker()), Event.SUCCEED, linked=True, member_value=b"v")
        assert book.state(callback) == "pending"
        refusal(control.undo(outcome.undos, SOON))
        assert book.state(1) == "cancelled"

    def test_a_key_that_another_job_has_taken(self, book: Book, control: Control) -> None:
        seq = book.add("a", key="k")
        outcome = control.cancel([seq], SOON)
        other = book.add("b", key="k")
        assert f"#{other}" in refusal(control.undo(outcome.undos, SOON))
        assert book.state(seq) == "cancelled"

    def test_a_job_that_is_not_there_any_more(self, book: Book, control: Control) -> None:
        gone = Undo(99, Event.CANCEL, b"x", 1)
        assert "no job #99" in str(control.undo([gone], SOON).refused[0].error)

    def test_one_does_not_keep_the_others(self, book: Book, control: Control) -> None:
        first, second = dead_letter(book, "a"), dead_letter(book, "b")
        outcome = control.discard([first, second], SOON)
        control.retry([first], SOON)
        undone = control.undo(outcome.undos, SOON)
        assert (undone.changed, len(undone.refused)) == ((second,), 1)


class TestMeanwhile:
    def test_a_callback_is_not_left_waiting(self, book: Book, control: Control) -> None:
        """While a failed member was to run again, the last other one has ended."""
        callback = a_chord(book, "a", "b")
        worker = book.worker()
        failed, other = book.claim(worker), book.claim(book.worker("w2"))
        book.settle(failed, Event.FAIL, linked=True, member_value=b"x")
        outcome = control.retry([failed.seq], SOON)
        book.settle(other, Event.SUCCEED, linked=True, member_value=b"v")
        assert book.state(callback) == "waiting"
        control.undo(outcome.undos, SOON).raise_refusal()
        assert (book.state(failed.seq), book.state(callback)) == ("failed", "pending")

    def test_a_callback_whose_members_ended_while_it_was_cancelled(
        self, book: Book, control: Control
    ) -> None:
        callback = a_chord(book, "a")
        outcome = control.cancel([callback], SOON)
        book.settle(book.claim(book.worker()), Event.SUCCEED, linked=True, member_value=b"v")
        control.undo(outcome.undos, SOON).raise_refusal()
        assert book.state(callback) == "pending"

    def test_a_pause_holds_what_comes_back(self, book: Book, control: Control) -> None:
        seq = book.add("a", task="slow")
        outcome = control.cancel([seq], SOON)
        control.pause("huey", "slow", SOON)
        control.undo(outcome.undos, SOON).raise_refusal()
        assert (book.state(seq), book.row(seq)["held"]) == ("pending", 1)

    def test_a_resume_frees_what_comes_back(self, book: Book, control: Control) -> None:
        control.pause("huey", "slow", NOW)
        seq = book.add("a", task="slow")
        outcome = control.cancel([seq], SOON)
        control.resume("huey", "slow", SOON)
        control.undo(outcome.undos, SOON).raise_refusal()
        assert book.drain(book.worker()) == ["a"]


class TestNowAndChange:
    def test_now_is_behind_what_is_as_urgent(self, book: Book, control: Control) -> None:
        later, ready = book.add("later", eta=LATER), book.add("ready")
        control.now([later], SOON).raise_refusal()
        assert book.row(later)["eta"] == SOON
        assert book.drain(book.worker(), now=SOON) == ["ready", "later"]
        assert ready > later

    def test_what_need_not_wait_is_not_brought_forward(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        told = refusal(control.now([seq], SOON))
        assert (
            told == f"job #{seq} is pending: only retrying or scheduled jobs can be brought forward"
        )

    def test_a_priority_comes_before_a_lower_one(self, book: Book, control: Control) -> None:
        book.add("a")
        urgent = book.add("b")
        control.change([urgent], SOON, Timing(priority=1))
        assert book.drain(book.worker()) == ["b", "a"]

    def test_a_ready_job_waits_for_its_new_time(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        control.change([seq], SOON, Timing(eta=LATER))
        assert (book.state(seq), book.row(seq)["eta"]) == ("scheduled", LATER)
        assert book.drain(book.worker()) == []
        assert book.ledger.attempts.promote(LATER) == 1

    def test_a_time_gone_by_is_now(self, book: Book, control: Control) -> None:
        seq = book.add("a", eta=LATER)
        control.change([seq], SOON, Timing(eta=NOW))
        assert book.state(seq) == "pending"

    def test_a_step_keeps_its_new_time_for_its_turn(self, book: Book, control: Control) -> None:
        seqs = pipeline(book, "a", "b")
        control.change(seqs[1:], SOON, Timing(eta=LATER, priority=5)).raise_refusal()
        assert book.state(seqs[1]) == "waiting"
        book.run_pipelines(book.worker())
        assert (book.state(seqs[1]), book.row(seqs[1])["priority"]) == ("scheduled", 5)

    def test_what_has_begun_is_not_changed(self, book: Book, control: Control) -> None:
        seq = book.add("a")
        claim = book.claim(book.worker())
        assert "is running" in refusal(control.change([seq], SOON, Timing(priority=1)))
        book.settle(claim, Event.SUCCEED)

    @pytest.mark.parametrize("priority", [float("nan"), float("inf")])
    def test_a_priority_is_a_number(self, priority: float) -> None:
        with pytest.raises(UsageError, match="a priority is a number"):
            Timing(priority=priority)

    def test_nothing_to_change_is_a_mistake(self) -> None:
        with pytest.raises(UsageError, match="say what to change"):
            Timing()


def test_a_control_keeps_nothing_unless_it_is_asked(book: Book) -> None:
    seq = dead_letter(book)
    plain = Control(book.database.path)
    assert plain.discard([seq], SOON).undos == ()
    plain.close()


def test_a_job_whose_key_another_had_already_is_put_back(book: Book, control: Control) -> None:
    first = book.enter(new_job("a", key="k", key_window=SECOND)).seq
    book.enter(new_job("b", key="k", key_window=SECOND), now=SOON)
    before = everything(book)
    cancelled = control.cancel([first], SOON)
    control.undo(cancelled.undos, SOON).raise_refusal()
    assert everything(book) == before
