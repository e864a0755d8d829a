"""Taking jobs in: single ones, pipelines, groups and chords, each as a whole or not at all."""

import json
from collections.abc import Callable, Iterable, Sequence

from jobdash.database import Database, Transaction
from jobdash.job import State
from jobdash.ledger import lanes, rows, telling, workflow
from jobdash.ledger.arrivals import Arrivals
from jobdash.ledger.job_columns import columns
from jobdash.ledger.records import Entry, NewChord, NewJob
from jobdash.ledger.rows import SQL


class Intake(Arrivals):
    """Enters new jobs."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        super().__init__(queue)
        self._database = database
        self._ring = ring

    def enqueue(
        self, units: Sequence[NewJob | NewChord], now: int, groups: Iterable[slice] = ()
    ) -> list[Entry]:
        """Enter everything in one transaction; return where each unit went, in order.

        The entry of a chord is its callback's. `groups` are the units that huey's groups are made
        of. Once this returns the jobs survive a power cut.
        """
        with self._database.transaction(durable=True) as tx:
            entries = self.enter_all(tx, units, now, groups)
        self._ring()
        if telling.is_heard():
            self._tell(units, entries, now)
        return entries

    def enter_all(
        self,
        tx: Transaction,
        units: Sequence[NewJob | NewChord],
        now: int,
        groups: Iterable[slice] = (),
    ) -> list[Entry]:
        """Enter everything inside the caller's transaction; as `enqueue`."""
        entries = [self.enter(tx, unit, now) for unit in units]
        for members in groups:
            self._link_group(tx, entries[members])
        lanes.let_through(tx, self.queue)
        return entries

    def _tell(self, units: Sequence[NewJob | NewChord], entries: Sequence[Entry], now: int) -> None:
        for unit, entry in zip(units, entries, strict=True):
            if entry.is_new:
                job, state = (
                    (unit, rows.ready_state(unit.eta, now))
                    if isinstance(unit, NewJob)
                    else (unit.callback, State.WAITING)
                )
                jobs = [(entry.seq, job.task)]
                telling.tell(now, self.queue, "enqueued", "app", jobs=jobs, to=state)

    def schedule(self, job: NewJob, now: int) -> Entry:
        """Enter one job into what huey counts as its schedule, not its queue."""
        with self._database.transaction(durable=True) as tx:
            entry = self.enter_sorted(tx, job, now)
            lanes.let_through(tx, self.queue)
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
            tx.run(SQL["describe"], {**columns(job), "seq": seq})
            self._enter_steps(tx, seq, job, now)

    def _link_group(self, tx: Transaction, entries: Sequence[Entry]) -> None:
        """Note which jobs were enqueued as one group; not those that were there before."""
        seqs = [entry.seq for entry in entries if entry.is_new]
        if seqs:
            tx.run(SQL["link_group"], {"head": seqs[0], "seqs": json.dumps(seqs)})

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


def _tail(tx: Transaction, entry: Entry, unit: NewJob | NewChord) -> int:
    """Return the last step of a unit: the job whose end is the member's end."""
    steps = unit.callback.steps if isinstance(unit, NewChord) else unit.steps
    later = tx.run(SQL["later_steps"], {"seq": entry.seq}) if steps else []
    return int(later[-1][0]) if later else entry.seq
