"""What people decide about jobs: cancel, retry, replay, discard, pause, resume.

A decision survives a power cut. Each says with an `IllegalMove` why a job cannot follow it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from jobdash.database import Database, Transaction
from jobdash.errors import IllegalMove, UnknownJob
from jobdash.ids import new_id
from jobdash.job import FINAL, MOVES, Event, State
from jobdash.ledger import rows, workflow
from jobdash.ledger.intake import Intake
from jobdash.ledger.records import NewJob
from jobdash.ledger.rows import SQL
from jobdash.operations import OPERATIONS

HOLD_AT_ONCE = 500
EVERYTHING = -1


class Decisions:
    """Moves jobs because a person, not a worker, wants it.

    Each decision is a transaction of its own, or goes `within` one that its caller has opened: it
    raises before it writes anything.
    """

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring
        self._intake = Intake(database, queue, ring)

    @contextmanager
    def transaction(self, within: Transaction | None = None) -> Iterator[Transaction]:
        """Open a transaction that survives a power cut, or go on with the one that is open."""
        if within is not None:
            yield within
            return
        with self._database.transaction(durable=True) as tx:
            yield tx
        # A job may be ready now, or a chord's callback have its turn.
        self._ring()

    def cancel(
        self,
        seq: int,
        now: int,
        reason: str = "cancelled by hand",
        within: Transaction | None = None,
    ) -> State:
        """Cancel a job that waits, or ask for the end of one that runs. Return its state."""
        with self.transaction(within) as tx:
            state, *_ = self._standing(tx, seq)
            if state is State.RUNNING:
                if tx.change(SQL["request_cancel"], {"seq": seq, "now": now}):
                    rows.log(tx, now, seq, "cancel requested", reason)
                return state
            _check(Event.CANCEL, seq, state)
            self._cancel(tx, seq, now, reason)
        return State.CANCELLED

    def retry(self, seq: int, now: int, within: Transaction | None = None) -> State:
        """Let a job that did not succeed go on: same id, attempts kept, one more allowed.

        Steps that were cancelled because of it wait for it again. Refused if another job stands for
        its key by now. Returns its new state.
        """
        with self.transaction(within) as tx:
            was, message, before, before_state, cid = self._standing(tx, seq)
            _check(Event.RETRY, seq, was)
            if message is None and (before_state is None or before_state in FINAL):
                raise IllegalMove(_never_had_its_turn(seq, before, before_state))
            self._check_key(tx, seq, now)
            has_turn = message is not None and (cid is None or workflow.is_complete(tx, cid))
            state = State.PENDING if has_turn else State.WAITING
            self._retry(tx, seq, state, now, counted=was is State.FAILED)
            workflow.rearm_steps(tx, seq)
            rows.log(tx, now, seq, "retried by hand", f"was {was}")
        return state

    def replay(self, seq: int, new_id: str, now: int, within: Transaction | None = None) -> int:
        """Make a new job from a finished one, linked to it. Return the new job's number.

        The new job runs alone: later steps and chords of the old one are not run again. It has the
        key of the old one, so that the next enqueue with that key finds it.
        """
        with self.transaction(within) as tx:
            state, message, _, _, cid = self._standing(tx, seq)
            _check_final(seq, state)
            if message is None:
                raise IllegalMove(
                    f"job #{seq} never had its turn, so its arguments are not known: replay the"
                    " step before it"
                )
            copy = tx.insert(SQL["copy_message"], {"id": message})
            place = rows.next_place(tx, seq, now)
            new = tx.insert(
                SQL["copy_job"],
                {"seq": seq, "id": new_id, "place": place, "now": now, "message": copy},
            )
            if cid is not None:
                self._copy_chord(tx, cid, new)
            rows.log(tx, now, seq, "replayed", f"as #{new}")
        return new

    def replay_as(self, seq: int, job: NewJob, now: int, within: Transaction | None = None) -> int:
        """Enter a job that is a replay of a finished one with changes. Return its number.

        It has its own key, or else that of the old one, as a plain replay has.
        """
        with self.transaction(within) as tx:
            state, *_ = self._standing(tx, seq)
            _check_final(seq, state)
            holder = self._intake.key_holder(tx, job, now)
            if holder is not None and holder[0] != seq:
                raise IllegalMove(
                    f"job #{seq} is not replayed: changed like this it would have the key"
                    f" '{job.key}' of #{holder[0]}"
                )
            new = self._intake.enter(tx, replace(job, key=None), now).seq
            until = None if job.key_window is None else now + job.key_window
            marks = {"seq": new, "replay_of": seq, "key": job.key, "until": until, "now": now}
            tx.run(SQL["mark_replay"], marks)
            rows.log(tx, now, seq, "replayed", f"with changes as #{new}")
        return new

    def discard(self, seq: int, now: int, within: Transaction | None = None) -> None:
        """Take a failed job out of the dead letters."""
        with self.transaction(within) as tx:
            state, *_ = self._standing(tx, seq)
            _check(Event.DISCARD, seq, state)
            tx.run(SQL["discard"], {"seq": seq, "now": now})
            rows.log(tx, now, seq, "discarded")

    def pause(self, task: str, now: int) -> bool:
        """Hand out no more jobs of this task, or of the whole queue for ''. False if it was so."""
        with self._database.transaction(durable=True) as tx:
            parameters = {"queue": self._queue, "task": task, "now": now}
            changed = bool(tx.run(SQL["pause"], parameters))
            if changed:
                rows.log(tx, now, None, "paused", task or "everything")
        # The pause holds from its commit on; moving the rows only makes claims cheap again.
        self._hold(task)
        return changed

    def resume(self, task: str, now: int) -> bool:
        """Hand out jobs of this task, or of the whole queue for '', again."""
        # Most rows are freed while the pause still stands, so that a death here loses none.
        while self._free(task, HOLD_AT_ONCE) == HOLD_AT_ONCE:
            pass
        with self._database.transaction(durable=True) as tx:
            changed = bool(tx.run(SQL["resume"], {"queue": self._queue, "task": task}))
            self._free_in(tx, task, EVERYTHING)
            if changed:
                rows.log(tx, now, None, "resumed", task or "everything")
        self._ring()
        return changed

    def flush(self, name: str, now: int) -> None:
        """Cancel what huey's flush_queue ('flushable_queue') or flush_schedule would delete."""
        with self._database.transaction(durable=True) as tx:
            # To cancel the last member of a chord makes its callback pending.
            while found := tx.run(SQL[name], {"queue": self._queue}):
                for (seq,) in found:
                    self._cancel(tx, seq, now, "flushed")
        self._ring()

    def _cancel(self, tx: Transaction, seq: int, now: int, reason: str) -> None:
        tx.run(SQL["cancel"], {"seq": seq, "now": now, "reason": reason})
        rows.log(tx, now, seq, "cancelled", reason)
        workflow.abandon_steps(tx, seq, now, result=None, value=b"")

    def _check_key(self, tx: Transaction, seq: int, now: int) -> None:
        other = tx.one(SQL["stands_for_key"], {"seq": seq, "now": now})
        if other is not None:
            raise IllegalMove(
                f"job #{seq} is not retried: #{other[0]} ({other[1]}) stands for its key now;"
                " replay it if it is to run all the same"
            )

    def _retry(self, tx: Transaction, seq: int, state: State, now: int, *, counted: bool) -> None:
        place = rows.next_place(tx, seq, now)
        parameters = {"seq": seq, "state": state, "place": place, "counted": counted}
        ((id_, queue),) = tx.run(SQL["retry"], parameters)
        tx.run(SQL["unmark_revoked"], {"queue": queue, "id": id_})
        tx.run(SQL["forget_result"], {"seq": seq})

    def _copy_chord(self, tx: Transaction, cid: str, callback: int) -> None:
        copy = new_id()
        tx.run(SQL["insert_chord"], {"cid": copy, "callback": callback})
        tx.run(SQL["copy_chord_members"], {"cid": copy, "old": cid})

    def _hold(self, task: str) -> None:
        """Move a paused task's rows out of the index that claims read, bit by bit."""
        parameters = {"queue": self._queue, "task": task}
        chunks = self._database.rows(SQL["chunks_to_hold"], parameters) if task else []
        for (chunk,) in chunks:
            while self._hold_some(task, chunk) == HOLD_AT_ONCE:
                pass

    def _hold_some(self, task: str, chunk: int) -> int:
        parameters = {"queue": self._queue, "task": task, "chunk": chunk, "most": HOLD_AT_ONCE}
        with self._database.transaction() as tx:
            found = tx.run(SQL["to_hold"], parameters)
            for (seq,) in found:
                tx.run(SQL["hold"], {"seq": seq, "held": True})
        return len(found)

    def _free(self, task: str, most: int) -> int:
        with self._database.transaction() as tx:
            return self._free_in(tx, task, most)

    def _free_in(self, tx: Transaction, task: str, most: int) -> int:
        held = tx.run(SQL["to_free"], {"queue": self._queue, "task": task, "most": most})
        for (seq,) in held:
            tx.run(SQL["hold"], {"seq": seq, "held": False})
        return len(held)

    def _standing(
        self, tx: Transaction, seq: int
    ) -> tuple[State, int | None, int | None, State | None, str | None]:
        found = tx.one(SQL["standing"], {"seq": seq})
        if found is None:
            raise UnknownJob(f"there is no job #{seq}")
        state, message, before, before_state, cid = found
        return State(state), message, before, before_state and State(before_state), cid


def _check_final(seq: int, state: State) -> None:
    if state not in FINAL:
        raise IllegalMove(f"job #{seq} is {state}: only a finished job can be replayed")


def _check(event: Event, seq: int, state: State) -> None:
    """Raise `IllegalMove` if the table of moves does not allow the event from this state."""
    sources = MOVES[event].sources
    if state not in sources:
        allowed = ", ".join(sorted(sources))
        done = OPERATIONS[event].done
        raise IllegalMove(f"job #{seq} is {state}: only {allowed} jobs can be {done}")


def _never_had_its_turn(seq: int, before: int | None, state: State | None) -> str:
    how = "was pruned" if state is None else f"is {state}, retry that one"
    return f"job #{seq} never had its turn: #{before} before it {how}"
