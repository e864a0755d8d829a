"""Taking jobs in: single ones, pipelines, groups and chords, each as a whole or not at all."""

from collections.abc import Callable, Sequence
from typing import Any

from jobdash.database import Conflict, Database, Transaction
from jobdash.errors import UsageError
from jobdash.ids import new_id
from jobdash.job import FINAL, State
from jobdash.ledger import rows, workflow
from jobdash.ledger.records import Entry, NewChord, NewJob
from jobdash.ledger.rows import SQL


class Intake:
    """Enters new jobs."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self.queue = queue
        self._ring = ring

    def enqueue(self, units: Sequence[NewJob | NewChord], now: int) -> list[Entry]:
        """Enter everything in one transaction; return where each unit went, in order.

        The entry of a chord is its callback's. Once this returns the jobs survive a power cut.
        """
        with self._database.transaction(durable=True) as tx:
            entries = [self.enter(tx, unit, now) for unit in units]
        self._ring()
        return entries

    def schedule(self, job: NewJob, now: int) -> Entry:
        """Enter one job into what huey counts as its schedule, not its queue."""
        with self._database.transaction(durable=True) as tx:
            entry = self.enter_sorted(tx, job, now)
        self._ring()
        return entry

    def enter(self, tx: Transaction, unit: NewJob | NewChord, now: int) -> Entry:
        """Enter one unit inside the caller's transaction."""
        if isinstance(unit, NewChord):
            return self._enter_chord(tx, unit, now)
        return self._enter_pipeline(tx, unit, now)

    def enter_sorted(self, tx: Transaction, job: NewJob, now: int) -> Entry:
        """Enter a job into huey's schedule, even one with a past eta, in a given transaction."""
        state = None if job.eta is None else State.SCHEDULED
        entry = self._enter_pipeline(tx, job, now, state)
        tx.run(SQL["mark_sorted"], {"seq": entry.seq})
        return entry

    def enter_as(self, tx: Transaction, job: NewJob, state: State, now: int) -> Entry:
        """Enter a job and its later steps in a given state, inside the caller's transaction."""
        return self._enter_pipeline(tx, job, now, state)

    def describe(self, seq: int, job: NewJob, now: int) -> None:
        """Fill in a row that was entered as raw bytes, once its message could be read."""
        with self._database.transaction() as tx:
            tx.run(SQL["describe"], {**_columns(job), "seq": seq})
            self._enter_steps(tx, seq, job, now)

    def find(self, id_: str) -> int | None:
        """Return the number of the job with this id, None if there is none."""
        found = self._database.rows(SQL["job_by_id"], {"id": id_, "queue": self.queue})
        return int(found[0][0]) if found else None

    def _enter_pipeline(
        self, tx: Transaction, job: NewJob, now: int, state: State | None = None
    ) -> Entry:
        if earlier := self._same_key(tx, job, now):
            return earlier
        entry = self._enter_job(tx, job, state or rows.ready_state(job.eta, now), now)
        last = self._enter_steps(tx, entry.seq, job, now)
        if job.member_of is not None:
            cid, position = job.member_of
            tx.run(SQL["move_member"], {"cid": cid, "position": position, "member": last})
        return entry

    def _enter_steps(self, tx: Transaction, head: int, job: NewJob, now: int) -> int:
        last = head
        for step in job.steps:
            last = self._enter_step(tx, step, last, now)
        return last

    def _enter_step(self, tx: Transaction, step: NewJob, after: int, now: int) -> int:
        known = self._known(tx, step.id)
        if known and tx.run(SQL["follow"], {"seq": known[0], "after": after}):
            return int(known[0])
        return self._enter_job(tx, step, State.WAITING, now, after=after).seq

    def _enter_chord(self, tx: Transaction, chord: NewChord, now: int) -> Entry:
        # Before the members: those of a second call are not to run, nor to push out the first.
        if earlier := self._same_key(tx, chord.callback, now):
            return earlier
        tails = [_tail(tx, self.enter(tx, member, now), member) for member in chord.members]
        state = State.WAITING if tails else None
        callback = self._enter_pipeline(tx, chord.callback, now, state)
        tx.run(SQL["forget_members"], {"callback": callback.seq})
        tx.run(SQL["forget_chord"], {"callback": callback.seq})
        tx.run(SQL["insert_chord"], {"cid": chord.cid, "callback": callback.seq})
        for position, tail in enumerate(tails):
            row = {"cid": chord.cid, "position": position, "member": tail}
            tx.run(SQL["insert_member"], row)
        workflow.fire_callback_if_complete(tx, chord.cid, now)
        return callback

    def _enter_job(
        self, tx: Transaction, job: NewJob, state: State, now: int, after: int | None = None
    ) -> Entry:
        message = None if job.data is None else rows.insert_message(tx, job.data)
        values = self._values(job, job.id, state, now, message, after)
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
        values = self._values(job, other, state, now, message, after)
        seq = tx.insert(SQL["insert_job"], values)
        self._promise_key(tx, seq, job, now)
        return self._duplicate(tx, seq, other, known, now)

    def _promise_key(self, tx: Transaction, seq: int, job: NewJob, now: int) -> None:
        """Keep a job from being pruned while its key is to hold."""
        if job.key_window is not None:
            tx.run(SQL["hold_key"], {"seq": seq, "until": now + job.key_window})

    def _values(
        self,
        job: NewJob,
        id_: str,
        state: State,
        now: int,
        message: int | None,
        after: int | None,
    ) -> tuple[object, ...]:
        """Return what insert_job wants, by position: names would cost a tenth of an enqueue."""
        return (
            id_,
            self.queue,
            job.task,
            state,
            job.priority,
            state is State.SCHEDULED,
            job.retries,
            job.retry_delay,
            job.timeout,
            job.hard_timeout,
            job.eta,
            job.expires,
            now,
            message,
            job.args,
            job.kwargs,
            after,
            job.parent,
            job.batch,
            job.key,
            job.retry_backoff,
            job.retry_max_delay,
            job.retry_jitter,
            job.max_rescues,
            job.has_handler,
        )

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
            **_columns(job),
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

    def _known(self, tx: Transaction, id_: str) -> tuple[int, str] | None:
        found = tx.one(SQL["job_by_id"], {"id": id_, "queue": self.queue})
        return (found[0], found[1]) if found else None


def _columns(job: NewJob) -> dict[str, Any]:
    return {
        "task": job.task,
        "args": job.args,
        "kwargs": job.kwargs,
        "retries": job.retries,
        "retry_delay": job.retry_delay,
        "retry_backoff": job.retry_backoff,
        "retry_max_delay": job.retry_max_delay,
        "retry_jitter": job.retry_jitter,
        "max_rescues": job.max_rescues,
        "has_handler": job.has_handler,
        "timeout": job.timeout,
        "hard_timeout": job.hard_timeout,
        "expires": job.expires,
    }


def _tail(tx: Transaction, entry: Entry, unit: NewJob | NewChord) -> int:
    """Return the last step of a unit: the job whose end is the member's end."""
    steps = unit.callback.steps if isinstance(unit, NewChord) else unit.steps
    later = tx.run(SQL["later_steps"], {"seq": entry.seq}) if steps else []
    return int(later[-1][0]) if later else entry.seq
