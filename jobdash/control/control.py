"""Decisions about jobs: cancel, retry, replay, discard, prune, pause, resume."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice

from jobdash import wake
from jobdash.control import pruning
from jobdash.control.outcome import Outcome, Refusal
from jobdash.database import Transaction, open_database
from jobdash.database.connection import COMMAND_DEADLINE
from jobdash.errors import DatabaseError, Refused, UnknownJob
from jobdash.ids import new_id
from jobdash.ledger import Ledger
from jobdash.ledger.decisions import Decisions
from jobdash.ledger.pruning import TooOld

# Few enough that no worker waits long for the write lock, many enough to sync the disk seldom.
AT_ONCE = 100

# What is done to one job; returns the number of the job that it makes, if it makes one.
Act = Callable[[Decisions, int, Transaction], int | None]

_QUEUES = "SELECT seq, queue FROM json_each(:seqs) JOIN job ON job.seq = value"


class Control:
    """The operations on one file. Jobs are named by their number.

    `deadline` is how many seconds an operation waits for the write lock. An operation on several
    jobs goes on when one of them refuses; the outcome names it.
    """

    def __init__(self, path: str | os.PathLike[str], *, deadline: float = COMMAND_DEADLINE) -> None:
        self._database = open_database(path, create=False, deadline=deadline)
        self._ledgers: dict[str, Ledger] = {}

    def cancel(self, seqs: Iterable[int], now: int) -> Outcome:
        """Cancel jobs that wait; ask for the end of jobs that run."""

        def cancel(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.cancel(seq, now, within=within)

        return self.each(seqs, cancel)

    def retry(self, seqs: Iterable[int], now: int) -> Outcome:
        """Let jobs that did not succeed go on, each with one more attempt."""

        def retry(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.retry(seq, now, within)

        return self.each(seqs, retry)

    def discard(self, seqs: Iterable[int], now: int) -> Outcome:
        """Take failed jobs out of the dead letters."""

        def discard(decisions: Decisions, seq: int, within: Transaction) -> None:
            decisions.discard(seq, now, within)

        return self.each(seqs, discard)

    def replay(self, seqs: Iterable[int], now: int) -> Outcome:
        """Make new jobs from finished ones; `created` has their numbers."""
        return self.each(
            seqs, lambda decisions, seq, within: decisions.replay(seq, new_id(), now, within)
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
        return self.ledger(queue).decisions.pause(task, now)

    def resume(self, queue: str, task: str, now: int) -> bool:
        """Hand out jobs of a task, or of the queue for '', again. False if it was so before."""
        return self.ledger(queue).decisions.resume(task, now)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def ledger(self, queue: str) -> Ledger:
        """Return the ledger of a queue of this file."""
        if queue not in self._ledgers:
            path = self._database.path
            self._ledgers[queue] = Ledger(self._database, queue, lambda: wake.ring(path, queue))
        return self._ledgers[queue]

    def each(self, seqs: Iterable[int], act: Act) -> Outcome:
        """Do one thing to each job, some in one transaction, and tell what came of it."""
        outcome = Outcome()
        for queue, some in self._portions(iter(seqs)):
            try:
                outcome += self._together(queue, some, act)
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

    def _together(self, queue: str | None, seqs: list[int], act: Act) -> Outcome:
        if queue is None:
            return Outcome(refused=tuple(Refusal(seq, _unknown(seq)) for seq in seqs))
        decisions = self.ledger(queue).decisions
        outcome = Outcome()
        with decisions.transaction() as tx:
            for seq in seqs:
                outcome += _tried(decisions, seq, tx, act)
        return outcome


def _tried(decisions: Decisions, seq: int, within: Transaction, act: Act) -> Outcome:
    try:
        made = act(decisions, seq, within)
    except (Refused, UnknownJob) as error:
        return Outcome(refused=(Refusal(seq, error),))
    return Outcome((seq,), () if made is None else (made,))


def _unknown(seq: int) -> UnknownJob:
    return UnknownJob(f"there is no job #{seq}")
