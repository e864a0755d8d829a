"""Decisions about jobs: cancel, retry, replay, discard, prune, pause, resume."""

import os
from collections.abc import Callable, Iterable, Iterator

from jobdash import wake
from jobdash.control import pruning
from jobdash.control.outcome import Outcome, Refusal
from jobdash.database import open_database
from jobdash.database.connection import COMMAND_DEADLINE
from jobdash.errors import DatabaseError, Refused, UnknownJob
from jobdash.ids import new_id
from jobdash.ledger import Ledger
from jobdash.ledger.decisions import Decisions
from jobdash.ledger.pruning import TooOld


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
        return self._each(seqs, lambda decisions, seq: decisions.cancel(seq, now))

    def retry(self, seqs: Iterable[int], now: int) -> Outcome:
        """Let jobs that did not succeed go on, each with one more attempt."""
        return self._each(seqs, lambda decisions, seq: decisions.retry(seq, now))

    def discard(self, seqs: Iterable[int], now: int) -> Outcome:
        """Take failed jobs out of the dead letters."""
        return self._each(seqs, lambda decisions, seq: decisions.discard(seq, now))

    def replay(self, seqs: Iterable[int], now: int) -> Outcome:
        """Make new jobs from finished ones; `created` has their numbers."""
        created: list[int] = []
        outcome = self._each(
            seqs, lambda decisions, seq: created.append(decisions.replay(seq, new_id(), now))
        )
        return Outcome(outcome.changed, tuple(created), outcome.refused)

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

    def _each(self, seqs: Iterable[int], act: Callable[[Decisions, int], object]) -> Outcome:
        changed: list[int] = []
        refused: list[Refusal] = []
        for seq in seqs:
            try:
                act(self._decisions(seq), seq)
                changed.append(seq)
            except (Refused, UnknownJob) as error:
                refused.append(Refusal(seq, error))
            except DatabaseError as error:
                # What changed before has changed: say so, and why the rest has not.
                refused.append(Refusal(seq, error))
                break
        return Outcome(tuple(changed), (), tuple(refused))

    def _decisions(self, seq: int) -> Decisions:
        found = self._database.rows("SELECT queue FROM job WHERE seq = :seq", {"seq": seq})
        if not found:
            raise UnknownJob(f"there is no job #{seq}")
        return self.ledger(found[0][0]).decisions
