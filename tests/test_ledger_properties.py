"""Random events by several workers and people, in the ledger and in a simple model of it.

After each step both must tell the same. Costs about 10 s; conftest.py names a profile that looks
further. A failure prints the steps that led to it, as a test to be copied.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
import pytest
from book import NOW, SECOND, Book, new_job
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledger_model import Model, ModelJob, Refusal

from jobdash.control import Control
from jobdash.errors import DatabaseError, LostClaim, Refused, UnknownJob
from jobdash.job import FINAL, Claim, Event, State
from jobdash.ledger import Death, NewChord, NewJob, NextStep, Settlement, Timing
from jobdash.report import Report

# To make a failure small takes longer than a test may.
pytestmark = pytest.mark.timeout(0)

MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
TASKS = ("a", "b")
# Of this task only so many may run at once.
LIMITED, LIMITS = "b", (1, 2)
WORKERS = 3

NO_JOB = 1_000_000
PICK = st.integers(0, 1_000)
MAYBE = st.booleans()
TASK = st.sampled_from(TASKS)
OPERATIONS = ("cancel", "retry", "replay", "discard", "now")
WHERE = st.sampled_from(("alone", "alone", "member", "callback"))
PAUSED = ("", *TASKS)
PAUSABLE = st.sampled_from(PAUSED)
DELAY = st.sampled_from((None, None, -MINUTE, MINUTE, HOUR))
# At which statement the disk fails; mostly it does not.
FUSE = st.sampled_from((0,) * 12 + tuple(range(1, 13)))
JOB = st.fixed_dictionaries(
    {
        "task": TASK,
        "priority": st.sampled_from((0, 0, 0, 1, -1, 0.5)),
        "retries": st.integers(0, 2),
        "retry_delay": st.sampled_from((0, 60)),
        "delay": DELAY,
    }
)
PIPELINE = st.lists(JOB, min_size=1, max_size=3)
CHORD = st.tuples(st.lists(PIPELINE, max_size=3), PIPELINE)
NESTED = st.tuples(st.lists(st.one_of(PIPELINE, CHORD), min_size=1, max_size=2), PIPELINE)
ENDS = st.sampled_from(
    (
        *(Event.SUCCEED, Event.SUCCEED, Event.FAIL, Event.TRY_AGAIN, Event.POSTPONE),
        *(Event.RELEASE, Event.EXPIRE, Event.CONFIRM_CANCEL),
    )
)
OUTCOMES: dict[Event, str | None] = {
    Event.SUCCEED: "succeeded",
    Event.FAIL: "failed",
    Event.TRY_AGAIN: "failed",
    Event.RELEASE: "returned",
    Event.CONFIRM_CANCEL: "cancelled",
    Event.EXPIRE: None,
    Event.POSTPONE: None,
}
COLUMNS = (
    *(
        "seq",
        "state",
        "task",
        "priority",
        "claims",
        "failures",
        "rescues",
        "retries",
        "retries_left",
    ),
    *("worker", "started_at", "finished_at", "eta", "after", "replay_of", "duplicate_of"),
)


class Fuse:
    """Lets the disk fail at the n-th statement from now on, on every connection of this process."""

    def __init__(self) -> None:
        self._left = 0
        self.is_blown = False
        apsw.connection_hooks.append(self._connect)

    @contextmanager
    def lit(self, statements: int) -> Iterator[None]:
        self._left, self.is_blown = statements, False
        try:
            yield
        finally:
            self._left = 0

    def remove(self) -> None:
        apsw.connection_hooks.remove(self._connect)

    def _connect(self, connection: apsw.Connection) -> None:
        connection.exec_trace = self._before_statement

    def _before_statement(self, _cursor: object, sql: str, _bindings: object) -> bool:
        if self._left and sql != "ROLLBACK":
            self._left -= 1
            if not self._left:
                self.is_blown = True
                raise apsw.IOError("the fuse has blown")
        return True


class LedgerMachine(RuleBasedStateMachine):
    """The real ledger on a real file beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.fuse = Fuse()
        self.folder = TemporaryDirectory(dir=MEMORY)
        self.path = Path(self.folder.name) / "jobs.db"
        self.model = Model()
        self.now = NOW
        self.ids = count(1)
        self.held: dict[int, Claim] = {}
        self.lost: list[Claim] = []
        self.risen: dict[int, tuple[int, int, int]] = {}
        self.waited: set[int] = set()
        self.open()
        self.workers = [self.book.worker(f"w{n}") for n in range(WORKERS)]
        self.set_limit(LIMITS[0])

    def open(self) -> None:
        self.book = Book(self.path)
        self.control = Control(self.path, remembers=True)
        self.report = Report(self.path)

    def close(self) -> None:
        self.report.close()
        self.control.close()
        self.book.database.close()

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.let_all_end()
                self.rows_agree()
                self.history_agrees()
                self.book.end()
        finally:
            self.close()
            self.fuse.remove()
            self.folder.cleanup()

    def let_all_end(self) -> None:
        """Whatever has happened: a day later everything can run, in the right order, and ends."""
        for task in PAUSED:
            self.pause_or_resume(task=task, resumes=True)
        for worker in list(self.held):
            self.finish(worker, Event.SUCCEED, 0)
        self.time_goes_by(step=2 * DAY, fuse=0)
        while self.model.next() is not None:
            self.claim_now(self.workers[0])
            self.finish(self.workers[0], Event.SUCCEED, 0)
        assert {job.state for job in self.model.jobs.values()} <= FINAL

    # -- doing the same on both sides

    def both(
        self, real: Callable[[], Any], model: Callable[[], Any], fuse: int = 0
    ) -> tuple[Any, Any] | None:
        """Let something happen in the ledger and in the model, and return what both say.

        None if both refuse it, or if the disk failed in its midst: that must leave no trace.
        """
        before = self.contents() if fuse else None
        self.now += 1
        try:
            with self.fuse.lit(fuse):
                told = real()
        except (Refused, UnknownJob):
            with pytest.raises(Refusal):
                model()
            return None
        except DatabaseError:
            assert self.fuse.is_blown
            assert self.contents() == before, "half of a transaction has stayed"
            return None
        assert not self.fuse.is_blown, "trouble was kept quiet"
        return told, model()

    def contents(self) -> dict[str, Any]:
        tables = self.book.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        return {name: self.book.rows(f"SELECT * FROM {name}") for (name,) in tables}

    def new_job(self, spec: dict[str, Any], **more: Any) -> NewJob:
        columns = {**spec, **more}
        delay = columns.pop("delay")
        eta = None if delay is None else self.now + delay
        is_limited = columns["task"] == LIMITED
        return new_job(f"j{next(self.ids)}", eta=eta, is_limited=is_limited, **columns)

    def pipeline(self, specs: list[dict[str, Any]]) -> NewJob:
        head, *later = specs
        steps = tuple(self.new_job(step, data=None) for step in later)
        return self.new_job(head, steps=steps)

    def chord(self, spec: tuple[list[Any], list[dict[str, Any]]]) -> NewChord:
        members, callback = spec
        made = [self.pipeline(m) if isinstance(m, list) else self.chord(m) for m in members]
        return NewChord(f"c{next(self.ids)}", tuple(made), self.pipeline(callback))

    def enter(self, fuse: int, *units: NewJob | NewChord) -> None:
        told = self.both(
            lambda: [e.seq for e in self.book.ledger.intake.enqueue(units, self.now)],
            lambda: self.model.enqueue(units, self.now),
            fuse,
        )
        if told:
            assert told[0] == told[1]

    def job(self, pick: int, *states: State) -> ModelJob:
        jobs = [j for j in self.model.jobs.values() if not states or j.state in states]
        return jobs[pick % len(jobs)]

    def has_started(self, worker: int, claim: Claim | None, expected: ModelJob | None) -> None:
        """Both sides have handed out a job: it must be the same, as it should be."""
        assert (claim and claim.seq) == (expected and expected.seq), "another job's turn"
        if claim is None or expected is None:
            return
        assert (claim.number, claim.attempt) == (expected.claims, len(expected.runs) + 1)
        assert claim.data == expected.message
        assert (claim.chord is not None) == (self.model.chord_of(claim.seq) is not None)
        assert (claim.retries_left, claim.eta) == (expected.retries_left, expected.eta)
        self.held[worker] = claim

    def finish(self, worker: int, event: Event, fuse: int, **how: Any) -> None:
        claim = self.held[worker]
        settlement, told = self.settlement(claim, event, **how)
        next_for = worker if how.get("goes_on") else None

        def model() -> ModelJob | None:
            self.model.settle(claim.seq, event, self.now, **told)
            return None if next_for is None else self.model.claim(worker, self.now)

        answers = self.both(
            lambda: self.book.ledger.attempts.settle(
                claim, settlement, self.now, next_for=next_for
            ),
            model,
            fuse,
        )
        if answers:
            self.lost.append(self.held.pop(worker))
            self.has_started(worker, answers[0].following, answers[1])

    def settlement(
        self, claim: Claim, event: Event, delay: int | None = None, **_: Any
    ) -> tuple[Settlement, dict[str, Any]]:
        """Return how a run ended, for the ledger and for the model."""
        eta = None if delay is None else self.now + delay
        if event is Event.POSTPONE:
            eta = self.now + abs(delay or MINUTE)
        turn = f"turn {next(self.ids)}".encode()
        outcome = OUTCOMES[event]
        left = max(claim.retries_left - 1, 0)
        settlement = Settlement(
            event, outcome, is_failure=event in (Event.FAIL, Event.TRY_AGAIN), result=b"r", eta=eta,
            retries_left=left, retry_delay=claim.retry_delay, linked=True, member_value=b"v",
            next_step=NextStep(turn, "[]", "{}"),
        )  # fmt: skip
        told = {"outcome": outcome, "eta": eta, "retries_left": left, "next_message": turn}
        return settlement, told

    # -- jobs come in

    @initialize(spec=st.one_of(PIPELINE, CHORD))
    def begin(self, spec: Any) -> None:
        self.enter(0, self.pipeline(spec) if isinstance(spec, list) else self.chord(spec))

    @rule(pipelines=st.lists(PIPELINE, min_size=1, max_size=2), fuse=FUSE)
    def enqueue(self, pipelines: list[list[dict[str, Any]]], fuse: int) -> None:
        self.enter(fuse, *(self.pipeline(specs) for specs in pipelines))

    @rule(spec=st.one_of(CHORD, NESTED), fuse=FUSE)
    def enqueue_chord(self, spec: Any, fuse: int) -> None:
        self.enter(fuse, self.chord(spec))

    @rule(
        spec=JOB, window=st.sampled_from((None, HOUR)), wait=st.sampled_from((0, DAY)), where=WHERE
    )
    def enqueue_keyed(self, spec: Any, window: int | None, wait: int, where: str) -> None:
        self.now += wait
        keyed = self.new_job(spec, key="k", key_window=window)
        other = self.new_job(spec)
        chords = {
            "member": NewChord(f"c{next(self.ids)}", (keyed, keyed), other),
            "callback": NewChord(f"c{next(self.ids)}", (other,), keyed),
        }
        self.enter(0, chords.get(where, keyed))

    @rule(pick=PICK, spec=JOB)
    def enqueue_known_id(self, pick: int, spec: dict[str, Any]) -> None:
        known = self.job(pick)
        if not self.is_in_chord(known.seq):
            unit = self.new_job({**spec, "priority": known.priority})
            unit.id = known.id
            self.enter(0, unit)

    def is_in_chord(self, seq: int) -> bool:
        return any(seq in (chord.callback, *chord.told) for chord in self.model.chords)

    # -- workers work

    def idle(self) -> list[int]:
        return [worker for worker in self.workers if worker not in self.held]

    @precondition(lambda self: self.idle())
    @rule(fuse=FUSE)
    def claim(self, fuse: int) -> None:
        worker = self.idle()[0]
        told = self.both(
            lambda: self.book.ledger.attempts.claim(worker, self.now),
            lambda: self.model.claim(worker, self.now),
            fuse,
        )
        if told:
            self.has_started(worker, *told)

    @precondition(lambda self: self.idle())
    @rule(pick=PICK, fuse=FUSE)
    def take(self, pick: int, fuse: int) -> None:
        job, worker = self.job(pick), self.idle()[0]
        # What it means for a chord to run a member again that has ended is for `retry` to say.
        if job.message is None or (job.state in FINAL and self.is_in_chord(job.seq)):
            return
        told = self.both(
            lambda: self.book.ledger.attempts.take(job.id, worker, self.now),
            lambda: self.model.take(job.seq, worker, self.now),
            fuse,
        )
        if told:
            self.has_started(worker, *told)

    @precondition(lambda self: self.held)
    @rule(pick=PICK, event=ENDS, delay=DELAY, goes_on=MAYBE, fuse=FUSE)
    def end(self, pick: int, event: Event, delay: int | None, goes_on: bool, fuse: int) -> None:
        self.finish(self.busy(pick), event, fuse, delay=delay, goes_on=goes_on)

    @precondition(lambda self: self.idle())
    @rule(ends=st.lists(ENDS, min_size=1, max_size=8), delay=DELAY)
    def work_off(self, ends: list[Event], delay: int | None) -> None:
        for event in ends:
            worker = self.idle()[0]
            self.claim_now(worker)
            if worker in self.held:
                self.finish(worker, event, 0, delay=delay)

    def claim_now(self, worker: int) -> None:
        self.now += 1
        real = self.book.ledger.attempts.claim(worker, self.now)
        self.has_started(worker, real, self.model.claim(worker, self.now))

    @precondition(lambda self: self.lost)
    @rule(pick=PICK)
    def finish_too_late(self, pick: int) -> None:
        runs = [c for c in self.lost if self.model.jobs[c.seq].state is State.RUNNING] or self.lost
        claim = runs[pick % len(runs)]
        before = self.contents()
        for event in OUTCOMES:
            with pytest.raises(LostClaim):
                self.book.ledger.attempts.settle(claim, self.settlement(claim, event)[0], self.now)
        self.book.ledger.attempts.release(claim, self.now)
        assert self.contents() == before, "who comes too late has changed something"

    @precondition(lambda self: self.held)
    @rule(pick=PICK, death=st.sampled_from((Death.CRASH, *Death)), again=MAYBE, fuse=FUSE)
    def crash(self, pick: int, death: Death, again: bool, fuse: int) -> None:
        worker = self.busy(pick)
        self.die(worker, death, fuse)
        if again and worker not in self.held:
            self.claim_now(worker)

    @precondition(lambda self: self.idle())
    @rule(times=st.integers(2, 4))
    def crash_again_and_again(self, times: int) -> None:
        worker = self.idle()[0]
        for _ in range(times):
            self.claim_now(worker)
            if worker in self.held:
                self.die(worker, Death.CRASH, 0)

    def busy(self, pick: int) -> int:
        return list(self.held)[pick % len(self.held)]

    def die(self, worker: int, death: Death, fuse: int) -> None:
        told = self.both(
            lambda: self.book.ledger.attempts.rescue(worker, "killed", self.now, death),
            lambda: self.model.rescue(worker, self.now, death),
            fuse,
        )
        if told:
            assert told[0] == told[1]
            self.lost.append(self.held.pop(worker))

    # -- people decide

    @precondition(lambda self: self.waited_for())
    @rule(pick=PICK, fuse=FUSE)
    def cancel_what_waits(self, pick: int, fuse: int) -> None:
        self.decide_about(self.job(pick, State.WAITING).seq, "cancel", fuse)

    def waited_for(self) -> bool:
        return any(job.state is State.WAITING for job in self.model.jobs.values())

    @rule(pick=PICK, operation=st.sampled_from(OPERATIONS), fuse=FUSE)
    def decide(self, pick: int, operation: str, fuse: int) -> None:
        self.decide_about(self.job(pick).seq if pick else NO_JOB, operation, fuse)

    @precondition(lambda self: self.held)
    @rule(pick=PICK, event=st.one_of(st.none(), ENDS), fuse=FUSE)
    def cancel_what_runs(self, pick: int, event: Event | None, fuse: int) -> None:
        worker = self.busy(pick)
        self.decide_about(self.held[worker].seq, "cancel", fuse)
        if event is not None:
            self.finish(worker, event, fuse)

    @precondition(lambda self: self.retriable())
    @rule(pick=PICK, fuse=FUSE)
    def retry(self, pick: int, fuse: int) -> None:
        chosen = self.retriable()
        self.decide_about(chosen[pick % len(chosen)], "retry", fuse)

    def retriable(self) -> list[int]:
        """What has ended badly; only members that somebody waits for, if there are such."""
        ended = [j.seq for j in self.model.jobs.values() if j.state in FINAL - {State.SUCCEEDED}]
        missed = {
            member
            for chord in self.model.chords
            for member in chord.told
            if self.model.jobs[chord.callback].state is State.WAITING
        }
        return [seq for seq in ended if seq in missed] or ended

    def decide_about(self, seq: int, operation: str, fuse: int) -> None:
        def real() -> tuple[int, ...]:
            outcome = getattr(self.control, operation)([seq], self.now)
            outcome.raise_refusal()
            return outcome.created or outcome.changed

        told = self.both(real, lambda: getattr(self.model, operation)(seq, self.now), fuse)
        if told:
            assert told[0] == (told[1] or seq,)

    @rule(pick=PICK, priority=st.sampled_from((None, -1, 0, 1)), delay=DELAY, fuse=FUSE)
    def change(self, pick: int, priority: float | None, delay: int | None, fuse: int) -> None:
        eta = None if delay is None else self.now + delay
        if priority is None and eta is None:
            return
        seq = self.job(pick).seq
        wanted = Timing(priority, eta)
        self.both(
            lambda: self.control.change([seq], self.now, wanted).raise_refusal(),
            lambda: self.model.change(seq, self.now, priority, eta),
            fuse,
        )

    @rule(pick=PICK, operation=st.sampled_from(("cancel", "retry", "discard", "now")))
    def decide_and_take_back(self, pick: int, operation: str) -> None:
        """What is taken back at once has never been, and nobody notices but the log."""
        before = self.everything()
        outcome = getattr(self.control, operation)([self.job(pick).seq], self.now)
        if outcome.changed and not outcome.undos:
            self.model.cancel(self.job(pick).seq, self.now)  # It runs: there is no way back.
            return
        self.control.undo(outcome.undos, self.now).raise_refusal()
        assert self.everything() == before

    def everything(self) -> list[object]:
        tables = ("job", "chord_member", "result", "kv", "message", "attempt", "pause")
        return [self.book.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]

    @rule(task=PAUSABLE, resumes=MAYBE)
    def pause_or_resume(self, task: str, resumes: bool) -> None:
        operation = "resume" if resumes else "pause"
        changed = getattr(self.control, operation)("huey", task, self.now)
        assert changed == getattr(self.model, operation)(task)

    @rule(limit=st.sampled_from(LIMITS))
    def set_limit(self, limit: int) -> None:
        self.book.ledger.limits.set(LIMITED, limit)
        self.model.limits[LIMITED] = limit

    # -- time goes by

    @rule(step=st.sampled_from((-HOUR, SECOND, MINUTE, HOUR, DAY)), fuse=FUSE)
    def time_goes_by(self, step: int, fuse: int) -> None:
        # Back only while nothing is ready: a place is a time, and what is paused or given back
        # after the clock was set back may find later jobs before it.
        is_quiet = all(not job.has_place for job in self.model.jobs.values())
        until = self.now + (step if is_quiet else max(step, 0))
        due = {job.eta for job in self.model.jobs.values() if job.is_due(until)}
        # One by one, as a pool does: what is due together and paused has no order of its own.
        for moment in (*sorted(due), until):
            self.now = max(self.now, moment) if step > 0 else until
            self.promote(fuse)
            self.promote(0)

    def promote(self, fuse: int) -> None:
        told = self.both(
            lambda: self.book.ledger.attempts.promote(self.now),
            lambda: self.model.promote(self.now),
            fuse,
        )
        if told:
            assert told[0] == told[1]

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()

    # -- what must hold after each step

    @invariant()
    def rows_agree(self) -> None:
        rows = self.book.rows(f"SELECT {', '.join(COLUMNS)}, id, cancel_requested_at FROM job")
        assert len(rows) == len(self.model.jobs)
        for *values, id_, asked_at in rows:
            job = self.model.jobs[values[0]]
            job.id = id_
            expected = [getattr(job, name) for name in COLUMNS]
            assert dict(zip(COLUMNS, values, strict=True)) == dict(
                zip(COLUMNS, expected, strict=True)
            )
            if job.state is State.RUNNING:
                assert asked_at == job.asked_to_stop_at

    @invariant()
    def a_state_has_its_facts(self) -> None:
        sql = "SELECT seq, state, worker, finished_at, claims, failures, rescues FROM job"
        for seq, state, worker, finished_at, *counters in self.book.rows(sql):
            assert (state == "running") == (worker is not None)
            assert (state in FINAL) == (finished_at is not None)
            last = self.risen.get(seq, (0, 0, 0))
            assert all(now >= was for now, was in zip(counters, last, strict=True))
            self.risen[seq] = (counters[0], counters[1], counters[2])

    @invariant()
    def counts_are_a_recount(self) -> None:
        recount = dict(self.book.rows("SELECT state, count(*) FROM job GROUP BY state"))
        assert recount == Counter(job.state for job in self.model.jobs.values())
        shown = self.report.counts("huey")
        assert {state: n for state, n in shown.items() if n} == recount

    @invariant()
    def a_callback_waits_for_its_members(self) -> None:
        sql = (
            "SELECT callback.seq, callback.state, group_concat(member.state)"
            " FROM chord JOIN job AS callback ON callback.seq = chord.callback"
            " JOIN chord_member USING (cid) JOIN job AS member ON member.seq = chord_member.member"
            " GROUP BY callback.seq"
        )
        waiting = set()
        for callback, state, members in self.book.rows(sql):
            all_ended = set(members.split(",")) <= FINAL
            if state == "waiting":
                assert not all_ended, f"#{callback} waits for nobody"
                waiting.add(callback)
            elif callback in self.waited and state in ("pending", "scheduled", "running"):
                assert all_ended, f"#{callback} has not waited for all"
        self.waited = waiting

    def history_agrees(self) -> None:
        for job in self.model.jobs.values():
            told = [attempt.outcome for attempt in self.report.attempts(job.seq)]
            assert told == job.runs + [None] * (job.state is State.RUNNING)


TestLedger = LedgerMachine.TestCase
# Each of its examples is a whole story, which takes its time.
TestLedger.settings = settings(max_examples=settings().max_examples * 2 // 5)
