"""When jobs will begin and end: a written ledger, and the arithmetic by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from random import Random

import pytest
from book import NOW, SECOND, Book
from cli_support import run, run_json

from jobdash import liveness
from jobdash.forecast import Range
from jobdash.identity import Identity
from jobdash.job import Claim, Event, Job
from jobdash.ledger.progress import Standing
from jobdash.report import FilterError, JobFilter, Report, parse_filter
from jobdash.report.lives import Call, Life, Past
from jobdash.report.play import Busy, Coming
from jobdash.report.playing import Line
from jobdash.text import iso


@dataclass
class Shop:
    """A ledger whose workers are numbers that count as alive, and somebody who asks it."""

    book: Book
    report: Report
    workers: list[int] = field(default_factory=list)

    def hire(self, many: int) -> None:
        """Let so many workers work."""
        nobody = Identity(pid=0, pgid=None, boot="none", born=0)
        for number in range(many):
            worker = self.book.ledger.crew.register("worker", f"w{number}", None, nobody, NOW)
            liveness.hold(self.book.database.path, worker)
            self.workers.append(worker)

    def past(self, task: str, *seconds: float) -> None:
        """Let runs of a task have taken so long, up to now."""
        for took in seconds:
            start = NOW - round(took * SECOND)
            number = len(self.book.rows("SELECT 1 FROM job"))
            self.book.add(f"{task} {number} before", now=start, task=task)
            claim = self.book.claim(self.workers[0], start)
            self.book.settle(claim, Event.SUCCEED, NOW)

    def past_with_a_retry(self, task: str) -> None:
        """Let a job have failed after 2 seconds, and succeeded 50 seconds later, in 8 seconds."""
        self.enqueue(task, retries=1, retry_delay=50.0)
        claim = self.book.claim(self.workers[0], NOW - 60 * SECOND)
        self.book.settle(
            claim, Event.TRY_AGAIN, NOW - 58 * SECOND, eta=NOW - 8 * SECOND, retry_delay=50.0
        )
        self.book.ledger.attempts.promote(NOW)
        claim = self.book.claim(self.workers[0], NOW - 8 * SECOND)
        self.book.settle(claim, Event.SUCCEED, NOW)

    def enqueue(self, task: str, many: int = 1, **columns: object) -> list[int]:
        """Put jobs into the queue."""
        some = len(self.book.rows("SELECT 1 FROM job"))
        return [self.book.add(f"{task} {some + n}", task=task, **columns) for n in range(many)]

    def limit(self, batch: str, at_once: int | None = None, rate: float | None = None) -> None:
        """Make a batch of which no more may run at once, or start in a second."""
        self.book.write(
            "INSERT INTO batch (queue, name, created_at, concurrency, rate)"
            " VALUES ('huey', ?, ?, ?, ?)",
            (batch, NOW, at_once, rate),
        )

    def job(self, seq: int) -> Job:
        found = self.report.job_by_seq(seq)
        assert found is not None
        return found

    def turn(self, seq: int, now: int = NOW) -> tuple[Range, Range]:
        """When a job will begin and end; it must be known."""
        turn = self.report.turn(self.job(seq), now)
        assert turn is not None
        return turn.starts, turn.ends


@pytest.fixture
def shop(book: Book) -> Iterator[Shop]:
    with Report(book.database.path) as report:
        made = Shop(book, report)
        yield made
    for worker in made.workers:
        liveness.let_go(book.database.path, worker)


def about(seconds: float) -> object:
    """What is so long give or take the moments between two runs."""
    return pytest.approx((seconds, seconds), abs=0.05)


class TestOneJob:
    def test_it_begins_when_those_before_it_have_run(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("slow", *[10.0] * 5)
        shop.past("fast", *[1.0] * 5)
        slow = shop.enqueue("slow", 4)
        fast = shop.enqueue("fast", 2)
        assert shop.turn(slow[0]) == (about(0), about(10))
        assert shop.turn(slow[3]) == (about(10), about(20))
        assert shop.turn(fast[1]) == (about(20), about(21))

    def test_those_that_are_more_urgent_come_first(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", *[2.0] * 5)
        (patient,) = shop.enqueue("t")
        shop.enqueue("t", 3, priority=5)
        assert shop.turn(patient)[0] == about(6)

    def test_one_that_runs_takes_as_long_as_others_that_took_longer_than_it_has_by_now(
        self, shop: Shop
    ) -> None:
        shop.hire(1)
        shop.past("t", 1, 2, 9, 10, 11)
        (seq,) = shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        assert shop.turn(seq, NOW + 5 * SECOND) == (Range(0, 0), Range(4, 6))
        assert shop.report.turn(shop.job(seq), NOW + 30 * SECOND) is None

    def test_that_one_or_two_took_longer_tells_little(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", 1, 2, 3, 4, 11)
        (seq,) = shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        _, ends = shop.turn(seq, NOW + 5 * SECOND)
        assert ends.least < 3
        assert ends.most > 9
        assert (ends.least + ends.most) / 2 == 6

    def test_one_that_tells_its_progress_is_believed(self, shop: Shop) -> None:
        shop.hire(1)
        (seq,) = shop.enqueue("t")
        claim = shop.book.claim(shop.workers[0])
        told = Standing(40, 100, None, rate=2.0, mean=4.0)
        shop.book.ledger.progress.note(claim, told, NOW + 10 * SECOND, 1)
        assert shop.turn(seq, NOW + 10 * SECOND)[1] == Range(15, 30)
        assert shop.turn(seq, NOW + 20 * SECOND)[1] == Range(5, 20)
        assert shop.turn(seq, NOW + 60 * SECOND)[1] == Range(0, 0)

    def test_a_delayed_one_waits_for_its_time_and_then_for_a_worker(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", *[1.0] * 5)
        (seq,) = shop.enqueue("t", eta=NOW + 60 * SECOND)
        assert shop.turn(seq) == (about(60), about(61))
        shop.enqueue("t", 100)
        starts, _ = shop.turn(seq)
        assert starts == (60, pytest.approx(100, abs=1))

    def test_a_step_comes_after_the_one_before_it(self, shop: Shop) -> None:
        from book import new_job

        shop.hire(1)
        shop.past("t", *[3.0] * 5)
        step = new_job("second", task="t", data=None)
        first = shop.book.add("first", task="t", steps=(step,))
        assert shop.turn(first + 1) == (about(3), about(6))

    @pytest.mark.parametrize("why", ["nobody", "paused", "all paused", "nothing known"])
    def test_who_has_no_turn(self, shop: Shop, why: str) -> None:
        shop.hire(1)
        shop.past("t", *[1.0] * (2 if why == "nothing known" else 5))
        (seq,) = shop.enqueue("t")
        if why == "nobody":
            liveness.let_go(shop.book.database.path, shop.workers.pop())
        elif why != "nothing known":
            shop.book.ledger.decisions.pause("t" if why == "paused" else "", NOW)
        assert shop.report.turn(shop.job(seq), NOW) is None


class TestQueue:
    def test_each_task_ends_with_its_last_job(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("a", *[4.0] * 5)
        shop.past("b", *[1.0] * 5)
        shop.enqueue("a", 2)
        shop.enqueue("b", 6)
        outlook = shop.report.outlook("huey", NOW)
        assert outlook.tasks["a"] == about(4)
        assert outlook.tasks["b"] == about(7)
        assert outlook.all_done == about(7)

    def test_what_is_not_looked_at_counts_by_its_number(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("a", *[1.0] * 5)
        shop.enqueue("a", 20)
        assert shop.report.outlook("huey", NOW, most=4).all_done == about(10)

    def test_one_that_runs_for_long_holds_up_none_but_its_worker(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("long", *[1000.0] * 5)
        shop.past("a", *[1.0] * 5)
        shop.enqueue("long")
        shop.book.claim(shop.workers[0])
        shop.enqueue("a", 20)
        assert shop.report.outlook("huey", NOW).all_done == about(20)
        assert shop.report.outlook("huey", NOW, most=4).all_done == about(20)

    def test_an_idle_queue_has_nothing_before_it(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("a", *[1.0] * 5)
        assert shop.report.outlook("huey", NOW).all_done is None

    def test_another_queue_is_another_matter(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("a", *[1.0] * 5)
        shop.enqueue("a", 3)
        assert shop.report.outlook("other", NOW).all_done is None


def mixed(rng: Random) -> tuple[str, float]:
    """A job of the demo's kind: mostly quick, now and then a long one."""
    task = rng.choices(("add", "mail", "nap", "report"), (20, 20, 16, 2))[0]
    took = {"add": 0.01, "mail": 0.15, "nap": rng.uniform(0.5, 4), "report": rng.uniform(2, 5)}
    return task, took[task]


