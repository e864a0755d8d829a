"""What people decide about jobs: cancel, retry, replay, discard, now, change, pause, resume.

A decision survives a power cut. Each says with an `IllegalMove` why a job cannot follow it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from jobdash.database import Database, Transaction
from jobdash.errors import IllegalMove, UnknownJob
from jobdash.ids import new_id
from jobdash.job import FINAL, MOVES, Event, State
from jobdash.ledger import lanes, rows, timing, workflow
from jobdash.ledger.intake import Intake
from jobdash.ledger.pausing import Pauses
from jobdash.ledger.records import NewJob
from jobdash.ledger.rows import SQL
from jobdash.ledger.timing import Timing
from jobdash.ledger.undo import Undo, check_not_begun, take_back
from jobdash.operations import OPERATIONS


class Decisions(Pauses):
    """Moves jobs because a person, not a worker, wants it.

    Each decision is a transaction of its own, or goes `within` one that its caller has opened: it
    raises before it writes anything.
    """

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        super().__init__(database, queue, ring)
        self._intake = Intake(database, queue, ring)

    @contextmanager
    def transaction(self, now: int, within: Transaction | None = None) -> Iterator[Transaction]:
        """Open a transaction that survives a power cut, or go on with the one that is open."""
        if within is not None:
            yield within
            return
        with self._database.transaction(durable=True) as tx:
            yield tx
            lanes.keep(tx, self._queue, now)
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
        with self.transaction(now, within) as tx:
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
        with self.transaction(now, within) as tx:
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
        with self.transaction(now, within) as tx:
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
        with self.transaction(now, within) as tx:
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
        with self.transaction(now, within) as tx:
            state, *_ = self._standing(tx, seq)
            _check(Event.DISCARD, seq, state)
            tx.run(SQL["discard"], {"seq": seq, "now": now})
            rows.log(tx, now, seq, "discarded")

    def now(self, seq: int, now: int, within: Transaction | None = None) -> None:
        """Let a job run whose time has not come, behind what is as urgent."""
        with self.transaction(now, within) as tx:
            state, *_ = self._standing(tx, seq)
            _check(Event.NOW, seq, state)
            timing.bring_forward(tx, seq, now)
            rows.log(tx, now, seq, "brought forward", f"was {state}")

    def change(
        self, seq: int, wanted: Timing, now: int, within: Transaction | None = None
    ) -> State:
        """Change how urgent a job is that has not begun, or when it is to run. Return its state."""
        with self.transaction(now, within) as tx:
            state, *_ = self._standing(tx, seq)
            _check(Event.CHANGE, seq, state)
            state = timing.change(tx, seq, wanted, now)
            rows.log(tx, now, seq, "changed by hand", str(wanted))
        return state

    def undo(self, undo: Undo, now: int, within: Transaction | None = None) -> None:
        """Take a decision back, all of it, as long as the job stands as that has left it.

        A job that the decision has made is cancelled, unless it has begun.
        """
        with self.transaction(now, within) as tx:
            state, *_ = self._standing(tx, undo.seq)
            if not undo.changes:
                check_not_begun(undo.seq, state, tx.run(SQL["claims"], {"seq": undo.seq})[0][0])
                self._cancel(tx, undo.seq, now, "undone by hand")
                return
            if undo.event is Event.CANCEL:
                self._check_key(tx, undo.seq, now, rival=undo.rival)
            take_back(tx, undo, now)

    def flush(self, name: str, now: int) -> None:
        """Cancel what huey's flush_queue ('flushable_queue') or flush_schedule would delete."""
        with self._database.transaction(durable=True) as tx:
            # To cancel the last member of a chord makes its callback pending.
            while found := tx.run(SQL[name], {"queue": self._queue}):
                for (seq,) in found:
                    self._cancel(tx, seq, now, "flushed")
            lanes.keep(tx, self._queue, now)
        self._ring()

    def _cancel(self, tx: Transaction, seq: int, now: int, reason: str) -> None:
        tx.run(SQL["cancel"], {"seq": seq, "now": now, "reason": reason})
        rows.log(tx, now, seq, "cancelled", reason)
        workflow.abandon_steps(tx, seq, now, result=None, value=b"")

    def _check_key(self, tx: Transaction, seq: int, now: int, *, rival: int | None = None) -> None:
        other = tx.one(SQL["stands_for_key"], {"seq": seq, "now": now})
        if other is not None and other[0] != rival:
            raise IllegalMove(
                f"job #{seq} stays as it is: #{other[0]} ({other[1]}) stands for its key now;"
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
    if state not in MOVES[event].sources:
        raise IllegalMove(f"job #{seq} is {state}: {OPERATIONS[event].condition}")


def _never_had_its_turn(seq: int, before: int | None, state: State | None) -> str:
    how = "was pruned" if state is None else f"is {state}, retry that one"
    return f"job #{seq} never had its turn: #{before} before it {how}"
