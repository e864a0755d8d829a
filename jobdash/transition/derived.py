"""What rows tell of the past of their job."""

from collections.abc import Iterator, Mapping, Sequence

from jobdash.job import State
from jobdash.transition.records import NOTHING_BEFORE, By, Line, Past, Run, Step, Transition
from jobdash.transition.stored import DONE_BY_POOL, stored

# Numbers of steps: those of a run are twice the number of its claim, and one more.
_ENQUEUED, _DUE, _ENDED = 0, 1, 1 << 40
_GOES_ON_BY_HAND = frozenset({"retried by hand", "enqueued again"})
# How an attempt that ended so leaves its job, unless it failed.
_LEAVES = {
    "succeeded": State.SUCCEEDED,
    "cancelled": State.CANCELLED,
    "returned": State.PENDING,
    "lost": State.PENDING,
    "retried": State.RETRYING,
}


def transitions_of(
    past: Past, runs: Sequence[Run], log: Sequence[Line], names: Mapping[int, str]
) -> Iterator[Transition]:
    """Yield all that is known to have happened to one job. Attempts and log are in order."""
    runs = [*runs, *_run_in_row(past, runs)]
    yield _enqueued(past)
    if past.eta is not None and past.created_at < past.eta <= past.place:
        yield _due(past, runs)
    for place, run in enumerate(runs):
        following = runs[place + 1] if place + 1 < len(runs) else None
        yield from _run(past, run, following, log, names)
    ends = {run.ended_at for run in runs}
    for line in log:
        # That a worker died is told by the attempt that it had.
        if line.kind not in DONE_BY_POOL or line.at not in ends:
            yield stored(line, past)
    if past.finished_at is not None and past.finished_at not in ends | {line.at for line in log}:
        yield _ended(past)


def _run_in_row(past: Past, runs: Sequence[Run]) -> Iterator[Run]:
    """Yield the run that has no attempt of its own: the one that goes on, or that succeeded."""
    known = {run.number for run in runs}
    if past.started_at is None or past.claims in known:
        return
    if past.state in (State.RUNNING, State.SUCCEEDED):
        ended = past.finished_at
        outcome = "" if ended is None else "succeeded"
        yield Run(past.seq, past.claims, past.ran_by, past.started_at, ended, outcome, None, None)


def _enqueued(past: Past) -> Transition:
    is_delayed = past.eta is not None and past.eta > past.created_at and past.claims == 0
    state = State.SCHEDULED if is_delayed else State.PENDING
    if past.after is not None:
        state = State.WAITING
    by, who, why = By.APP, "", ""
    if past.is_tick:
        by = By.SCHEDULER
    elif past.parent is not None:
        who = f"#{past.parent}"
    if past.replay_of is not None:
        by, why = By.PERSON, f"a replay of #{past.replay_of}"
    elif past.after is not None:
        why = f"to run after #{past.after}"
    step = Step(past.created_at, past.seq, _ENQUEUED)
    return _made(past, step, "enqueued", "", state, by, who, why)


def _due(past: Past, runs: Sequence[Run]) -> Transition:
    before = [run for run in runs if run.ended_at is not None and run.ended_at <= past.place]
    state = State.RETRYING if before else State.SCHEDULED
    step = Step(past.place, past.seq, _DUE)
    return _made(past, step, "due", state, State.PENDING, By.SCHEDULER, "", "")


def _run(
    past: Past, run: Run, following: Run | None, log: Sequence[Line], names: Mapping[int, str]
) -> Iterator[Transition]:
    who = names.get(run.worker or 0, "" if run.worker is None else f"worker {run.worker}")
    began = Step(run.started_at, past.seq, 2 * run.number)
    yield _made(past, began, "started", State.PENDING, State.RUNNING, By.WORKER, who, "")
    if run.ended_at is None:
        return
    after = _state_after(past, run, following, log)
    ended = Step(run.ended_at, past.seq, 2 * run.number + 1)
    why = ": ".join(filter(None, (run.error_type, run.error_message)))
    by = By.POOL if run.outcome in ("lost", "returned") and run.error_type else By.WORKER
    kind = "retrying" if after is State.RETRYING else run.outcome
    yield _made(past, ended, kind, State.RUNNING, after, by, who, why)


def _state_after(past: Past, run: Run, following: Run | None, log: Sequence[Line]) -> State:
    if run.outcome in _LEAVES and not (run.outcome == "lost" and past.finished_at == run.ended_at):
        return _LEAVES[run.outcome]
    if following is None:
        is_over = past.finished_at is not None
        return State.FAILED if is_over or _goes_on_by_hand(log, run, None) else State.RETRYING
    return State.FAILED if _goes_on_by_hand(log, run, following) else State.RETRYING


def _goes_on_by_hand(log: Sequence[Line], run: Run, following: Run | None) -> bool:
    """Whether somebody wanted the job to go on after this run: then it had failed for good."""
    end = run.ended_at or 0
    until = None if following is None else following.started_at
    return any(
        line.kind in _GOES_ON_BY_HAND and end <= line.at and (until is None or line.at <= until)
        for line in log
    )


def _ended(past: Past) -> Transition:
    because = past.cancelled_because
    why = past.reason or ("" if because is None else f"because of #{because}")
    step = Step(past.finished_at or 0, past.seq, _ENDED)
    return _made(past, step, past.state, "", past.state, _who_ended(past, why), "", why)


def _who_ended(past: Past, why: str) -> By:
    """Return who has ended a job; what was cancelled with its batch has no line of its own."""
    if past.cancelled_because is not None:
        return By.APP
    if NOTHING_BEFORE in why:
        return By.SCHEDULER
    return By.PERSON if why.endswith(": cancelled by hand") else By.WORKER


def _made(
    past: Past, step: Step, kind: str, before: str, after: str, by: By, who: str, why: str
) -> Transition:
    return Transition(step, past.seq, past.queue, past.task, kind, before, after, by, who, why)
