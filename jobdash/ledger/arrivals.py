"""How a job's row comes to be, or is found: by its id and by its key."""

from typing import Any

from jobdash.database import Conflict, Transaction
from jobdash.errors import UsageError
from jobdash.ids import new_id
from jobdash.job import FINAL, State
from jobdash.ledger import rows
from jobdash.ledger.job_columns import columns, inserted
from jobdash.ledger.records import Entry, NewJob
from jobdash.ledger.rows import SQL


class Arrivals:
    """Knows the jobs of a queue by id and key, and makes rows of new ones."""

    def __init__(self, queue: str) -> None:
        self.queue = queue

    def key_holder(self, tx: Transaction, job: NewJob, now: int) -> tuple[int, str] | None:
        """Return number and id of the job that stands for a new job's key, None if none does."""
        if job.key is None:
            return None
        found = tx.one(SQL["job_by_key"], self._key_columns(job, now))
        return None if found is None else (found[0], found[1])

    def _same_key(self, tx: Transaction, job: NewJob, now: int) -> Entry | None:
        """Return where the job with this key went, with the ids of its steps and members."""
        found = self.key_holder(tx, job, now)
        if found is None:
            return None
        seq, id_ = found
        tx.run(SQL["note_repeat"], {"seq": seq, "now": now})
        steps = tuple(step for (step,) in tx.run(SQL["later_ids"], {"seq": seq}))
        members = tuple(member for (member,) in tx.run(SQL["member_ids"], {"callback": seq}))
        return Entry(seq, id_, False, steps, members)

    def _key_columns(self, job: NewJob, now: int) -> dict[str, Any]:
        since = 0 if job.key_window is None else now - job.key_window
        return {
            "queue": self.queue,
            "key": job.key,
            "task": job.task,
            "since": since,
            "keeps_key": job.keeps_key,
        }

    def _enter_job(
        self, tx: Transaction, job: NewJob, state: State, now: int, after: int | None = None
    ) -> Entry:
        message = None if job.data is None else rows.insert_message(tx, job.data)
        values = inserted(self.queue, job, job.id, state, now, message, after)
        try:
            entry = Entry(tx.insert(SQL["insert_job"], values), job.id)
            self._promise_key(tx, entry.seq, job, now)
            return entry
        except Conflict as error:
            known = self._known(tx, job.id)
            if known is None:
                raise UsageError(
                    f"{job.task} cannot be enqueued like this: priority, retries, delays and limits"
                    " are numbers, and retries none below 0"
                ) from error
        if State(known[1]) in FINAL:
            return self._go_on(tx, job, known, state, now, message, after)
        # Still active: the id names the older row, so this job needs another one.
        other = new_id()
        values = inserted(self.queue, job, other, state, now, message, after)
        seq = tx.insert(SQL["insert_job"], values)
        self._promise_key(tx, seq, job, now)
        return self._duplicate(tx, seq, other, known, now)

    def _promise_key(self, tx: Transaction, seq: int, job: NewJob, now: int) -> None:
        """Keep a job from being pruned while its key is to hold."""
        if job.key_window is not None:
            tx.run(SQL["hold_key"], {"seq": seq, "until": now + job.key_window})

    def _go_on(
        self,
        tx: Transaction,
        job: NewJob,
        known: tuple[int, str],
        state: State,
        now: int,
        message: int | None,
        after: int | None,
    ) -> Entry:
        """Let a known id that had ended go on in its own row, with the new message."""
        seq, was = known
        tx.run(SQL["archive_success"], {"id": job.id, "queue": self.queue})
        row = {
            **columns(job),
            "seq": seq,
            "queue": self.queue,
            "state": state,
            "place": rows.next_place(tx, seq, now, job.priority),
            "fresh": state is State.SCHEDULED,
            "priority": job.priority,
            "eta": job.eta,
            "message": message,
            "after": after,
        }
        tx.run(SQL["enqueue_again"], row)
        rows.log(tx, now, seq, "enqueued again", f"was {was}")
        return Entry(seq, job.id)

    def _duplicate(
        self, tx: Transaction, seq: int, id_: str, known: tuple[int, str], now: int
    ) -> Entry:
        tx.run(SQL["mark_duplicate"], {"seq": seq, "duplicate_of": known[0]})
        rows.log(tx, now, seq, "duplicate id", f"#{known[0]} with this id is {known[1]}")
        return Entry(seq, id_)

    def _known(self, tx: Transaction, id_: str) -> tuple[int, str] | None:
        found = tx.one(SQL["job_by_id"], {"id": id_, "queue": self.queue})
        return (found[0], found[1]) if found else None
