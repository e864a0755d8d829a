"""What the ledger promises about jobs, once more in plain Python: no SQL, no files."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from jobdash.job import FINAL, MICROSECONDS, Event, State
from jobdash.ledger import NewChord, NewJob

MOST_RESCUES = 3
FAR = 1_000_000
_DELAYED = (State.SCHEDULED, State.RETRYING)
_RETRIABLE = FINAL - {State.SUCCEEDED}


class Refusal(Exception):
    """The model says that the ledger has to refuse this; nothing has changed."""


@dataclass
class ModelJob:
    """What is known of one job."""

    seq: int
    id: str
    task: str
    state: State
    place: int
    priority: float
    retries: int
    retries_left: int
    retry_delay: float
    created_at: int
    eta: int | None
    # None until its turn has come
    message: bytes | None
    key: str | None
    window: int | None = None
    after: int | None = None
    because: int | None = None
    replay_of: int | None = None
    duplicate_of: int | None = None
    worker: int | None = None
    claims: int = 0
    failures: int = 0
    rescues: int = 0
    started_at: int | None = None
    finished_at: int | None = None
    asked_to_stop_at: int | None = None
    runs: list[str] = field(default_factory=list)

    @property
    def has_place(self) -> bool:
        """True if it has a place in the order of what is ready, or may come back to it."""
        return self.state in (State.PENDING, State.RUNNING)

    def is_due(self, now: int) -> bool:
        """Whether it has waited for its time long enough."""
        return self.state in _DELAYED and self.eta is not None and self.eta <= now

    def end(self, state: State, now: int) -> None:
        """Reach a final state."""
        self.state, self.finished_at, self.worker = state, now, None


@dataclass
class ModelChord:
    """A callback and the last steps of its members, each with whether it has told its end."""

    cid: str
    callback: int
    told: dict[int, bool]

    @property
    def is_complete(self) -> bool:
        """True once every member has told its end."""
        return all(self.told.values())


class Model:
    """All jobs of one queue. Methods are named after the events and raise `Refusal`."""

    def __init__(self) -> None:
        self.jobs: dict[int, ModelJob] = {}
        self.chords: list[ModelChord] = []
        self.paused: set[str] = set()
        # How many jobs of a task may run at once.
        self.limits: dict[str, int] = {}
        self._places = count(1)

    # -- taking in

    def enqueue(self, units: Iterable[NewJob | NewChord], now: int) -> list[int]:
        """Enter units; return the number of each, of its callback for a chord."""
        return [self._enter(unit, now)[0] for unit in units]

    def _enter(self, unit: NewJob | NewChord, now: int) -> tuple[int, int]:
        """Return the number of a unit and of its last step."""
        if isinstance(unit, NewChord):
            return self._enter_chord(unit, now)
        return self._enter_pipeline(unit, _ready(unit.eta, now), now)

    def _enter_chord(self, chord: NewChord, now: int) -> tuple[int, int]:
        if (known := self._same_key(chord.callback, now)) is not None:
            return known, known
        tails = [self._enter(member, now)[1] for member in chord.members]
        state = State.WAITING if tails else _ready(chord.callback.eta, now)
        callback, last = self._enter_pipeline(chord.callback, state, now)
        told = {tail: self.jobs[tail].state in FINAL for tail in tails}
        self.chords.append(ModelChord(chord.cid, callback, told))
        self._fire_if_complete(self.chords[-1], now)
        return callback, last

    def _enter_pipeline(self, new: NewJob, state: State, now: int) -> tuple[int, int]:
        if (known := self._same_key(new, now)) is not None:
            return known, known
        head = last = self._enter_job(new, state, now)
        for step in new.steps:
            last = self._enter_job(step, State.WAITING, now, after=last)
        return head, last

    def _same_key(self, new: NewJob, now: int) -> int | None:
        since = 0 if new.key_window is None else now - new.key_window
        return self._stands_for(new.key, new.task, since)

    def _stands_for(self, key: str | None, task: str, since: int, apart: int = 0) -> int | None:
        """Return the newest job that may still come, or has come, to what its key is for."""
        same = [
            job.seq
            for job in self.jobs.values()
            if key is not None and (job.key, job.task) == (key, task) and job.seq != apart
            and job.created_at >= since and job.state not in _RETRIABLE
        ]  # fmt: skip
        return same[-1] if same else None

    def _enter_job(self, new: NewJob, state: State, now: int, after: int | None = None) -> int:
        older = next((job for job in self.jobs.values() if job.id == new.id), None)
        if older is not None and older.state in FINAL:
            return self._go_on(older, new, state, after)
        seq = len(self.jobs) + 1
        self.jobs[seq] = ModelJob(
            **_taken_over(new), seq=seq, id=new.id, state=state, place=next(self._places),
            created_at=now, key=new.key, window=new.key_window, after=after,
            duplicate_of=None if older is None else older.seq,
        )  # fmt: skip
        return seq

    def _go_on(self, job: ModelJob, new: NewJob, state: State, after: int | None) -> int:
        """An id that has ended goes on in its own row."""
        for name, value in _taken_over(new).items():
            setattr(job, name, value)
        self._reopen(job, state)
        job.place, job.after = next(self._places), after
        return job.seq

    # -- what workers do

    def next(self) -> ModelJob | None:
        """The most urgent job that may run now."""
        ready = [job for job in self.jobs.values() if job.state is State.PENDING]
        ready = [job for job in ready if not self.paused & {"", job.task}]
        running = Counter(job.task for job in self.jobs.values() if job.state is State.RUNNING)
        ready = [job for job in ready if running[job.task] < self.limits.get(job.task, FAR)]
        return min(ready, key=lambda job: (-job.priority, job.place), default=None)

    def claim(self, worker: int, now: int) -> ModelJob | None:
        """The most urgent job begins to run."""
        job = self.next()
        if job is not None:
            self._run(job, worker, now)
        return job

    def take(self, seq: int, worker: int, now: int) -> ModelJob | None:
        """Exactly this job begins to run, unless somebody runs it or its turn has not come."""
        job = self.jobs[seq]
        if job.state in (State.RUNNING, State.WAITING):
            return None
        self._run(job, worker, now)
        return job

    def settle(self, seq: int, event: Event, now: int, **how: Any) -> None:
        """A run ends by an event of a worker's; what was to be stopped does not come back."""
        job = self.jobs[seq]
        outcome = how.get("outcome")
        if outcome is not None:
            job.runs.append(outcome)
        if job.asked_to_stop_at is not None and event in _COMES_BACK:
            event = Event.CONFIRM_CANCEL
            job.failures += outcome == "failed"
        job.worker = None
        if event is Event.SUCCEED:
            self._succeed(job, now, how["next_message"])
        elif event in _ENDS_BADLY:
            if event is Event.FAIL:
                job.failures += 1
                job.retries_left = 0
            self._end_badly(job, _ENDS_BADLY[event], now)
        else:
            self._come_back(job, event, now, how)

    def _succeed(self, job: ModelJob, now: int, message: bytes) -> None:
        job.end(State.SUCCEEDED, now)
        for step in self._next_steps(job.seq):
            if step.state is State.WAITING:
                step.message = message
                self._turn(step, now)
                return
            if step.state is State.CANCELLED and step.message is None:
                step.message = message
        self._tell_chords(job.seq, now)

    def _end_badly(self, job: ModelJob, state: State, now: int) -> None:
        job.end(state, now)
        self._abandon_steps(job.seq, now)

    def _come_back(self, job: ModelJob, event: Event, now: int, how: dict[str, Any]) -> None:
        eta = how.get("eta")
        job.state = State.PENDING
        if event is Event.TRY_AGAIN:
            job.retries = max(job.retries, job.failures + 1 + how["retries_left"])
            job.failures += 1
            job.retries_left, job.eta = how["retries_left"], eta
            job.state = State.RETRYING if eta is not None and eta > now else State.PENDING
        elif event is Event.POSTPONE:
            job.state, job.eta = State.SCHEDULED, eta
        if event is not Event.RELEASE:
            job.place = next(self._places)

    def rescue(self, worker: int, now: int, death: str) -> list[int]:
        """A worker died: what it ran is freed."""
        held = [job for job in self.jobs.values() if job.worker == worker]
        for job in held:
            job.worker = None
            self._free(job, now, death)
        return [job.seq for job in held]

    def _free(self, job: ModelJob, now: int, death: str) -> None:
        if job.asked_to_stop_at is not None:
            job.runs.append("cancelled")
            self._end_badly(job, State.CANCELLED, now)
        elif death == "stop":
            job.runs.append("returned")
            job.state = State.PENDING
        elif death == "overdue":
            self._time_out(job, now)
        else:
            self._lose(job, now)

    def _lose(self, job: ModelJob, now: int) -> None:
        job.runs.append("lost")
        job.rescues += 1
        job.state = State.PENDING
        if job.rescues % MOST_RESCUES == 0:
            self._end_badly(job, State.FAILED, now)

    def _time_out(self, job: ModelJob, now: int) -> None:
        job.runs.append("failed")
        if not job.retries_left:
            job.failures += 1
            self._end_badly(job, State.FAILED, now)
            return
        job.retries = max(job.retries, job.failures + job.retries_left)
        job.failures += 1
        job.retries_left -= 1
        job.eta = now + int(job.retry_delay * MICROSECONDS) if job.retry_delay else None
        job.state = State.PENDING if job.eta is None else State.RETRYING
        job.place = next(self._places)

    def promote(self, now: int) -> int:
        """What is due becomes pending, the soonest first."""
        due = [job for job in self.jobs.values() if job.is_due(now)]
        for job in sorted(due, key=lambda job: (job.eta, job.seq)):
            job.state, job.place = State.PENDING, next(self._places)
        return len(due)

    # -- what people decide

    def cancel(self, seq: int, now: int) -> None:
        """End what waits, ask for the end of what runs."""
        job = self._known(seq)
        if job.state is State.RUNNING:
            job.asked_to_stop_at = job.asked_to_stop_at or now
            return
        if job.state in FINAL:
            raise Refusal
        job.because = None
        self._end_badly(job, State.CANCELLED, now)

    def retry(self, seq: int, now: int) -> None:
        """Let a job that did not succeed go on, and the steps that were cancelled for it."""
        job = self._known(seq)
        before = self.jobs.get(job.after or 0)
        if job.state not in _RETRIABLE:
            raise Refusal
        if job.message is None and (before is None or before.state in FINAL):
            raise Refusal
        since = 0 if job.window is None else now - job.window
        if self._stands_for(job.key, job.task, since, apart=seq) is not None:
            raise Refusal
        chord = self.chord_of(seq)
        has_turn = job.message is not None and (chord is None or chord.is_complete)
        job.retries += job.state is State.FAILED
        job.eta = None
        self._reopen(job, State.PENDING if has_turn else State.WAITING)
        job.place = next(self._places)
        self._rearm_steps(job)

    def replay(self, seq: int, now: int) -> int:
        """Make a new job from one that has ended."""
        old = self._known(seq)
        if old.state not in FINAL or old.message is None:
            raise Refusal
        new = len(self.jobs) + 1
        self.jobs[new] = ModelJob(
            seq=new, id="", task=old.task, state=State.PENDING, place=next(self._places),
            priority=old.priority, retries=old.retries, retries_left=old.retries,
            retry_delay=old.retry_delay, created_at=now, eta=None, message=old.message, key=old.key,
            window=old.window, replay_of=seq,
        )  # fmt: skip
        if (chord := self.chord_of(seq)) is not None:
            self.chords.append(ModelChord(f"0{new}", new, dict(chord.told)))
        return new

    def discard(self, seq: int, now: int) -> None:
        """Take a job out of the dead letters."""
        job = self._known(seq)
        if job.state is not State.FAILED:
            raise Refusal
        job.end(State.DISCARDED, now)

    def now(self, seq: int, now: int) -> None:
        """Let a job run whose time has not come."""
        job = self._known(seq)
        if job.state not in _DELAYED:
            raise Refusal
        job.state, job.eta, job.place = State.PENDING, now, next(self._places)

    def change(self, seq: int, now: int, priority: float | None, eta: int | None) -> None:
        """Change how urgent a job is that has not begun, or when it is to run."""
        job = self._known(seq)
        if job.state in FINAL or job.state is State.RUNNING:
            raise Refusal
        was = job.state, job.priority
        job.priority = job.priority if priority is None else priority
        if eta is not None:
            job.eta = eta
            if job.state is State.PENDING or (job.state in _DELAYED and eta <= now):
                job.state = _ready(eta, now)
        if was != (job.state, job.priority):
            job.place = next(self._places)

    def pause(self, task: str) -> bool:
        """Hand out no more jobs of a task, '' for all; False if it was so before."""
        changed = task not in self.paused
        self.paused.add(task)
        return changed

    def resume(self, task: str) -> bool:
        """Hand them out again; False if it was so before."""
        changed = task in self.paused
        self.paused.discard(task)
        return changed

    # -- what one job's end means for others

    def chord_of(self, callback: int) -> ModelChord | None:
        """The chord that a job is the callback of."""
        return next((chord for chord in self.chords if chord.callback == callback), None)

    def steps_after(self, seq: int) -> Iterator[int]:
        """The later steps of a job, in order."""
        for step in self._next_steps(seq):
            yield step.seq
            yield from self.steps_after(step.seq)

    def _next_steps(self, seq: int) -> list[ModelJob]:
        return [job for job in self.jobs.values() if job.after == seq]

    def _abandon_steps(self, seq: int, now: int) -> None:
        last, ends_now = seq, True
        for step in map(self.jobs.__getitem__, list(self.steps_after(seq))):
            last, ends_now = step.seq, step.state is State.WAITING
            if ends_now:
                step.end(State.CANCELLED, now)
                step.because = seq
        if ends_now:
            self._tell_chords(last, now)

    def _rearm_steps(self, job: ModelJob) -> None:
        last, goes_on = job.seq, True
        for step in map(self.jobs.__getitem__, list(self.steps_after(job.seq))):
            last = step.seq
            goes_on = step.state is State.CANCELLED and step.because == job.seq
            if goes_on:
                self._reopen(step, State.WAITING)
        for chord in self.chords if goes_on else ():
            callback = self.jobs[chord.callback]
            never_had_its_turn = callback.state is State.CANCELLED and not callback.claims
            if last in chord.told and (callback.state is State.WAITING or never_had_its_turn):
                chord.told[last] = False

    def _tell_chords(self, seq: int, now: int) -> None:
        # A member of two chords completes both in the order of their ids, which are random.
        for chord in sorted(self.chords, key=lambda chord: chord.cid):
            if seq in chord.told:
                chord.told[seq] = True
                self._fire_if_complete(chord, now)

    def _fire_if_complete(self, chord: ModelChord, now: int) -> None:
        callback = self.jobs[chord.callback]
        if chord.is_complete and callback.state is State.WAITING:
            self._turn(callback, now)

    # -- small steps

    def _known(self, seq: int) -> ModelJob:
        if seq not in self.jobs:
            raise Refusal
        return self.jobs[seq]

    def _turn(self, job: ModelJob, now: int) -> None:
        job.state, job.place = _ready(job.eta, now), next(self._places)

    def _reopen(self, job: ModelJob, state: State) -> None:
        job.state, job.finished_at, job.because = state, None, None

    def _run(self, job: ModelJob, worker: int, now: int) -> None:
        job.state, job.worker, job.started_at = State.RUNNING, worker, now
        job.finished_at = job.because = job.asked_to_stop_at = None
        job.claims += 1


_COMES_BACK = (Event.TRY_AGAIN, Event.POSTPONE, Event.RELEASE)
_ENDS_BADLY = {
    Event.FAIL: State.FAILED,
    Event.EXPIRE: State.EXPIRED,
    Event.CONFIRM_CANCEL: State.CANCELLED,
}


def _ready(eta: int | None, now: int) -> State:
    return State.SCHEDULED if eta is not None and eta > now else State.PENDING


def _taken_over(new: NewJob) -> dict[str, Any]:
    return {
        "task": new.task,
        "priority": new.priority,
        "retries": new.retries,
        "retries_left": new.retries,
        "retry_delay": new.retry_delay,
        "eta": new.eta,
        "message": new.data,
    }
