"""`progress`: what a task tells of how far it has come, and what is kept of that."""

import math
import multiprocessing
import threading
from collections.abc import Callable
from typing import Any

import pytest
from book import NOW, SECOND, Book
from scene import Scene, commits, raises, run_all, run_once

from jobdash import SqliteHuey, progress
from jobdash.broker.rate import Rate
from jobdash.job import Event, Job
from jobdash.ledger.progress import Standing
from jobdash.report import Report

pytestmark = pytest.mark.usefixtures("quiet")

Told = tuple[Any, Any, str | None]


@pytest.fixture
def run(huey: SqliteHuey, scene: Scene) -> Callable[[Callable[[], Any]], Told]:
    """Run a body as a job; return what is known of its progress then."""

    def run_body(body: Callable[[], Any]) -> Told:
        result = huey.task(name="t")(body)()
        run_all(huey)
        return told(scene.job(result))

    return run_body


def told(job: Job) -> Told:
    return job.progress_done, job.progress_total, job.progress_note


def now_told(scene: Scene) -> Told:
    """Return what somebody else sees while the body runs."""
    return told(scene.job(1))


class TestCalls:
    @pytest.mark.parametrize(
        ("arguments", "kept"),
        [
            ((3, 10, "pages"), (3, 10, "pages")),
            ((3,), (3, None, None)),
            ((0.25, 1), (0.25, 1, None)),
            ((3, 0), (3, 0, None)),
            ((12, 10), (12, 10, None)),
            ((-1, -2), (0, 0, None)),
            ((math.nan, math.inf), (None, None, None)),
            (("many", object()), (None, None, None)),
            ((10**400, 2**70), (None, 2.0**70, None)),
            ((True, 2), (1, 2, None)),
            ((None, None, 7), (None, None, "7")),
        ],
    )
    def test_what_is_told_is_kept_as_far_as_it_makes_sense(
        self, run: Callable[..., Told], arguments: tuple[Any, ...], kept: Told
    ) -> None:
        assert run(lambda: progress(*arguments)) == kept

    def test_what_is_left_out_stays(self, run: Callable[..., Told]) -> None:
        def body() -> None:
            progress(1, 10, "first")
            progress(2)
            progress(note="second")

        assert run(body) == (2, 10, "second")

    @pytest.mark.parametrize(
        ("note", "kept"),
        [
            ("x" * 10_000_000, "x" * 199 + "…"),
            ("from https://ada:hunter2@example.org", "from https://ada:[redacted]@example.org"),
            ("\ud800\x1b[31m", "\\ud800\x1b[31m"),
        ],
    )
    def test_a_note_is_cut_hides_secrets_and_can_be_stored(
        self, run: Callable[..., Told], note: str, kept: str
    ) -> None:
        assert run(lambda: progress(note=note))[2] == kept

    def test_others_see_it_while_the_body_runs(
        self, run: Callable[..., Told], scene: Scene
    ) -> None:
        seen = []

        def body() -> None:
            progress(1, 2, "half")
            seen.append(now_told(scene))

        run(body)
        assert seen == [(1, 2, "half")]

    def test_many_calls_are_few_writes_and_the_last_one_counts(
        self, run: Callable[..., Told], scene: Scene
    ) -> None:
        made = []

        def body() -> None:
            with commits(scene) as count:
                for number in range(20_000):
                    progress(number, 20_000)
            made.append(count())

        assert run(body)[:2] == (19_999, 20_000)
        assert 1 <= made[0] <= 100

    def test_it_costs_the_end_of_a_job_no_transaction(self, huey: SqliteHuey, scene: Scene) -> None:
        def with_progress() -> None:
            for number in range(100):
                progress(number)
            spent.append(count())

        spent: list[int] = []
        huey.task(name="t")(with_progress)()
        with commits(scene) as count:
            run_once(huey)
            assert count() == spent[0] + 1
        assert scene.job(1).progress_done == 99

    def test_a_locked_file_holds_nobody_up(
        self, run: Callable[..., Told], scene: Scene, book: Book
    ) -> None:
        def body() -> None:
            with book.database.transaction():
                for number in range(1_000):
                    progress(number)
            progress(1_000)

        assert run(body)[0] == 1_000


class TestElsewhere:
    def test_outside_a_job_it_does_nothing(self) -> None:
        progress(1, 2, "three")
        assert list(progress.track("abc")) == ["a", "b", "c"]

    def test_other_threads_and_forked_processes_tell_nothing(
        self, run: Callable[..., Told]
    ) -> None:
        def body() -> None:
            progress(1)
            elsewhere = threading.Thread(target=progress, args=(2,))
            child = multiprocessing.get_context("fork").Process(target=progress, args=(3,))
            for other in (elsewhere, child):
                other.start()
                other.join()

        assert run(body)[0] == 1

    def test_in_immediate_mode_it_does_nothing(self, scene: Scene) -> None:
        huey = scene.huey(immediate=True)
        assert huey.task(name="t")(lambda: list(progress.track([1])))().get() == [1]


