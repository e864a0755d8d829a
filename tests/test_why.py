"""Why a job does not run: every cause, made by the real ledger. Costs about two seconds."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from book import FAR, NOW, SECOND, Book, new_job
from cli_support import Shop, a_shop, run, run_json
from huey.api import chord
from scene import Scene, run_all, run_next

from jobdash import SqliteHuey, liveness
from jobdash.cli.commands.why import next_step
from jobdash.cli.failure import DONE
from jobdash.identity import Identity
from jobdash.job import Event, TaskType, Wish
from jobdash.ledger.batches import NewBatch
from jobdash.ledger.wishes import Wishes
from jobdash.report import Cause, Reason, Report


class Asked:
    """A ledger, somebody who asks it, and workers whose locks this process holds."""

    def __init__(self, book: Book, report: Report) -> None:
        self.book = book
        self.report = report
        self.held: list[int] = []

    def why(self, seq: int, now: int = NOW) -> dict[Cause, Reason]:
        """The reasons by their causes."""
        job = self.report.job_by_seq(seq)
        assert job is not None
        reasons = self.report.why(job, now)
        assert len({reason.cause for reason in reasons}) == len(reasons) > 0
        return {reason.cause: reason for reason in reasons}

    def said(self, seq: int, cause: Cause, now: int = NOW) -> str:
        """What is said of one cause."""
        return self.why(seq, now)[cause].text(now)

    def live(self, kind: str = "worker", name: str = "w1", pool: int | None = None) -> int:
        """A live process."""
        nobody = Identity(pid=0, pgid=None, boot="none", born=0)
        worker = self.book.ledger.crew.register(kind, name, pool, nobody, NOW)
        liveness.hold(self.book.database.path, worker)  # type: ignore[arg-type]
        self.held.append(worker)
        return worker

    def crew(self) -> int:
        """A pool with one worker; return the worker."""
        self.live("pool", "pool")
        return self.live()

    def die(self, worker: int) -> None:
        """Let a process die."""
        self.held.remove(worker)
        liveness.let_go(self.book.database.path, worker)  # type: ignore[arg-type]


@pytest.fixture
def asked(book: Book, path: Path) -> Iterator[Asked]:
    with Report(path) as report:
        made = Asked(book, report)
        yield made
        for worker in list(made.held):
            made.die(worker)


# -- paused, held --------------------------------------------------------------------------------


def test_a_paused_task_and_since_when(asked: Asked) -> None:
    seq = asked.book.add("a")
    asked.book.ledger.decisions.pause("mail.send", NOW - 180 * SECOND)
    reason = asked.why(seq)[Cause.TASK_PAUSED]
    assert reason.since == NOW - 180 * SECOND
    assert reason.task == "mail.send"
    assert reason.text(NOW).startswith("mail.send is paused since ")
    assert reason.text(NOW).endswith("(3m 00s ago)")
    asked.book.ledger.decisions.resume("mail.send", NOW)
    assert Cause.TASK_PAUSED not in asked.why(seq)


def test_everything_paused_is_another_cause(asked: Asked) -> None:
    seq = asked.book.add("a")
    asked.book.ledger.decisions.pause("", NOW)
    assert asked.said(seq, Cause.PAUSED).startswith("all of huey is paused since")
    assert Cause.TASK_PAUSED not in asked.why(seq)


def test_what_waits_for_its_time_is_paused_too(asked: Asked) -> None:
    seq = asked.book.add("a", eta=NOW + 60 * SECOND)
    asked.book.ledger.decisions.pause("mail.send", NOW)
    assert {Cause.ETA, Cause.TASK_PAUSED} <= set(asked.why(seq))


def test_a_row_that_is_held_while_its_pause_is_lifted(asked: Asked) -> None:
    seq = asked.book.add("a")
    asked.book.write("UPDATE job SET held = 1")
    assert Cause.HELD in asked.why(seq)
    asked.book.write("UPDATE job SET held = 0")


# -- who would run it ----------------------------------------------------------------------------


def test_nobody_works(asked: Asked) -> None:
    seq = asked.book.add("a")
    assert asked.said(seq, Cause.NO_POOL) == "nobody works on huey: no pool is live"
    worker = asked.crew()
    assert set(asked.why(seq)) == {Cause.NEXT}
    asked.die(worker)
    assert "no live worker" in asked.said(seq, Cause.NO_WORKER)


def test_a_guest_may_take_it(asked: Asked) -> None:
    seq = asked.book.add("a")
    asked.live("guest", "guest 7")
    assert "only guest 7" in asked.said(seq, Cause.ONLY_GUESTS)


def test_workers_that_are_drained_take_nothing(asked: Asked) -> None:
    seq, pool = asked.book.add("a"), asked.live("pool", "pool")
    worker = asked.live(pool=pool)
    asked.book.write("UPDATE worker SET size = 1 WHERE id = ?", (pool,))
    wishes = Wishes(asked.book.database, "huey")
    assert wishes.want(worker, Wish.DRAIN, lambda _: True)
    assert "w1 takes no more jobs" in asked.said(seq, Cause.DRAINING)
    assert Cause.NEXT not in asked.why(seq)


def test_all_workers_are_busy_and_with_what(asked: Asked) -> None:
    first, second = asked.book.add("a"), asked.book.add("b")
    asked.book.claim(asked.crew())
    reason = asked.why(second, NOW + 9 * SECOND)[Cause.BUSY]
    assert reason.said == f"the one worker is busy: #{first} mail.send 9s"
    asked.book.write("UPDATE worker SET wish = 'drain' WHERE id = ?", (asked.crew(),))
    told = asked.why(second, NOW + 9 * SECOND)[Cause.BUSY].said
    busy = f"the one worker that takes jobs is busy: #{first} mail.send 9s"
    assert told == f"{busy}; 1 drained, or on the way out"
    assert reason.job == first
    assert "it is the next one" in asked.said(second, Cause.AHEAD)


def test_jobs_ahead_are_counted_in_the_order_of_claims(asked: Asked) -> None:
    asked.crew()
    seqs = [asked.book.add(f"job {number}") for number in range(5)]
    urgent = asked.book.add("urgent", priority=3)
    assert asked.said(seqs[0], Cause.AHEAD) == "1 job is ahead of it"
    assert asked.said(seqs[4], Cause.AHEAD) == "5 jobs are ahead of it"
    assert Cause.AHEAD not in asked.why(urgent)
    asked.book.settle(asked.book.claim(asked.book.worker()), Event.FAIL)
    assert asked.said(seqs[4], Cause.AHEAD) == "4 jobs are ahead of it"


def test_behind_a_task_that_has_never_run_nobody_knows_when(asked: Asked) -> None:
    worker, at = asked.crew(), NOW
    for number in range(20):
        asked.book.add(f"done {number}")
        at += SECOND
        asked.book.settle(asked.book.claim(worker, at), Event.SUCCEED, at + SECOND)
    asked.book.add("runs", task="report.new")
    asked.book.claim(worker, at)
    next_one = asked.book.add("waits")
    assert asked.said(next_one, Cause.AHEAD, at) == "it is the next one"
    asked.live(name="w2")
    asked.book.add("in between", task="report.new", priority=2)
    behind = asked.book.add("behind")
    assert asked.said(next_one, Cause.AHEAD, at) == "1 job is ahead of it"
    assert asked.said(behind, Cause.AHEAD, at) == "2 jobs are ahead of it"


def test_how_long_the_jobs_ahead_take_is_a_range_from_recent_runs(asked: Asked) -> None:
    worker, at = asked.crew(), NOW
    for number in range(20):
        asked.book.add(f"done {number}")
        claim = asked.book.claim(worker, at)
        at += (2 if number % 2 else 4) * SECOND
        asked.book.settle(claim, Event.SUCCEED, at)
    for number in range(11):
        asked.book.add(f"waits {number}")
    said = asked.said(31, Cause.AHEAD, at)
    found = re.fullmatch(r"10 jobs are ahead of it: its turn comes in (\d+)-(\d+)s", said)
    assert found, said
    assert (int(found[1]), int(found[2])) == pytest.approx((23, 37), abs=3)


def test_a_task_that_no_pool_knows(asked: Asked) -> None:
    seq = asked.book.add("a")
    assert Cause.NOT_REGISTERED not in asked.why(seq)
    known = TaskType("other.task", "huey", "[]", "", 0, 0, 0, None, False, NOW, False)
    asked.book.ledger.crew.record_tasks([known], NOW)
    assert "no pool knows the task mail.send" in asked.said(seq, Cause.NOT_REGISTERED)


# -- its own time --------------------------------------------------------------------------------


def test_an_eta_counts_down(asked: Asked) -> None:
    asked.crew()
    seq = asked.book.add("a", eta=NOW + 42 * SECOND)
    assert set(asked.why(seq)) == {Cause.ETA}
    assert asked.why(seq)[Cause.ETA].until == NOW + 42 * SECOND
    assert asked.said(seq, Cause.ETA).endswith("(in 42s)")
    assert set(asked.why(seq, NOW + 43 * SECOND)) == {Cause.DUE}


def test_a_retry_delay_counts_down(asked: Asked) -> None:
    worker = asked.crew()
    seq = asked.book.add("a", retries=2)
    asked.book.settle(
        asked.book.claim(worker), Event.TRY_AGAIN, eta=NOW + 5 * SECOND, retries_left=1,
        retry_delay=5.0,
    )  # fmt: skip
    assert asked.said(seq, Cause.RETRY_DELAY).endswith("(in 5s)")


def test_a_rate_limit_says_until_when(huey: SqliteHuey, scene: Scene, quiet: None) -> None:
    @huey.task()
    @huey.rate_limit("mails", 1, 3600)
    def mail() -> None:
        pass

    mail()
    second = mail()
    run_all(huey)
    with Report(scene.path) as report:
        job = report.job(second.id)
        reason = report.why(job, job.created_at)[0]
        assert reason.cause is Cause.RATE_LIMIT
        assert reason.until == job.eta is not None
        assert 'Rate limit exceeded on "mails"' in reason.text(job.created_at)


def test_a_job_that_expires_before_its_time(asked: Asked) -> None:
    asked.crew()
    late = asked.book.add("a", eta=NOW + 60 * SECOND, expires=NOW + 30 * SECOND)
    assert "before its time comes" in asked.said(late, Cause.EXPIRES)
    soon = asked.book.add("b", expires=NOW + 30 * SECOND)
    assert "unless it starts before" in asked.said(soon, Cause.EXPIRES)
    assert "has expired" in asked.said(soon, Cause.EXPIRED, NOW + 31 * SECOND)


# -- others --------------------------------------------------------------------------------------


def test_a_step_waits_for_the_one_before_it(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def add(a: int, b: int = 1) -> int:
        return a + b

    huey.enqueue(add.s(1).then(add, 2))
    with Report(scene.path) as report:
        (reason,) = report.why(report.job("2"), 0)
        assert reason.cause is Cause.PREDECESSOR
        assert reason.job == 1
        assert "which is pending" in reason.said
    run_all(huey)


def test_a_step_of_a_failed_one_says_whom_to_retry(
    huey: SqliteHuey, scene: Scene, quiet: None
) -> None:
    @huey.task()
    def fail(_: int) -> int:
        raise ValueError("no")

    huey.enqueue(fail.s(1).then(fail))
    run_all(huey)
    with Report(scene.path) as report:
        (reason,) = report.why(report.job("2"), 0)
        assert reason.cause is Cause.ENDED
        assert reason.job == 1
        assert "#1 before it did not succeed" in reason.text(0)


def test_a_chord_waits_for_its_members(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def add(a: int) -> int:
        return a

    @huey.task()
    def gather(values: list[int]) -> int:
        return sum(values)

    huey.enqueue(chord([add.s(n) for n in range(5)], gather.s()))
    run_next(huey)
    with Report(scene.path) as report:
        (callback,) = [job for job in report.jobs() if job.task.endswith("gather")]
        (reason,) = report.why(callback, 0)
        assert reason.cause is Cause.CHORD
        assert reason.said.startswith("its chord waits for 4 of 5 members: #")
        assert reason.said.endswith("and 1 more")
    run_all(huey)


def test_a_revoked_job_and_a_revoked_type(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def one() -> None:
        pass

    @huey.task()
    def two() -> None:
        pass

    first, second = one(), two()
    first.revoke()
    two.revoke()
    with Report(scene.path) as report:
        assert report.why(report.job(first.id), 0)[0].cause is Cause.REVOKED
        assert report.why(report.job(second.id), 0)[0].cause is Cause.TASK_REVOKED


def test_a_lock_names_its_holder(huey: SqliteHuey, scene: Scene, quiet: None) -> None:
    @huey.task(retries=3, retry_delay=60)
    @huey.lock_task("the: books")
    def book() -> None:
        pass

    with huey.lock_task("the: books"):
        job = book()
        run_all(huey)
        with Report(scene.path) as report:
            reason = _by_cause(report, job.id, Cause.LOCKED)
            assert reason.said.startswith("the lock 'the: books' that it needs is held by process")
            assert reason.since is not None
    with Report(scene.path) as report:
        assert "is free again" in _by_cause(report, job.id, Cause.LOCKED).said


def test_a_lock_that_a_job_holds(huey: SqliteHuey, scene: Scene, quiet: None) -> None:
    seen: list[Reason] = []

    @huey.task(retries=3, retry_delay=60)
    @huey.lock_task("books")
    def book(inner: bool) -> None:
        if inner:
            return
        other = book(True)
        claim = huey.claim_next()
        assert claim is not None
        huey.run_claim(claim, lambda: False)
        with Report(scene.path) as report:
            seen.append(_by_cause(report, other.id, Cause.LOCKED))

    book(False)
    run_next(huey)
    assert seen[0].job == 1
    assert "is held by #1" in seen[0].said


def _by_cause(report: Report, ref: str, cause: Cause) -> Reason:
    found = {reason.cause: reason for reason in report.why(report.job(ref), 0)}
    return found[cause]


# -- no question at all --------------------------------------------------------------------------


def test_one_that_runs_says_where_and_since_when(asked: Asked) -> None:
    worker = asked.crew()
    seq = asked.book.add("a")
    asked.book.claim(worker)
    assert set(asked.why(seq)) == {Cause.RUNNING}
    assert asked.said(seq, Cause.RUNNING).startswith("it is running, on w1 since")
    asked.book.ledger.decisions.cancel(seq, NOW)
    assert "is being stopped" in asked.said(seq, Cause.RUNNING)
    asked.die(worker)
    assert "is dead" in asked.said(seq, Cause.WORKER_LOST)


def test_one_that_has_ended_says_so(asked: Asked) -> None:
    seq = asked.book.add("a")
    asked.book.drain(asked.crew())
    assert set(asked.why(seq)) == {Cause.ENDED}
    assert "it is succeeded since" in asked.said(seq, Cause.ENDED)


def test_moments_far_away_have_their_day(asked: Asked) -> None:
    seq = asked.book.add("a", eta=FAR)
    assert "UTC (in " in asked.said(seq, Cause.ETA)


def test_a_question_is_bounded(asked: Asked) -> None:
    asked.crew()
    asked.book.write(
        """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10002)
        INSERT INTO job (id, queue, state, place, created_at)
          SELECT 'c' || i, 'huey', 'pending', i, 1 FROM n"""
    )
    assert asked.said(10_002, Cause.AHEAD).startswith("10,000 or more jobs are ahead")


# -- the command ---------------------------------------------------------------------------------


@contextmanager
def shop(path: Path, patch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(path, patch) as made:
        yield made


def test_the_command_tells_causes_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop(tmp_path, monkeypatch) as made:
        seq = made.enqueue("send", "ada@example.org")
        made.huey.ledger.decisions.pause(f"{made.module}.send", NOW)
        told = run("--db", made.db, "why", seq)
        assert told.exit_code == 0
        assert f"- {made.module}.send is paused since" in told.stdout
        assert f"`jobdash resume {made.module}.send` lets it run" in told.stdout
        document: Any = run_json("--db", made.db, "why", f"#{seq}")
        assert (document["seq"], document["state"]) == (seq, "pending")
        first = document["reasons"][0]
        assert (first["cause"], first["task"]) == ("task_paused", f"{made.module}.send")
        assert first["since"].endswith("Z")


@pytest.mark.parametrize("cause", [Cause.AHEAD, Cause.DRAINING, Cause.TASK_LIMIT])
def test_what_is_said_to_help_is_a_command_that_there_is(asked: Asked, cause: Cause) -> None:
    seq, pool = asked.book.add("a"), asked.live("pool", "pool")
    worker = asked.live(pool=pool)
    asked.book.write("UPDATE worker SET size = 1 WHERE id = ?", (pool,))
    assert Wishes(asked.book.database, "huey").want(worker, Wish.DRAIN, lambda _: True)
    job = asked.report.job_by_seq(seq)
    assert job is not None
    _, command, _ = next_step(job, Reason(cause, "", task=job.task)).split("`")
    words = command.removeprefix("jobdash ").replace("NAME", "w1").split()
    done = run(*words, "--db", asked.book.database.path)
    assert done.exit_code == DONE, done.stderr


def test_the_command_without_such_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop(tmp_path, monkeypatch) as made:
        made.enqueue("send", "ada@example.org")
        assert run("--db", made.db, "why", "77").exit_code == 3


def test_names_from_the_file_reach_the_terminal_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop(tmp_path, monkeypatch) as made:
        made.enqueue("send", "x")
        with made.huey.storage.database.transaction() as tx:
            tx.run("UPDATE job SET task = ?", ("a\x1b]0;PWNED\x07",))
        made.huey.ledger.decisions.pause("a\x1b]0;PWNED\x07", NOW)
        told = run("--db", made.db, "why", 1)
        assert "\x1b" not in told.stdout
        assert "paused" in told.stdout


# -- batches and limits --------------------------------------------------------------------------


def a_batch(asked: Asked, **options: Any) -> None:
    """Two jobs in a batch, with a pool that could run them."""
    batches = asked.book.ledger.batches
    made = batches.create(NewBatch("night", **options), NOW)
    units = [new_job(f"b{n}", batch="night") for n in range(2)]
    batches.enter(made, units, 1, NOW)
    if options.get("total") is None:
        batches.close(made, NOW)
    asked.crew()


def test_a_batch_that_is_paused(asked: Asked) -> None:
    a_batch(asked, is_paused=True)
    assert asked.said(1, Cause.BATCH_PAUSED).startswith("batch night is paused since ")


def test_a_batch_that_is_to_begin_after_a_job(asked: Asked) -> None:
    a_batch(asked, after=7)
    assert asked.said(1, Cause.BATCH_AFTER) == "batch night begins when #7 has succeeded"


def test_a_batch_that_is_not_complete(asked: Asked) -> None:
    a_batch(asked, total=3)
    assert "not complete" in asked.said(1, Cause.BATCH_INCOMPLETE)


def test_a_batch_that_is_being_cancelled(asked: Asked) -> None:
    a_batch(asked, is_paused=True)
    asked.book.write("UPDATE batch SET cancelled_at = ?", (NOW,))
    assert "being cancelled" in asked.said(1, Cause.BATCH_CANCELLED)


def test_a_batch_that_has_as_many_running_as_may(asked: Asked) -> None:
    a_batch(asked, concurrency=1)
    said = asked.said(2, Cause.BATCH_LIMIT)
    assert said == "batch night has 1 job running or about to, and no more than 1 may at once"
    assert Cause.BATCH_LIMIT not in asked.why(1)


def test_a_batch_with_a_rate(asked: Asked) -> None:
    a_batch(asked, rate=0.5)
    asked.book.ledger.batch_duties.do(NOW)
    reason = asked.why(2)[Cause.BATCH_RATE]
    assert reason.said == "batch night starts 30 a minute: the next one at"
    assert reason.until == NOW + 2 * SECOND


def test_a_task_that_has_as_many_running_as_may(asked: Asked) -> None:
    asked.book.ledger.limits.set("mail.send", 1)
    seqs = [asked.book.add(f"j{n}", is_limited=True) for n in range(2)]
    asked.crew()
    said = asked.said(seqs[1], Cause.TASK_LIMIT)
    assert said.startswith("mail.send has 1 job running or about to")
    assert set(asked.why(seqs[0])) == {Cause.NEXT}
