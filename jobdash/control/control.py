"""Decisions about jobs: cancel, retry, replay, discard, now, change, undo, prune, pause, resume."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby, islice
from types import MappingProxyType

from jobdash import wake
from jobdash.control import pruning, told
from jobdash.control.outcome import Outcome, Refusal
from jobdash.database import Transaction, open_database
from jobdash.database.connection import COMMAND_DEADLINE
from jobdash.errors import DatabaseError, NotFound, Refused, UnknownJob
from jobdash.ids import new_id
from jobdash.job import Event
from jobdash.ledger import Ledger, Timing, Undo, telling
from jobdash.ledger.decisions import Decisions
from jobdash.ledger.pruning import TooOld
from jobdash.ledger.undo import remembered

# Few enough that no worker waits long for the write lock, many enough to sync the disk seldom.
AT_ONCE = 100

# What is done to one job; returns the number of the job that it makes, if it makes one.
Act = Callable[[Decisions, int, Transaction], int | None]

_BATCH = "SELECT queue FROM batch WHERE name = :name"
_QUEUES = "SELECT seq, queue FROM json_each(:seqs) JOIN job ON job.seq = value"


class Control:
    """The operations on one file. Jobs are named by their number.

    `deadline` is how many seconds an operation waits for the write lock. An operation on several
    jobs goes on when one of them refuses; the outcome names it. If the control `remembers`, the
    outcome has what `undo` needs to take it back.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        deadline: float = COMMAND_DEADLINE,
        remembers: bool = False,
    ) -> None:
        self._remembers = remembers
        self._database = open_database(path, create=False, deadline=deadline)
        self._ledgers: dict[str, Ledger] = {}

    def cancel(self, seqs: Iterable[int], now: int) -> Outcome:
        """Cancel jobs that wait; ask for the end of jobs that run."""

        def cancel(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.cancel(seq, now, within=within)

        return self.each(seqs, now, cancel, Event.CANCEL)

    def retry(self, seqs: Iterable[int], now: int) -> Outcome:
        """Let jobs that did not succeed go on, each with one more attempt."""

        def retry(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.retry(seq, now, within)

        return self.each(seqs, now, retry, Event.RETRY)

    def discard(self, seqs: Iterable[int], now: int) -> Outcome:
        """Take failed jobs out of the dead letters."""

        def discard(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.discard(seq, now, within)

        return self.each(seqs, now, discard, Event.DISCARD)

    def now(self, seqs: Iterable[int], now: int) -> Outcome:
        """Let jobs run whose time has not come."""

        def bring_forward(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.now(seq, now, within)

        return self.each(seqs, now, bring_forward, Event.NOW)

    def change(self, seqs: Iterable[int], now: int, wanted: Timing) -> Outcome:
        """Change how urgent jobs are that have not begun, or when they are to run."""

        def change(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.change(seq, wanted, now, within)

        return self.each(seqs, now, change, Event.CHANGE)

    def undo(self, undos: Iterable[Undo], now: int) -> Outcome:
        """Take decisions back, the last one first; whoever has moved on since refuses."""
        back = {undo.seq: undo for undo in undos}

        def undo(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.undo(back[seq], now, within)

        whys = {seq: f"takes back: {one.event}" for seq, one in back.items()}
        return self.each(reversed(back), now, undo, whys=whys)

    def replay(self, seqs: Iterable[int], now: int) -> Outcome:
        """Make new jobs from finished ones; `created` has their numbers."""
        return self.each(
            seqs, now, lambda decisions, seq, within: decisions.replay(seq, new_id(), now, within)
        )

    def prune(self, which: TooOld) -> Iterator[int]:
        """Delete ended jobs with all that belongs to them; yield how many went in each step.

        Stopping between two steps, or in one, leaves a sound file. Jobs that others need stay.
        """
        return pruning.prune(self._database, which)

    def prunable(self, which: TooOld) -> int:
        """Return how many jobs `prune` would look at, those that others need included."""
        return pruning.count(self._database, which)

    def pause(self, queue: str, task: str, now: int) -> bool:
        """Hand out no more jobs of a task, or of the queue for ''. False if it was so before."""
        return self._switched(queue, task, "paused", now, self.ledger(queue).decisions.pause)

    def resume(self, queue: str, task: str, now: int) -> bool:
        """Hand out jobs of a task, or of the queue for '', again. False if it was so before."""
        return self._switched(queue, task, "resumed", now, self.ledger(queue).decisions.resume)

    def _switched(
        self, queue: str, task: str, event: str, now: int, switch: Callable[[str, int], bool]
    ) -> bool:
        is_new = switch(task, now)
        if is_new and telling.is_heard():
            telling.tell(now, queue, event, "person", jobs=[(None, task)])
        return is_new

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def ledger(self, queue: str) -> Ledger:
        """Return the ledger of a queue of this file."""
        if queue not in self._ledgers:
            path = self._database.path
            self._ledgers[queue] = Ledger(self._database, queue, lambda: wake.ring(path, queue))
        return self._ledgers[queue]

    def queue_of_batch(self, name: str) -> str:
        """Return the queue that a batch is in. Raises `NotFound`."""
        found = self._database.rows(_BATCH, {"name": name})
        if not found:
            raise NotFound(f"there is no batch {name}: `jobdash batches` lists them")
        return str(found[0][0])

    def each(
        self,
        seqs: Iterable[int],
        now: int,
        act: Act,
        event: Event | None = None,
        whys: Mapping[int, str] = MappingProxyType({}),
    ) -> Outcome:
        """Do one thing to each job, some in one transaction, and tell what came of it.

        What has an event can be taken back. `whys` are reasons, for who listens.
        """
        outcome = Outcome()
        for queue, some in self._portions(iter(seqs)):
            try:
                outcome += self._together(queue, some, now, act, event, whys)
            except DatabaseError as error:
                # What changed before has changed: say so, and why the rest has not.
                return outcome + Outcome(refused=(Refusal(some[0], error),))
        return outcome

    def _portions(self, seqs: Iterator[int]) -> Iterator[tuple[str | None, list[int]]]:
        """Yield some jobs at once, always of one queue; None is the queue of unknown jobs."""
        while some := list(islice(seqs, AT_ONCE)):
            found = self._database.rows(_QUEUES, {"seqs": json.dumps(some)})
            queues: dict[int, str] = dict(found)
            for queue, portion in groupby(some, queues.get):
                yield queue, list(portion)

    def _together(
        self,
        queue: str | None,
        seqs: list[int],
        now: int,
        act: Act,
        event: Event | None,
        whys: Mapping[int, str],
    ) -> Outcome:
        if queue is None:
            return Outcome(refused=tuple(Refusal(seq, _unknown(seq)) for seq in seqs))
        decisions = self.ledger(queue).decisions
        done = _remembered if self._remembers else _done
        outcome = Outcome()
        with decisions.transaction(now) as tx:
            before = told.states(tx, seqs)
            for seq in seqs:
                try:
                    outcome += done(decisions, seq, tx, act, event)
                except (Refused, UnknownJob) as error:
                    outcome += Outcome(refused=(Refusal(seq, error),))
        told.tell(self._database, queue, now, outcome, event, before, whys)
        return outcome


def _done(
    decisions: Decisions, seq: int, within: Transaction, act: Act, _: Event | None
) -> Outcome:
    made = act(decisions, seq, within)
    return Outcome((seq,), () if made is None else (made,))


def _remembered(
    decisions: Decisions, seq: int, within: Transaction, act: Act, event: Event | None
) -> Outcome:
    """Do it, and keep what takes it back."""
    if event is None:
        outcome = _done(decisions, seq, within, act, None)
        return replace(outcome, undos=tuple(Undo(new, Event.ENQUEUE) for new in outcome.created))
    with remembered(within, seq, event) as memory:
        outcome = _done(decisions, seq, within, act, event)
    return replace(outcome, undos=() if memory.undo is None else (memory.undo,))


def _unknown(seq: int) -> UnknownJob:
    return UnknownJob(f"there is no job #{seq}")
