"""The checks. Each takes the evidence and yields, in words, what should not be."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

from jobdash.job import State
from soak import gathered
from soak.evidence import Attempt, Evidence, Line, Row
from soak.reasons import is_explained, was_killed

Finding = Iterator[str]

# In microseconds. A worker that is kept waiting between two looks at its clocks dates a run wrong.
BLINK = 500_000


def lost(evidence: Evidence) -> Finding:
    """What was accepted is there; what was not accepted is there as a whole or not at all."""
    for unit in evidence.units:
        found = sum(id_ in evidence.rows for id_ in unit.ids)
        allowed = {"ack": (len(unit.ids),), "refused": (0,)}.get(unit.answer, (0, len(unit.ids)))
        if found not in allowed:
            yield f"{unit.name}: {found} of {len(unit.ids)} jobs are there ({unit.answer})"


def unasked(evidence: Evidence) -> Finding:
    """Nothing is there that nobody asked for, and each minute ticks once."""
    ticks = [row for row in evidence.rows.values() if row.task == "tick"]
    for key, number in Counter(row.key for row in ticks).items():
        if key is None or number > 1:
            yield f"{number} ticks have the key {key}"
    for row in evidence.rows.values():
        if row.task != "tick" and row.id not in evidence.kinds:
            yield f"#{row.seq} {row.task}: nobody asked for it"


def left(evidence: Evidence) -> Finding:
    """Everything has ended: each job in a final state, each worker signed off, each process."""
    if evidence.aftermath.drained_in is None:
        yield "the jobs did not all end in time"
    for row in evidence.rows.values():
        if not row.state.is_final or row.finished_at is None:
            yield f"#{row.seq} {row.task} is left {row.state}"
    for worker in evidence.workers.values():
        if worker.ended_at is None and worker.kind != "guest":
            yield f"{worker.kind} {worker.id} (pid {worker.pid}) is left in the crew"
    yield from evidence.aftermath.oddities


def overlapping(evidence: Evidence) -> Finding:
    """No run of a job has written anything after the start of its next one."""
    for id_, lines in evidence.lines.items():
        newest, pids = 0, dict[int, int]()
        for line in lines:
            if line.attempt < newest:
                yield f"{_name(evidence, id_)}: run {line.attempt} goes on after run {newest}"
            if pids.setdefault(line.attempt, line.pid) != line.pid:
                yield f"{_name(evidence, id_)}: run {line.attempt} in two processes"
            newest = max(newest, line.attempt)


def counts(evidence: Evidence) -> Finding:
    """What is shown is what is there, in a sound file."""
    if evidence.counts != evidence.recount:
        yield f"shown {evidence.counts}, there are {evidence.recount}"
    if evidence.integrity != ["ok"]:
        yield f"integrity_check: {evidence.integrity[:3]}"


def attempts(evidence: Evidence) -> Finding:
    """Each run that was seen is in the ledger, and the other way round but for crashes."""
    for id_, row in evidence.rows.items():
        known = evidence.attempts[id_]
        outcomes = Counter(attempt.outcome for attempt in known)
        counters = (row.claims - row.idle, row.rescues, row.failures)
        if counters != (len(known), outcomes["lost"], outcomes["failed"]):
            yield f"#{row.seq}: (runs, crashes, failures) is {counters}, but {dict(outcomes)}"
        seen = {line.attempt for line in evidence.lines.get(id_, ())}
        if beyond := seen - set(range(1, len(known) + 1)):
            yield f"#{row.seq}: runs {sorted(beyond)} are not in the ledger"
        for number, attempt in enumerate(known, 1):
            yield from _as_seen(row, number, attempt, evidence.run(id_, number))


def _as_seen(row: Row, number: int, attempt: Attempt, lines: list[Line]) -> Finding:
    """A run that ended by itself began and ended as the ledger says."""
    name = f"#{row.seq} {row.task}: run {number} ({attempt.outcome})"
    words = [line.word for line in lines if line.word != "beat"]
    if words not in ([], ["start"], ["start", "end"]):
        yield f"{name} wrote {words}"
    elif attempt.outcome in ("succeeded", "failed"):
        if words != ["start", "end"]:
            yield f"{name} wrote {words or 'nothing'}"
        else:
            yield from _ended_so(row, name, attempt, lines[-1])


def _ended_so(row: Row, name: str, attempt: Attempt, end: Line) -> Finding:
    how, *value = end.rest
    if (how == "well") != (attempt.outcome == "succeeded"):
        yield f"{name} ended {how}"
    elif how == "well" and json.loads(row.result or "null") != json.loads(value[0]):
        yield f"{name} returned {value[0]}, the ledger has {row.result}"
    elif not attempt.started_at <= end.wall <= attempt.ended_at + BLINK:
        yield f"{name} ended at {end.wall}, in the ledger {attempt.ended_at}"


def _name(evidence: Evidence, id_: str) -> str:
    row = evidence.rows.get(id_)
    return f"#{row.seq} {row.task}" if row else id_


def final_states(evidence: Evidence) -> Finding:
    """Each final state has its reason in what the job is and in what was done to it."""
    for row in evidence.rows.values():
        if row.state.is_final and not is_explained(evidence, row):
            yield f"#{row.seq} {row.task} is {row.state} without a reason"


def crashes(evidence: Evidence) -> Finding:
    """Each lost run was one that somebody killed, and each worker has lost at most one."""
    held = Counter(
        attempt.worker
        for known in evidence.attempts.values()
        for attempt in known
        if attempt.outcome == "lost"
    )
    for worker, number in held.items():
        if number > 1:
            yield f"worker {worker} has lost {number} jobs"
        if worker is None or not was_killed(evidence, evidence.workers[worker]):
            yield f"worker {worker} lost a job, and nobody has killed it"


def steps(evidence: Evidence) -> Finding:
    """A step runs only after the one before it has succeeded, and is told its value."""
    for before, after in (pair for unit in evidence.units for pair in unit.follows):
        starts = [line for line in evidence.lines.get(after, ()) if line.word == "start"]
        if not starts:
            continue
        first = evidence.rows.get(before)
        if first is None or first.state is not State.SUCCEEDED:
            yield f"{_name(evidence, after)} ran, but {before} before it did not succeed"
            continue
        last = evidence.run(before, len(evidence.attempts[before]))
        if not last or last[-1].word != "end":
            continue
        end = last[-1]
        if end.clock > starts[0].clock:
            yield f"{_name(evidence, after)} began before {_name(evidence, before)} had ended"
        if {line.rest[0] for line in starts} != {f"[{end.rest[-1]}]"}:
            yield f"{_name(evidence, after)} was told {starts[0].rest[0]}"


def chords(evidence: Evidence) -> Finding:
    """Each chord has one callback, fired once, after all members and with all their values."""
    members = Counter[int]()
    for callback, number in evidence.chords:
        members[callback] += number
    for unit in evidence.units:
        row = evidence.rows.get(unit.callback or "")
        if row is None:
            continue
        if members[row.seq] != len(unit.members):
            yield f"#{row.seq}: a chord of {members[row.seq]}, not {len(unit.members)}"
        yield from gathered.findings(evidence, unit, row)


CHECKS: tuple[Callable[[Evidence], Finding], ...] = (
    lost, unasked, left, overlapping, counts, attempts, final_states, crashes, steps, chords,
)  # fmt: skip
