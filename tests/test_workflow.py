"""Pipelines, groups and chords: what the end of one job means for the others."""

from collections.abc import Callable
from typing import Any

import pytest
from book import NOW, SECOND, Book, new_job
from huey.api import chord, group
from huey.exceptions import TaskException
from huey.utils import SKIPPED, Error
from scene import Scene, run_all, run_next

from jobdash import SqliteHuey
from jobdash.control import Control
from jobdash.errors import IllegalMove
from jobdash.job import Event, State
from jobdash.ledger import NewChord
from jobdash.report import Report


class App:
    """Tasks whose runs are noted, and one that fails as often as it is told to."""

    def __init__(self, huey: SqliteHuey) -> None:
        self.huey = huey
        self.ran: list[str] = []
        self.failures = 0
        self.seen: list[Any] = []

        @huey.task()
        def add(a: int, b: int = 1) -> int:
            self.ran.append(f"add {a}")
            return a + b

        @huey.task()
        def flaky(a: int) -> int:
            self.ran.append(f"flaky {a}")
            if self.failures:
                self.failures -= 1
                raise ValueError("not yet")
            return a * 10

        @huey.task()
        def gather(values: list[Any], *more: Any) -> list[Any]:
            self.ran.append("gather")
            self.seen.append(values)
            return [value if isinstance(value, int) else str(value) for value in values]

        self.add, self.flaky, self.gather = add, flaky, gather


@pytest.fixture
def app(huey: SqliteHuey) -> App:
    return App(huey)


@pytest.fixture
def control(app: App, scene: Scene) -> Any:
    made = Control(scene.path)
    yield made
    made.close()


