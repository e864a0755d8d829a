"""What there is to be judged: files, the ledger at rest, and the list of deeds. Nothing else."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from jobdash.database import open_reader
from jobdash.job import State
from jobdash.report import Report
from soak.lines import read
from soak.storm import Aftermath
from soak.weather import Trouble


class Line(NamedTuple):
    """One line of a body: when on both clocks (nanoseconds, microseconds), and of which run."""

    word: str
    clock: int
    wall: int
    id: str
    attempt: int
    pid: int
    rest: tuple[str, ...]


class Row(NamedTuple):
    """A job as the ledger tells it."""

    seq: int
    id: str
    task: str
    state: State
    claims: int
    idle: int
    failures: int
    rescues: int
    ran_by: int | None
    started_at: int | None
    finished_at: int | None
    result: str | None
    cancelled_because: int | None
    after: int | None
    key: str | None


class Attempt(NamedTuple):
    """A run as the ledger tells it."""

    worker: int | None
    started_at: int
    ended_at: int
    outcome: str


class Worker(NamedTuple):
    """A process that is or was in the ledger's crew."""

    id: int
    kind: str
    name: str
    pid: int
    pool: int | None
    ended_at: int | None


@dataclass
class Unit:
    """What one call asked for, and what came of the call."""

    name: str
    jobs: list[tuple[str, str]]
    follows: list[tuple[str, str]]
    members: list[str]
    callback: str | None
    answer: str = "none"

    @property
    def ids(self) -> list[str]:
        return [id_ for id_, _ in self.jobs]


@dataclass
class Evidence:
    """Everything that was found, by job id where that is possible."""

    aftermath: Aftermath
    units: list[Unit]
    lines: dict[str, list[Line]]
    rows: dict[str, Row]
    attempts: dict[str, list[Attempt]]
    workers: dict[int, Worker]
    chords: list[tuple[int, int]]
    counts: dict[State, int]
    recount: dict[State, int]
    integrity: list[str]

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What each job was asked to be."""
        return {id_: kind for unit in self.units for id_, kind in unit.jobs}

    @cached_property
    def by_seq(self) -> dict[int, Row]:
        return {row.seq: row for row in self.rows.values()}

    def targets(self, trouble: Trouble) -> set[int]:
        """Return to whom, by pid or job number, this was done."""
        return {deed.target for deed in self.aftermath.deeds if deed.trouble is trouble}

    def run(self, id_: str, attempt: int) -> list[Line]:
        """Return what one run of a job has written."""
        return [line for line in self.lines.get(id_, ()) if line.attempt == attempt]


def collect(aftermath: Aftermath) -> Evidence:
    """Read all that is left of a storm."""
    units = _units(read(aftermath.place.asked))
    reader = open_reader(aftermath.place.database)
    rows = {row[1]: _row(*row) for row in reader.rows(_ROWS)}
    evidence = Evidence(
        aftermath,
        units,
        _lines(read(aftermath.place.runs)),
        rows,
        _attempts(reader, rows),
        {row[0]: Worker(*row) for row in reader.rows(_WORKERS)},
        [(callback, members) for callback, members in reader.rows(_CHORDS)],
        _counts(aftermath),
        {State(state): number for state, number in reader.rows(_RECOUNT)},
        [str(told) for (told,) in reader.rows("PRAGMA integrity_check")],
    )
    reader.close()
    return evidence


def _row(seq: int, id_: str, task: str, state: str, *rest: Any) -> Row:
    return Row(seq, id_, task.rpartition(".")[2], State(state), *rest)


def _units(lines: list[list[str]]) -> list[Unit]:
    units: dict[str, Unit] = {}
    for word, what in lines:
        if word == "ask":
            unit = Unit(**json.loads(what))
            units[unit.name] = unit
        else:
            units[what].answer = word
    return [*units.values()]


def _lines(words: list[list[str]]) -> dict[str, list[Line]]:
    by_id = defaultdict(list)
    for word, clock, wall, id_, attempt, pid, *rest in words:
        line = Line(word, int(clock), int(wall), id_, int(attempt), int(pid), tuple(rest))
        by_id[id_].append(line)
    return {id_: sorted(lines, key=lambda line: line.clock) for id_, lines in by_id.items()}


def _attempts(reader: Any, rows: dict[str, Row]) -> dict[str, list[Attempt]]:
    """Return the runs of each job in order: those that are archived, and the success."""
    by_seq = defaultdict(list)
    for seq, *attempt in reader.rows(_ATTEMPTS):
        by_seq[seq].append(Attempt(*attempt))
    for row in rows.values():
        if row.state is State.SUCCEEDED and row.started_at and row.finished_at:
            success = Attempt(row.ran_by, row.started_at, row.finished_at, "succeeded")
            by_seq[row.seq].append(success)
    return {row.id: by_seq[row.seq] for row in rows.values()}


def _counts(aftermath: Aftermath) -> dict[State, int]:
    with Report(aftermath.place.database) as report:
        return {state: number for state, number in report.counts().items() if number}


_ROWS = """
SELECT seq, id, task, state, claims, idle, failures, rescues, ran_by, started_at, finished_at,
  result, cancelled_because, after, key FROM job"""
_ATTEMPTS = """
SELECT seq, worker, started_at, ended_at, outcome FROM attempt ORDER BY seq, number"""
_WORKERS = "SELECT id, kind, name, pid, pool, ended_at FROM worker"
_CHORDS = """
SELECT callback, count(member) FROM chord LEFT JOIN chord_member USING (cid) GROUP BY cid"""
_RECOUNT = "SELECT state, count(*) FROM job GROUP BY state"