class TestTrack:
    def test_it_counts_what_is_done(self, run: Callable[..., Told], scene: Scene) -> None:
        seen = []

        def body() -> None:
            for _ in progress.track(["a", "b"], note="letters"):
                seen.append(now_told(scene)[:2])

        assert run(body) == (2, 2, "letters")
        assert seen == [(0, 2), (1, 2)]

    @pytest.mark.parametrize(("total", "kept"), [(None, None), (3, 3), (1, 1)])
    def test_a_generator_has_no_length(
        self, run: Callable[..., Told], total: int | None, kept: int | None
    ) -> None:
        def body() -> None:
            list(progress.track((n for n in "abc"), total))

        assert run(body)[:2] == (3, kept)

    def test_nothing_to_do(self, run: Callable[..., Told]) -> None:
        assert run(lambda: list(progress.track([]))) == (0, 0, None)

    def test_a_loop_that_is_left_stays_where_it_was(self, run: Callable[..., Told]) -> None:
        def body() -> None:
            for item in progress.track(range(10)):
                if item == 4:
                    break

        assert run(body)[:2] == (4, 10)

    def test_a_loop_inside_counts_as_part_of_the_item(
        self, run: Callable[..., Told], scene: Scene
    ) -> None:
        def body() -> float:
            for _ in progress.track(range(4)):
                for inner in progress.track(range(4)):
                    if inner == 2:
                        return 0
            return 1

        assert run(body)[:2] == (0.5, 4)

    def test_a_call_inside_is_about_the_item(self, run: Callable[..., Told]) -> None:
        def body() -> None:
            for item in progress.track(range(4)):
                progress(1, 4, f"item {item}")
                if item == 2:
                    break

        assert run(body) == (2.25, 4, "item 2")

    def test_loops_side_by_side(self, run: Callable[..., Told]) -> None:
        def body() -> None:
            list(zip(progress.track("ab"), progress.track("abc"), strict=False))

        assert run(body)[:2] == (2, 2)

    def test_one_loop_after_another(self, run: Callable[..., Told]) -> None:
        def body() -> None:
            list(progress.track("abc", note="one"))
            list(progress.track("ab", note="two"))

        assert run(body) == (2, 2, "two")


class TestAttempts:
    def test_each_attempt_keeps_how_far_it_came(self, huey: SqliteHuey, scene: Scene) -> None:
        def body() -> None:
            progress(5 * len(scene.outcomes(1)), 10)
            if len(scene.outcomes(1)) == 1:
                raise ValueError

        huey.task(name="t", retries=1)(body)()
        run_all(huey)
        with Report(scene.path) as report:
            kept = [(one.progress_done, one.progress_total) for one in report.attempts(1)]
        assert kept == [(5, 10), (10, 10)]

    def test_a_new_attempt_begins_with_nothing(self, book: Book) -> None:
        book.add("a")
        worker = book.worker()
        claim = book.claim(worker)
        book.ledger.progress.note(claim, Standing(1, 2, "n", 3.0, 4.0), NOW, 1)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        book.claim(book.worker())
        row = book.row(1)
        assert [row[name] for name in row if name.startswith("progress")] == [None] * 6
        with Report(book.database.path) as report:
            assert told_by_attempts(report) == [(1, 2, "n"), (None, None, None)]

    def test_who_has_lost_the_claim_tells_nothing(self, book: Book) -> None:
        book.add("a")
        worker = book.worker()
        claim = book.claim(worker)
        book.ledger.attempts.rescue(worker, "killed", NOW)
        book.claim(book.worker())
        book.ledger.progress.note(claim, Standing(1, 2, None), NOW, 1)
        assert book.row(1)["progress_done"] is None

    def test_a_success_that_runs_again_keeps_what_it_told(self, book: Book) -> None:
        book.add("a")
        claim = book.claim(book.worker())
        book.settle(claim, Event.SUCCEED, progress=Standing(7, 7, "done"))
        assert book.ledger.attempts.take("a", book.worker(), NOW + SECOND) is not None
        with Report(book.database.path) as report:
            assert told_by_attempts(report) == [(7, 7, "done"), (None, None, None)]

    def test_a_failure_keeps_it_too(self, huey: SqliteHuey, scene: Scene) -> None:
        def body() -> None:
            progress(1, 2)
            raises(ValueError("no"))()

        huey.task(name="t")(body)()
        run_all(huey)
        assert now_told(scene) == (1, 2, None)


def told_by_attempts(report: Report) -> list[Told]:
    return [
        (one.progress_done, one.progress_total, one.progress_note) for one in report.attempts(1)
    ]


class TestRate:
    def test_a_steady_pace(self) -> None:
        pace = Rate()
        for second in range(100):
            pace.see(5 * second, float(second))
        assert pace.lately == pytest.approx(5)
        assert pace.on_the_whole == pytest.approx(5)

    def test_what_was_lately_counts_more(self) -> None:
        pace = Rate()
        for second in range(101):
            pace.see(10 * second, float(second))
        for second in range(101, 201):
            pace.see(1000 + second - 100, float(second))
        assert pace.on_the_whole == pytest.approx(5.5)
        assert 1.0 < (pace.lately or 0) < 2.5

    @pytest.mark.parametrize("counts", [[], [3], [None], [3, None], [9, 3]])
    def test_one_count_is_no_pace(self, counts: list[int | None]) -> None:
        pace = Rate()
        for second, count in enumerate(counts):
            pace.see(count, float(second))
        assert (pace.lately, pace.on_the_whole) == (None, None)