class TestPipelines:
    def test_each_step_gets_the_result_of_the_one_before(self, app: App, scene: Scene) -> None:
        results = app.huey.enqueue(app.add.s(1).then(app.add, 5).then(app.add, 7))
        assert scene.states() == ["pending", "waiting", "waiting"]
        assert run_all(app.huey) == 3
        assert results.get() == [2, 7, 14]
        assert scene.states() == ["succeeded"] * 3

    def test_a_step_is_pending_the_moment_the_one_before_has_succeeded(
        self, app: App, scene: Scene
    ) -> None:
        app.huey.enqueue(app.add.s(1).then(app.add, 5))
        run_next(app.huey)
        assert scene.states() == ["succeeded", "pending"]
        assert '"b": 5' in scene.job(2).kwargs or "5" in scene.job(2).args

    def test_the_steps_after_a_failure_are_cancelled_and_say_why(
        self, app: App, scene: Scene
    ) -> None:
        app.failures = 1
        results = app.huey.enqueue(app.flaky.s(1).then(app.add).then(app.add))
        run_all(app.huey)
        assert scene.states() == ["failed", "cancelled", "cancelled"]
        assert scene.job(3).reason == "#1 before it did not succeed"
        for result in results:
            with pytest.raises(TaskException, match="not yet"):
                result.get()

    def test_a_retry_by_hand_goes_on_with_the_whole_pipeline(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        results = app.huey.enqueue(app.flaky.s(1).then(app.add).then(app.add))
        run_all(app.huey)
        assert control.retry([1], NOW).changed == (1,)
        assert scene.states() == ["pending", "waiting", "waiting"]
        run_all(app.huey)
        assert results.get() == [10, 11, 12]

    def test_a_step_in_the_middle_can_be_retried(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        results = app.huey.enqueue(app.add.s(1).then(app.flaky).then(app.add))
        run_all(app.huey)
        assert scene.states() == ["succeeded", "failed", "cancelled"]
        control.retry([2], NOW).raise_refusal()
        run_all(app.huey)
        assert results.get() == [2, 20, 21]

    def test_a_cancelled_step_cannot_be_retried_before_its_turn_came(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        app.huey.enqueue(app.flaky.s(1).then(app.add))
        run_all(app.huey)
        outcome = control.retry([2], NOW)
        with pytest.raises(IllegalMove, match="#1 before it is failed, retry that one"):
            outcome.raise_refusal()
        assert scene.states() == ["failed", "cancelled"]

    def test_a_cancelled_step_can_be_retried_while_the_one_before_is_on_its_way(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        results = app.huey.enqueue(app.add.s(1).then(app.add).then(app.add))
        control.cancel([2], NOW)
        assert scene.states() == ["pending", "cancelled", "cancelled"]
        control.retry([2], NOW).raise_refusal()
        assert scene.states() == ["pending", "waiting", "waiting"]
        run_all(app.huey)
        assert results.get() == [2, 3, 4]

    def test_a_cancelled_step_can_be_retried_after_the_one_before_has_succeeded(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        results = app.huey.enqueue(app.add.s(1).then(app.add).then(app.add))
        control.cancel([2], NOW)
        run_all(app.huey)
        assert scene.states() == ["succeeded", "cancelled", "cancelled"]
        control.retry([2], NOW).raise_refusal()
        run_all(app.huey)
        assert results.get() == [2, 3, 4]

    def test_a_step_that_was_cancelled_by_hand_stays_so_when_an_earlier_one_is_retried(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        app.huey.enqueue(app.flaky.s(1).then(app.add).then(app.add))
        control.cancel([2], NOW)
        run_all(app.huey)
        control.retry([1], NOW).raise_refusal()
        run_all(app.huey)
        assert scene.states() == ["succeeded", "cancelled", "cancelled"]

    def test_a_replay_runs_its_job_alone(self, app: App, scene: Scene, control: Control) -> None:
        app.huey.enqueue(app.add.s(1).then(app.add))
        run_all(app.huey)
        (new,) = control.replay([1], NOW).created
        assert scene.job(new).replay_of == 1
        assert run_all(app.huey) == 1
        assert app.huey.result(scene.job(new).id) == 2

    def test_a_step_is_replayed_with_what_it_was_handed(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.huey.enqueue(app.add.s(1).then(app.add, 5))
        run_all(app.huey)
        (new,) = control.replay([2], NOW).created
        run_all(app.huey)
        assert app.huey.result(scene.job(new).id) == 7

    def test_a_step_that_never_had_its_turn_cannot_be_replayed(
        self, app: App, control: Control
    ) -> None:
        app.failures = 1
        app.huey.enqueue(app.flaky.s(1).then(app.add))
        run_all(app.huey)
        with pytest.raises(IllegalMove, match="never had its turn"):
            control.replay([2], NOW).raise_refusal()

    def test_a_worker_lost_for_good_says_so_to_the_steps_after(
        self, app: App, scene: Scene
    ) -> None:
        results = app.huey.enqueue(app.add.s(1).then(app.add).then(app.add))
        attempts = app.huey.ledger.attempts
        for _ in range(3):
            claim = app.huey.claim_next()
            assert claim is not None
            attempts.rescue(app.huey.storage.guest.worker, "killed by SIGKILL", NOW)
        assert scene.states() == ["failed", "cancelled", "cancelled"]
        for result in results:
            with pytest.raises(TaskException, match=r"WorkerLost.*SIGKILL"):
                result.get(blocking=True, timeout=1)

    def test_an_eta_of_a_step_counts_from_its_turn(self, app: App, scene: Scene) -> None:
        app.huey.enqueue(app.add.s(1).then(app.add.s(delay=3600)))
        run_all(app.huey)
        assert scene.states() == ["succeeded", "scheduled"]

    def test_a_retried_step_is_handed_its_input_once(self, app: App) -> None:
        handed: list[tuple[int, ...]] = []

        @app.huey.task(retries=2)
        def picky(*values: int) -> int:
            handed.append(values)
            if len(handed) < 3:
                raise ValueError("again")
            return sum(values)

        results = app.huey.enqueue(app.add.s(1).then(picky))
        run_all(app.huey)
        assert handed == [(2,), (2,), (2,)]
        assert results[1] == 2

    def test_the_same_pipeline_can_be_enqueued_again_when_it_is_through(
        self, app: App, scene: Scene
    ) -> None:
        pipeline = app.add.s(1).then(app.add)
        first = app.huey.enqueue(pipeline)
        run_all(app.huey)
        assert first.get() == [2, 3]
        again = app.huey.enqueue(pipeline)
        run_all(app.huey)
        assert again.get(blocking=True, timeout=1) == [2, 3]
        assert scene.states() == ["succeeded", "succeeded"]

    def test_the_same_pipeline_can_be_enqueued_again_while_it_is_on_its_way(
        self, app: App, scene: Scene
    ) -> None:
        pipeline = app.add.s(1).then(app.add)
        app.huey.enqueue(pipeline)
        app.huey.enqueue(pipeline)
        assert run_all(app.huey) == 4
        assert scene.states() == ["succeeded"] * 4

    def test_a_rescheduled_pipeline_runs_once(self, app: App, scene: Scene) -> None:
        head = app.add.s(1).then(app.add)
        app.huey.enqueue(head)
        app.huey.result(head.id)
        result = app.huey._result_handle(head)
        result.reschedule()
        run_all(app.huey)
        assert sorted(app.ran) == ["add 1", "add 2"]
        assert sorted(scene.states()) == ["cancelled", "succeeded", "succeeded"]

    def test_an_error_handler_gets_the_error_and_its_parent(self, app: App, scene: Scene) -> None:
        seen: list[Any] = []

        @app.huey.task()
        def note(error: Any) -> None:
            seen.append(error)

        app.failures = 1
        app.huey.enqueue(app.flaky.s(1).error(note))
        run_all(app.huey)
        assert isinstance(seen[0], ValueError)
        assert scene.job(2).parent == 1

    def test_an_error_handler_is_a_new_job_each_time_it_fires(self, app: App, scene: Scene) -> None:
        @app.huey.task()
        def note(error: Any) -> None:
            pass

        @app.huey.task(retries=2)
        def always() -> None:
            raise ValueError("no")

        app.huey.enqueue(always.s().error(note))
        run_all(app.huey)
        ids = [id_ for (id_,) in scene.rows("SELECT id FROM job WHERE parent = 1")]
        assert len(ids) == len(set(ids)) == 3


class TestGroups:
    def test_a_group_is_entered_at_once_and_its_members_run_alone(
        self, app: App, scene: Scene
    ) -> None:
        results = app.huey.enqueue(group([app.add.s(n) for n in range(3)]))
        assert scene.states() == ["pending"] * 3
        run_all(app.huey)
        assert results.get() == [1, 2, 3]

    def test_many_units_are_entered_in_one_go(self, app: App, scene: Scene) -> None:
        units = [
            app.add.s(1),
            app.add.s(2).then(app.add),
            group([app.add.s(3), app.add.s(4)]),
            chord([app.add.s(5)], app.gather.s()),
        ]
        one, pipeline, pair, gathered = app.huey.enqueue_many(units)
        assert len(scene.states()) == 7
        run_all(app.huey)
        assert one.get() == 2
        assert pipeline.get() == [3, 4]
        assert pair.get() == [4, 5]
        assert gathered.get() == [6]

    def test_nothing_is_entered_if_one_unit_cannot_be(self, app: App, scene: Scene) -> None:
        unpicklable = app.add.s(lambda: None)
        with pytest.raises(Exception, match=r"pickle|lambda"):
            app.huey.enqueue_many([app.add.s(1), unpicklable])
        nested = chord([group([app.add.s(1)])], app.gather.s())
        with pytest.raises(ValueError, match="group"):
            app.huey.enqueue_many([app.add.s(1), nested])
        assert scene.states() == []

    def test_enqueueing_nothing_is_nothing(self, app: App, scene: Scene) -> None:
        assert app.huey.enqueue_many([]) == []
        assert scene.states() == []


class TestChords:
    def test_the_callback_gets_every_result_in_order(self, app: App, scene: Scene) -> None:
        result = app.huey.enqueue(chord([app.add.s(n) for n in (3, 1, 2)], app.gather.s()))
        assert scene.states() == ["pending", "pending", "pending", "waiting"]
        run_all(app.huey)
        assert result.get() == [4, 2, 3]
        assert app.ran.count("gather") == 1

    def test_order_is_kept_whatever_finishes_first(self, app: App) -> None:
        members = [app.add.s(n, priority=n) for n in (1, 2, 3)]
        app.huey.enqueue(chord(members, app.gather.s()))
        run_all(app.huey)
        assert app.ran[:3] == ["add 3", "add 2", "add 1"]
        assert app.seen == [[2, 3, 4]]

    def test_a_failed_member_leaves_an_error_and_a_skipped_one_a_placeholder(
        self, app: App
    ) -> None:
        app.failures = 1
        revoked = app.add.s(9)
        app.huey.revoke(revoked)
        app.huey.enqueue(chord([app.flaky.s(1), revoked, app.add.s(1)], app.gather.s()))
        run_all(app.huey)
        ((error, skipped, two),) = app.seen
        assert isinstance(error, Error)
        assert "not yet" in error.metadata["error"]
        assert skipped is SKIPPED
        assert two == 2

    def test_a_member_whose_worker_was_lost_leaves_an_error(self, app: App) -> None:
        app.huey.enqueue(chord([app.add.s(1)], app.gather.s()))
        for _ in range(3):
            app.huey.claim_next()
            app.huey.ledger.attempts.rescue(app.huey.storage.guest.worker, "killed", NOW)
        run_all(app.huey)
        ((error,),) = app.seen
        assert isinstance(error, Error)
        assert "WorkerLost" in error.metadata["error"]

    def test_a_member_that_cannot_be_decoded_leaves_an_error(self, app: App) -> None:
        @app.huey.task()
        def gone() -> None:
            pass

        app.huey.enqueue(chord([gone.s(), app.add.s(1)], app.gather.s()))
        gone.unregister()
        run_all(app.huey)
        ((error, two),) = app.seen
        assert isinstance(error, Error)
        assert two == 2

    def test_a_member_cancelled_by_hand_leaves_a_placeholder(
        self, app: App, control: Control
    ) -> None:
        app.huey.enqueue(chord([app.add.s(1), app.add.s(2)], app.gather.s()))
        control.cancel([1], NOW)
        run_all(app.huey)
        assert app.seen == [[SKIPPED, 3]]

    def test_a_failed_pipeline_reports_for_its_last_step(self, app: App) -> None:
        app.failures = 1
        member = app.flaky.s(1).then(app.add).then(app.add)
        app.huey.enqueue(chord([member, app.add.s(1)], app.gather.s()))
        run_all(app.huey)
        ((error, two),) = app.seen
        assert isinstance(error, Error)
        assert two == 2

    def test_a_pipeline_that_is_cancelled_halfway_reports_for_its_last_step(
        self, app: App, control: Control
    ) -> None:
        member = app.add.s(1).then(app.add).then(app.add)
        app.huey.enqueue(chord([member], app.gather.s()))
        control.cancel([2], NOW)
        run_all(app.huey)
        assert app.seen == [[SKIPPED]]

    def test_chords_nest(self, app: App) -> None:
        inner = chord([app.add.s(1), app.add.s(2)], app.gather.s())
        deep = chord([chord([app.add.s(3)], app.gather.s())], app.gather.s())
        result = app.huey.enqueue(chord([inner, app.add.s(9), deep], app.gather.s()))
        run_all(app.huey)
        assert app.seen[-1] == [[2, 3], 10, ["[4]"]]
        assert result.get() == ["[2, 3]", 10, "['[4]']"]

    def test_a_nested_chord_whose_callback_goes_on_reports_its_last_step(self, app: App) -> None:
        @app.huey.task()
        def total(values: list[int]) -> int:
            return sum(values)

        inner = chord([app.add.s(1), app.add.s(2)], total.s()).then(app.add, 100)
        app.huey.enqueue(chord([inner, app.add.s(0)], app.gather.s()))
        run_all(app.huey)
        assert app.seen == [[105, 1]]

    def test_a_cancelled_inner_callback_reports_to_the_outer_chord(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        inner = chord([app.add.s(1)], app.gather.s())
        app.huey.enqueue(chord([inner, app.add.s(2)], app.gather.s()))
        (callback,) = [seq for (seq,) in scene.rows("SELECT min(callback) FROM chord")]
        control.cancel([callback], NOW)
        run_all(app.huey)
        assert app.seen == [[SKIPPED, 3]]

    def test_a_chord_without_members_runs_its_callback_with_nothing(self, app: App) -> None:
        result = app.huey.enqueue(chord([], app.gather.s()))
        run_all(app.huey)
        assert result.get() == []

    def test_a_callback_goes_on_as_a_pipeline(self, app: App) -> None:
        @app.huey.task()
        def total(values: list[int]) -> int:
            return sum(values)

        result = app.huey.enqueue(chord([app.add.s(1), app.add.s(2)], total).then(app.add, 1))
        run_all(app.huey)
        assert result.pipeline_results.get() == [5, 6]

    def test_a_member_that_runs_twice_counts_once(self, book: Book) -> None:
        worker = book.worker()
        book.enter(NewChord("c", (new_job("m1"), new_job("m2")), new_job("cb")))
        book.claim(worker)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        claim = book.claim(worker)
        book.settle(claim, Event.SUCCEED, linked=True, member_value=b"1")
        assert book.state(3) == "waiting"
        book.settle(book.claim(worker), Event.SUCCEED, linked=True, member_value=b"2")
        assert book.ledger.attempts.chord_values("c") == [(b"1", 1), (b"2", 2)]
        assert book.state(3) == "pending"

    def test_the_last_member_says_that_it_completed_the_chord(self, book: Book) -> None:
        worker = book.worker()
        book.enter(NewChord("c", (new_job("m1"), new_job("m2")), new_job("cb")))
        fired = [
            book.settle(book.claim(worker), Event.SUCCEED, linked=True).callback_fired
            for _ in range(2)
        ]
        assert fired == [False, True]

    def test_a_retried_member_makes_a_waiting_callback_wait_for_it(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        app.huey.enqueue(chord([app.flaky.s(1), app.add.s(1)], app.gather.s()))
        run_next(app.huey)
        control.retry([1], NOW).raise_refusal()
        run_next(app.huey)
        assert scene.state(3) is State.WAITING
        run_all(app.huey)
        assert app.seen == [[10, 2]]

    def test_a_member_retried_after_the_callback_ran_does_not_fire_it_again(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        app.huey.enqueue(chord([app.flaky.s(1), app.add.s(1)], app.gather.s()))
        run_all(app.huey)
        control.retry([1], NOW).raise_refusal()
        run_all(app.huey)
        assert app.ran.count("gather") == 1
        (replayed,) = control.replay([3], NOW).created
        run_all(app.huey)
        assert app.seen[-1] == [10, 2]
        assert scene.state(replayed) is State.SUCCEEDED

    def test_a_failed_callback_is_retried_with_the_same_values(
        self, app: App, control: Control
    ) -> None:
        seen: list[Any] = []

        @app.huey.task()
        def once(values: list[int]) -> int:
            seen.append(values)
            if len(seen) == 1:
                raise ValueError("first")
            return sum(values)

        result = app.huey.enqueue(chord([app.add.s(1), app.add.s(2)], once.s()))
        run_all(app.huey)
        control.retry([3], NOW).raise_refusal()
        run_all(app.huey)
        assert seen == [[2, 3], [2, 3]]
        assert result.get() == 5

    def test_a_cancelled_callback_waits_again_when_it_is_retried_too_early(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.huey.enqueue(chord([app.add.s(1), app.add.s(2)], app.gather.s()))
        control.cancel([3], NOW)
        run_next(app.huey)
        control.retry([3], NOW).raise_refusal()
        assert scene.state(3) is State.WAITING
        run_all(app.huey)
        assert app.seen == [[2, 3]]

    def test_a_cancelled_callback_is_pending_when_it_is_retried_late(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.huey.enqueue(chord([app.add.s(1), app.add.s(2)], app.gather.s()))
        control.cancel([3], NOW)
        run_all(app.huey)
        assert app.seen == []
        control.retry([3], NOW).raise_refusal()
        assert scene.state(3) is State.PENDING
        run_all(app.huey)
        assert app.seen == [[2, 3]]

    def test_a_cancelled_callback_waits_for_members_that_were_retried_meanwhile(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        app.huey.enqueue(chord([app.flaky.s(1), app.add.s(1)], app.gather.s()))
        control.cancel([3], NOW)
        run_all(app.huey)
        control.retry([1], NOW).raise_refusal()
        control.retry([3], NOW).raise_refusal()
        assert scene.state(3) is State.WAITING
        run_all(app.huey)
        assert app.seen == [[10, 2]]

    def test_a_retry_says_in_which_state_the_job_is_now(self, book: Book) -> None:
        book.enter(NewChord("c", (new_job("m"),), new_job("cb")))
        book.ledger.decisions.cancel(2, NOW)
        assert book.ledger.decisions.retry(2, NOW) is State.WAITING
        assert book.state(2) == "waiting"
        book.ledger.decisions.cancel(1, NOW)

    def test_a_step_cancelled_by_hand_does_not_make_its_chord_wait_for_ever(
        self, app: App, scene: Scene, control: Control
    ) -> None:
        app.failures = 1
        member = app.flaky.s(1).then(app.add).then(app.add)
        app.huey.enqueue(chord([member, app.add.s(1)], app.gather.s()))
        control.cancel([2], NOW)
        run_next(app.huey)
        control.retry([1], NOW).raise_refusal()
        run_all(app.huey)
        assert app.seen == [[SKIPPED, 2]]

    def test_a_member_with_a_known_key_counts_even_if_it_has_ended(self, app: App) -> None:
        app.add(1, idempotency_key="k")
        run_all(app.huey)
        members = [app.add.s(1, idempotency_key="k"), app.add.s(5)]
        result = app.huey.enqueue(chord(members, app.gather.s()))
        run_all(app.huey)
        assert result.get(blocking=True, timeout=1) == [2, 6]

    def test_a_chord_of_members_that_have_all_ended_fires_at_once(self, app: App) -> None:
        @app.huey.task()
        def nothing() -> None:
            pass

        nothing(idempotency_key="k")
        run_all(app.huey)
        app.huey.enqueue(chord([nothing.s(idempotency_key="k")], app.gather.s()))
        run_all(app.huey)
        assert app.seen == [[None]]

    def test_the_same_chord_can_be_enqueued_again_when_it_is_through(
        self, app: App, scene: Scene
    ) -> None:
        again = chord([app.add.s(1), app.add.s(2)], app.gather.s())
        for _ in range(2):
            result = app.huey.enqueue(again)
            run_all(app.huey)
            assert result.get(blocking=True, timeout=1) == [2, 3]
        assert app.seen == [[2, 3], [2, 3]]
        assert scene.states() == ["succeeded"] * 3

    def test_a_rescheduled_member_reports_in_its_place(self, app: App) -> None:
        unit = chord([app.add.s(1), app.add.s(2)], app.gather.s())
        result = app.huey.enqueue(unit)
        result.results._results[0].reschedule()
        run_all(app.huey)
        assert app.seen == [[2, 3]]

    def test_a_flush_leaves_no_callback_behind(self, app: App, scene: Scene) -> None:
        app.huey.enqueue(chord([app.add.s(1), app.add.s(2)], app.gather.s()))
        app.huey.enqueue(chord([app.add.s(1, delay=60)], app.gather.s()))
        app.huey.flush()
        assert set(scene.states()) == {"cancelled"}
        assert len(app.huey) == app.huey.scheduled_count() == 0

    def test_relatives_are_found_by_readers(self, app: App, scene: Scene) -> None:
        app.huey.enqueue(chord([app.add.s(1).then(app.add)], app.gather.s()))
        with Report(scene.path) as report:
            assert {job.seq for job in report.related(1)} == {2}
            assert {job.seq for job in report.related(2)} == {1, 3}


Tell = Callable[[Control, int], Any]


@pytest.mark.parametrize(
    "tell",
    [
        pytest.param(lambda control, seq: control.cancel([seq], NOW), id="cancel"),
        pytest.param(lambda control, seq: control.retry([seq], NOW + SECOND), id="retry"),
        pytest.param(lambda control, seq: control.discard([seq], NOW), id="discard"),
    ],
)
@pytest.mark.parametrize("seq", range(1, 7))
@pytest.mark.parametrize("steps", range(6))
def test_whatever_is_decided_when_nobody_waits_for_ever(
    app: App, scene: Scene, control: Control, seq: int, steps: int, tell: Tell
) -> None:
    app.failures = 1
    member = app.add.s(1).then(app.flaky).then(app.add)
    inner = chord([app.add.s(2)], app.gather.s())
    app.huey.enqueue(chord([member, inner], app.gather.s()))
    for _ in range(steps):
        if claim := app.huey.claim_next():
            app.huey.run_claim(claim, lambda: False)
    tell(control, seq)
    run_all(app.huey)
    control.retry(range(1, 7), NOW)
    run_all(app.huey)
    assert {"pending", "waiting", "running"}.isdisjoint(scene.states())
