"""Deleting jobs that ended long ago, in steps so small that nobody waits for one.

No index knows when jobs ended: it would cost every job. The tally leads to the chunks of numbers
that hold ended jobs, and those are read from the oldest on. What is freed is used again by later
jobs; the file does not shrink.
"""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobdash.database import Database, Transaction, statements
from jobdash.job import CHUNK, FINAL, MICROSECONDS, State
from jobdash.ledger import telling

SQL = statements("pruning")

# So many numbers are read at once, and so many jobs deleted: a few milliseconds on a slow machine.
SLICE = 2048
JOBS_AT_ONCE, INPUTS_AT_ONCE = 100, 1000
LAST_NAME = "\U0010ffff"
_ANY_TASK = ("", LAST_NAME)
_DAY = 24 * 3600 * MICROSECONDS

# A job's traces in other tables, which go before it does.
_TRACES = (
    "drop_messages",
    "drop_results",
    "drop_attempts",
    "drop_events",
    "drop_revocations",
    "dissolve_chords",
)


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many microseconds ended jobs are kept, failed ones apart; None is for ever."""

    kept: int | None = 7 * _DAY
    kept_failed: int | None = None

    def too_old(self, now: int, queue: str) -> "TooOld":
        """Return which jobs of a queue have been kept long enough."""
        found = dict.fromkeys(FINAL, self.kept) | {State.FAILED: self.kept_failed}
        cuts = {state: now - kept for state, kept in found.items() if kept is not None}
        return TooOld(cuts, now, queue)


@dataclass(frozen=True, slots=True)
class TooOld:
    """Which jobs are meant: those that ended before the cut of their state.

    Of one queue or, for '', of any; of tasks whose names sort between two, both included.
    """

    cuts: Mapping[State, int]
    now: int
    queue: str = ""
    first_task: str = ""
    last_task: str = LAST_NAME

    def parameters(self) -> dict[str, Any]:
        """Return what the statements call them."""
        return {
            **{str(state): self.cuts.get(state) for state in FINAL},
            "states": f" {' '.join(sorted(self.cuts))} ",
            "now": self.now,
            "queue": self.queue,
            "start": self.first_task,
            "end": self.last_task,
        }


class Pruning:
    """Finds and deletes, each step in one short transaction.

    A step waits `deadline` seconds for its turn; None is as long as any command. `by` is who does
    it, for who listens.
    """

    def __init__(
        self, database: Database, deadline: float | None = None, by: str = "person"
    ) -> None:
        self._database = database
        self._deadline = deadline
        self._by = by

    def chunks(self, which: TooOld) -> list[int]:
        """Return the chunks with jobs in these states, the oldest first."""
        return [chunk for (chunk,) in self._rows("chunks", which.parameters())]

    def young_for(self, chunk: int, which: TooOld) -> int:
        """Return for how many microseconds surely no job of a chunk is too old.

        Jobs are numbered as they come, and none ends before it came.
        """
        created = self._rows("first_created", {"low": chunk * CHUNK})
        return min(created[0][0] - max(which.cuts.values()), _DAY) if created else 0

    def count(self, chunk: int, which: TooOld) -> int:
        """Return how many jobs of a chunk are too old, those that others need included."""
        ((found,),) = self._rows("too_old", _between(chunk * CHUNK, CHUNK, which))
        return int(found)

    def prune(self, chunk: int, which: TooOld) -> Generator[int, None, int]:
        """Delete what is too old in a chunk, and tell after each step how many jobs that were.

        Returns in how many microseconds the next one will be too old: not more than 0 if others
        need one that is, a day if there is none.
        """
        due = _DAY
        for low in range(chunk * CHUNK, (chunk + 1) * CHUNK, SLICE):
            parameters = _between(low, SLICE, which)
            yield from self._prune_slice(parameters)
            due = min(due, self._due_in(parameters))
            yield 0
        if self._rows("empty_tally", {"chunk": chunk}):
            self._clear_tally(chunk)
        return due

    def prune_batches(self, which: TooOld) -> Iterator[int]:
        """Delete batches of whose jobs none is left, with their inputs; yield after each step.

        Only where what succeeded is too old, whatever its task.
        """
        if State.SUCCEEDED not in which.cuts or (which.first_task, which.last_task) != _ANY_TASK:
            return
        cut = {"cut": which.cuts[State.SUCCEEDED], "queue": which.queue}
        while found := self._rows("forgotten_batches", {**cut, "most": JOBS_AT_ONCE}):
            for id_, name in found:
                while self._shrink_batch({**cut, "id": id_, "name": name}):
                    yield 0
            yield 0

    def _shrink_batch(self, batch: dict[str, Any]) -> bool:
        """Delete some of its inputs, or what is left without any; return whether to go on."""
        with self._transaction() as tx:
            # Somebody may have resumed it meanwhile.
            if not tx.run(SQL["still_forgotten"], batch):
                return False
            if tx.run(SQL["drop_inputs"], {**batch, "most": INPUTS_AT_ONCE}):
                return True
            tx.run(SQL["drop_lanes"], batch)
            tx.run(SQL["drop_batch"], batch)
            return False

    def _prune_slice(self, parameters: dict[str, Any]) -> Iterator[int]:
        while found := self._rows("prunable", parameters):
            yield self._delete([seq for (seq,) in found], parameters)
            # Their members can go now.
            while self._rows("dissolved_chords", {}):
                yield self._clear_chords()

    def _due_in(self, parameters: dict[str, Any]) -> int:
        ((found,),) = self._rows("next_due", parameters)
        return _DAY if found is None else int(found)

    def _delete(self, seqs: list[int], parameters: dict[str, Any]) -> int:
        with self._transaction() as tx:
            # Somebody may have retried one meanwhile.
            found = tx.run(SQL["still_prunable"], {**parameters, "seqs": json.dumps(seqs)})
            drop(tx, [seq for seq, *_ in found])
        if telling.is_heard():
            self._tell(found, parameters["now"])
        return len(found)

    def _tell(self, gone: Sequence[tuple[int, str, str, str]], now: int) -> None:
        why = "it ended long ago"
        for seq, queue, task, state in gone:
            jobs = [(seq, task)]
            telling.tell(now, queue, "pruned", self._by, jobs=jobs, before=state, why=why)

    def _clear_chords(self) -> int:
        with self._transaction() as tx:
            tx.run(SQL["drop_members"], {"most": JOBS_AT_ONCE})
            tx.run(SQL["drop_chords"])
        return 0

    def _clear_tally(self, chunk: int) -> None:
        with self._transaction() as tx:
            tx.run(SQL["drop_empty_tally"], {"chunk": chunk})
            tx.run(SQL["drop_empty_log_use"], {"chunk": chunk})

    def _transaction(self) -> Transaction:
        return self._database.transaction(deadline=self._deadline)

    def _rows(self, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        return self._database.rows(SQL[name], parameters)


def _between(low: int, numbers: int, which: TooOld) -> dict[str, Any]:
    return {
        **which.parameters(),
        "low": low,
        "high": low + numbers - 1,
        "most": JOBS_AT_ONCE,
    }


def drop(tx: Transaction, seqs: Sequence[int]) -> None:
    """Delete jobs and their traces in other tables; nobody must need them any more."""
    chosen = {"seqs": json.dumps(seqs)}
    for trace in _TRACES:
        tx.run(SQL[trace], chosen)
    tx.run(SQL["drop_jobs"], chosen)