def drawn(rng: Random) -> tuple[Call, Life]:
    """The same with what it is called with, which tells how long a nap is, and with retries."""
    task, took = mixed(rng)
    if task == "nap":
        took = round(took, 1)
        return Call(task, str(took)), Life(took)
    failures = rng.choices((0, 1, 2), (16, 3, 1))[0] if task == "mail" else 0
    return Call(task), Life(took, took, tuple(2.0**number for number in range(failures)))


@dataclass
class Played:
    """A load that four workers drain, whoever fails coming back behind the others."""

    jobs: list[tuple[Call, Life]]
    # When each try of each job began and ended, in the order in which they began.
    tries: list[tuple[float, float, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        free, line = [0.0] * 4, [(0.0, number, 0) for number in range(len(self.jobs))]
        while line:
            at, number, tried = heappop(line)
            life = self.jobs[number][1]
            start = max(at, free[0])
            end = start + life.run
            heapreplace(free, end)
            self.tries.append((start, end, number, tried))
            if tried < len(life.pauses):
                heappush(line, (end + life.pauses[tried], number, tried + 1))

    @property
    def end(self) -> float:
        return max(end for _, end, *_ in self.tries)

    def foretold(self, past: list[tuple[Call, Life]], now: float) -> Range:
        """What is said at a moment, when the past and what has ended by then is known."""
        ended, busy, begun = [*past], [], dict[int, tuple[float, int]]()
        for start, end, number, tried in self.tries:
            call, life = self.jobs[number]
            if start > now:
                continue
            if end > now:
                busy.append((call, now - start))
            elif tried == len(life.pauses):
                ended.append((call, life))
            else:
                begun[number] = (end + life.pauses[tried] - now, tried + 1)
                continue
            begun[number] = (0.0, 0)
        known = Past(ended)
        line = [call for number, (call, _) in enumerate(self.jobs) if number not in begun]
        coming = [
            Coming(max(0.0, after), retries, self.jobs[number][0])
            for number, (after, retries) in begun.items()
            if retries
        ]
        workers = [Busy(known.rests(*one) or [0.0], is_wanted=True) for one in busy]
        many = len(line) + len(coming)
        made = Line(workers, 4 - len(workers), known, many)
        return made.ends(line, range(len(line)), {}, coming)


def share_foretold(jobs: int, within: float, runs: int = 20) -> float:
    """In how large a share of runs the rest is foretold so well at half-way."""
    good = 0
    for seed in range(runs):
        rng = Random(seed)
        past = [drawn(rng) for _ in range(200)]
        played = Played([drawn(rng) for _ in range(jobs)])
        said = played.foretold(past, played.end / 2)
        good += abs((said.least + said.most) - played.end) <= within * played.end
    return good / runs


def test_half_way_through_a_mixed_load_the_rest_is_foretold_within_30_percent() -> None:
    assert share_foretold(200, 0.3) >= 0.95


def test_half_way_through_a_thousand_mixed_jobs_it_is_foretold_within_15_percent() -> None:
    assert share_foretold(1_000, 0.15, runs=8) == 1


def test_the_range_holds_what_comes() -> None:
    kept = 0
    for seed in range(40):
        rng = Random(seed)
        past, played = [drawn(rng) for _ in range(200)], Played([drawn(rng) for _ in range(100)])
        said = played.foretold(past, 0.0)
        kept += said.least <= played.end <= said.most
    assert kept >= 32


def test_a_task_that_is_tried_again_ends_with_its_last_try() -> None:
    flaky, quick = Call("flaky"), Call("quick")
    past = [(flaky, Life(1.0, 1.0, (10.0,)))] * 5 + [(quick, Life(1.0))] * 5
    done, each = Line([], 1, Past(past)).all_and_each([flaky, quick, quick], {})
    assert each == {"flaky": about(12), "quick": about(3)}
    assert done == about(12)


def test_what_the_same_call_took_tells_more_than_what_its_task_takes() -> None:
    past = [(Call("nap", str(n)), Life(float(n))) for n in (1, 9) for _ in range(5)]
    line = Line([], 1, Past(past))
    line.turns([Call("nap", "9")] * 10, ())
    assert line.after({}).least > 80
    # Where it tells nothing, it is not listened to.
    rng = Random(0)
    past = [(Call("nap", str(n % 20)), Life(rng.uniform(1, 9))) for n in range(40)]
    assert Past(past).pool(Call("nap", "3")).trust < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_half_way_through_a_ledger_the_rest_is_foretold_within_30_percent(
    shop: Shop, seed: int
) -> None:
    rng, jobs = Random(seed), 120
    shop.hire(4)
    for _ in range(100):
        task, took = mixed(rng)
        shop.past(task, took)
    coming = [mixed(rng) for _ in range(jobs)]
    first = shop.enqueue(coming[0][0])[0]
    for task, _ in coming[1:]:
        shop.enqueue(task)
    now, idle, running = NOW, [*shop.workers], list[tuple[int, int, int, Claim]]()
    for _ in range(jobs // 2):
        take_jobs(shop, now, idle, running, coming, first)
        now, _, worker, claim = heappop(running)
        shop.book.settle(claim, Event.SUCCEED, now)
        idle.append(worker)
    take_jobs(shop, now, idle, running, coming, first)
    said = shop.report.outlook("huey", now).all_done
    free = [(end - now) / SECOND for end, *_ in running]
    real = 0.0
    for _, took in coming[jobs // 2 + len(running) :]:
        real = max(real, free[0] + took)
        heapreplace(free, free[0] + took)
    assert said is not None
    assert (said.least + said.most) / 2 == pytest.approx(real, rel=0.3)


def take_jobs(
    shop: Shop,
    now: int,
    idle: list[int],
    running: list[tuple[int, int, int, Claim]],
    coming: list[tuple[str, float]],
    first: int,
) -> None:
    """Let idle workers take jobs; each is known by its end, then its number."""
    while idle:
        worker = idle.pop()
        claim = shop.book.claim(worker, now)
        end = now + round(coming[claim.seq - first][1] * SECOND)
        heappush(running, (end, claim.seq, worker, claim))


class TestTogether:
    """When all jobs that a filter shows will have ended."""

    def test_with_those_before_them_in_line(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("a", *[4.0] * 5)
        shop.past("b", *[1.0] * 5)
        shop.enqueue("a", 4)
        shop.enqueue("b", 2)
        shop.enqueue("a", 10)
        assert shop.report.ends(JobFilter(task="b"), NOW) == about(9)
        assert shop.report.ends(JobFilter(), NOW) == about(29)
        assert shop.report.ends(JobFilter(task="none"), NOW) is None

    def test_one_that_runs_counts_and_others_only_hold_up(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("long", *[100.0] * 5)
        shop.past("b", *[1.0] * 5)
        shop.enqueue("long")
        shop.book.claim(shop.workers[0])
        shop.enqueue("b", 3)
        later = NOW + 40 * SECOND
        assert shop.report.ends(JobFilter(task="b"), later) == about(3)
        assert shop.report.ends(JobFilter(), later) == about(60)

    def test_delays_and_retries_count(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("b", *[1.0] * 5)
        shop.enqueue("b", eta=NOW + 60 * SECOND)
        assert shop.report.ends(JobFilter(), NOW) == about(61)
        (seq,) = shop.enqueue("b", retries=3, retry_delay=100.0)
        claim = shop.book.claim(shop.workers[0])
        shop.book.settle(claim, Event.TRY_AGAIN, NOW, eta=NOW + 100 * SECOND, retries_left=2)
        assert shop.job(seq).state == "retrying"
        assert shop.report.ends(JobFilter(), NOW) == about(101)

    def test_those_that_failed_before_tell_how_often_it_may_yet(self, shop: Shop) -> None:
        shop.hire(1)
        for _ in range(5):
            shop.past_with_a_retry("b")
        (seq,) = shop.enqueue("b")
        assert shop.report.ends(JobFilter(), NOW) == about(2 + 50 + 8)
        assert shop.turn(seq) == (Range(0, 0), about(2 + 50 + 8))

    def test_limits_count(self, shop: Shop) -> None:
        shop.hire(4)
        shop.past("b", *[1.0] * 5)
        shop.limit("slow", at_once=1)
        shop.limit("steady", rate=2.0)
        for batch in ("slow", "steady"):
            shop.enqueue("b", 10, batch=batch)
        assert shop.report.ends(JobFilter(batch="slow"), NOW) == about(10)
        assert shop.report.ends(JobFilter(batch="steady"), NOW) == about(5.5)

    @pytest.mark.parametrize("why", ["paused", "all paused", "nobody"])
    def test_nobody_knows(self, shop: Shop, why: str) -> None:
        shop.hire(1)
        shop.past("b", *[1.0] * 5)
        shop.enqueue("b")
        if why == "nobody":
            liveness.let_go(shop.book.database.path, shop.workers.pop())
        else:
            shop.book.ledger.decisions.pause("b" if why == "paused" else "", NOW)
        assert shop.report.ends(JobFilter(), NOW) is None

    def test_a_batch_is_foreseen_by_what_its_jobs_will_take(self, shop: Shop) -> None:
        shop.hire(2)
        shop.past("quick", *[1.0] * 5)
        shop.past("slow", *[10.0] * 5)
        shop.limit("mixed")
        shop.enqueue("quick", 2, batch="mixed")
        shop.enqueue("slow", 4, batch="mixed")
        assert shop.report.with_pace(shop.report.batch("mixed"), NOW).left is None, (
            "it is filled yet"
        )
        shop.book.write("UPDATE batch SET closed_at = created_at")
        batch = shop.report.with_pace(shop.report.batch("mixed"), NOW)
        assert batch.left == about(21)
        # Asked again at once it is not played again.
        again = shop.report.with_pace(shop.report.batch("mixed"), NOW + 100)
        assert again.left == batch.left.later(-0.0001)
        shop.book.write("UPDATE batch SET paused_at = created_at")
        assert shop.report.with_pace(shop.report.batch("mixed"), NOW).left is None

    def test_of_a_large_batch_the_work_is_summed_up_if_nothing_limits_it(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jobdash.report.batch_pace.MOST_TOGETHER", 9)
        shop.hire(2)
        shop.past("b", *[5.0] * 5)
        shop.limit("large")
        shop.limit("limited", rate=1.0)
        shop.book.write("UPDATE batch SET closed_at = created_at")
        for name in ("large", "limited"):
            shop.enqueue("b", 10, batch=name)
        assert shop.report.with_pace(shop.report.batch("large"), NOW).left == about(25)
        assert shop.report.with_pace(shop.report.batch("limited"), NOW).left is None

    def test_behind_many_it_is_known_by_number(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jobdash.report.together.MOST_IN_LINE", 10)
        shop.hire(1)
        shop.past("b", *[1.0] * 5)
        shop.enqueue("b", 100)
        assert shop.report.ends(JobFilter(), NOW) == about(100)
        monkeypatch.setattr("jobdash.report.together.MOST_TOGETHER", 99)
        assert shop.report.ends(JobFilter(), NOW) is None


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (0.0, 0.3, "under 1s"),
        (0.2, 1.4, "up to 1s"),
        (29.6, 30.4, "about 30s"),
        (42, 80, "42-80s"),
        (118, 250, "2-4 min"),
        (10, 150, "up to 2 min"),
        (3000, 9000, "1-2 h"),
        (1e5, 3e5, "1-3 days"),
        (1e9, 1e12, "11574-11574074 days"),
    ],
)
def test_a_range_in_words(least: float, most: float, text: str) -> None:
    assert Range(least, most).text() == text


def silent_for(shop: Shop, seconds: int) -> Callable[[], dict[int, int]]:
    return lambda: shop.report.stalled(NOW + seconds * SECOND)


class TestStalled:
    @pytest.fixture
    def seq(self, shop: Shop) -> int:
        shop.hire(1)
        shop.past("t", *[20.0] * 10)
        (seq,) = shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        return seq

    def test_silent_for_longer_than_usual(self, shop: Shop, seq: int) -> None:
        assert silent_for(shop, 39)() == {}
        assert silent_for(shop, 41)() == {seq: NOW}

    def test_progress_is_a_sign_of_life(self, shop: Shop, seq: int) -> None:
        shop.book.write("UPDATE job SET progress_at = ? WHERE seq = ?", (NOW + 30 * SECOND, seq))
        assert silent_for(shop, 41)() == {}
        assert silent_for(shop, 71)() == {seq: NOW + 30 * SECOND}

    def test_one_run_that_hung_does_not_make_hanging_usual(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", *[1.0] * 40, 3600.0)
        (seq,) = shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        assert silent_for(shop, 11)() == {seq: NOW}

    def test_what_is_short_alarms_nobody(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", *[0.01] * 10)
        shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        assert silent_for(shop, 9)() == {}
        assert len(silent_for(shop, 11)()) == 1

    def test_few_runs_tell_nothing(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", 1, 1)
        shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        assert silent_for(shop, 10_000)() == {}

    def test_a_task_that_has_not_run_of_late(self, shop: Shop) -> None:
        shop.hire(1)
        shop.past("t", *[1.0] * 10)
        shop.past("other", *[1.0] * 1_001)
        (seq,) = shop.enqueue("t")
        shop.book.claim(shop.workers[0])
        assert list(silent_for(shop, 11)()) == [seq]

    @pytest.mark.parametrize(
        ("typed", "count"), [("is:stalled", 1), ("-is:stalled", 11), ("IS:Stalled task:t", 1)]
    )
    def test_it_can_be_looked_for(self, shop: Shop, seq: int, typed: str, count: int) -> None:
        shop.enqueue("t")
        found = JobFilter(terms=parse_filter(typed), now=NOW + 41 * SECOND)
        assert shop.report.count(found) == count
        assert (seq in shop.report.seqs(found)) is not typed.startswith("-")
        at_once = JobFilter(terms=parse_filter("is:stalled"), now=NOW)
        assert shop.report.seqs(at_once) == []

    @pytest.mark.parametrize("typed", ["is:odd", "is:stall*", "is:", "is<stalled"])
    def test_what_a_job_cannot_be_is_told(self, typed: str) -> None:
        with pytest.raises(FilterError):
            parse_filter(typed)


class TestCommands:
    """What the command line says of it; the moment is that of the machine, long after NOW."""

    @pytest.fixture
    def place(self, shop: Shop) -> list[str]:
        shop.hire(1)
        shop.past("t", *[20.0] * 10)
        shop.enqueue("t", 3)
        shop.book.claim(shop.workers[0])
        return ["--db", str(shop.book.database.path)]

    def test_a_job_that_waits_tells_its_turn(self, place: list[str]) -> None:
        assert "expected  starts " in run("show", 12, *place).output
        forecast = run_json("show", 12, *place)["forecast"]
        assert forecast["starts_in"][0] < forecast["ends_in"][0]
        assert ": its turn comes " in run("why", 12, *place).output

    def test_a_stalled_job_is_marked(self, place: list[str]) -> None:
        assert "stalled: nothing for " in run("show", 11, *place).output
        assert run_json("show", 11, *place)["stalled_since"] == iso(NOW)
        assert run_json("show", 12, *place)["stalled_since"] is None
        assert "stalled" in run("list", "id:11", *place).output
        assert "stalled" not in run("list", "id:12", *place).output
        assert [job["seq"] for job in run_json("list", "is:stalled", *place)] == [11]

    def test_the_numbers_of_the_queue_tell_its_end(self, place: list[str]) -> None:
        found = run_json("stats", *place)
        assert found["stalled"] == [11]
        assert found["forecast"]["huey"][1] >= 40
        text = run("stats", *place).output
        assert "all done" in text
        assert "#11" in text

    def test_the_numbers_of_a_task_tell_its_end(self, place: list[str]) -> None:
        (task,) = run_json("tasks", "--stats", *place)
        assert task["done_in"][1] >= 40
        assert "DONE" in run("tasks", "--stats", *place).output

    def test_progress_is_told(self, shop: Shop, place: list[str]) -> None:
        claim = shop.book.claim(shop.workers[0])
        told = Standing(41, 118, "page\n41", rate=2.5, mean=2.0)
        shop.book.ledger.progress.note(claim, told, NOW, 1)
        shown = run("show", claim.seq, *place).output
        assert "[######              ]  page\u240a41  34%  2.5/s" in shown
        document = run_json("show", claim.seq, *place)["progress"]
        assert document == {"done": 41, "total": 118, "note": "page\n41"}

    def test_each_attempt_tells_what_it_came_to(self, shop: Shop, place: list[str]) -> None:
        claim = shop.book.claim(shop.workers[0])
        shop.book.ledger.progress.note(claim, Standing(1, 4, None), NOW, 1)
        shop.book.settle(claim, Event.FAIL, NOW + SECOND)
        assert "failed   1 of 4  25%  Oops" in run("show", claim.seq, *place).output
        (attempt,) = run_json("show", claim.seq, *place)["attempts"]
        assert attempt["progress"] == {"done": 1, "total": 4, "note": None}
