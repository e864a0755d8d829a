"""How a decision about a job is taken back: its rows get their old values, if nobody moved on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from jobdash.database import Transaction
from jobdash.errors import IllegalMove
from jobdash.job import FINAL, Event, State
from jobdash.ledger import rows, workflow
from jobdash.ledger.rows import SQL

# Where decisions write. Counts follow by triggers, and the log tells of both.
_TABLES = ("job", "chord_member", "result", "kv")
_CONCERNS_OTHERS = frozenset({Event.CANCEL, Event.RETRY})
_BEGUN = "job #{} is not taken back: it has begun or ended since"


class Undo(NamedTuple):
    """What takes a decision about a job back. Of use in the process that has made it.

    `changes` are those of the decision; empty if it made the job. `standing` stands for how the job
    and the others of its workflow stood right after it. `rival` is the newest other job that had
    its key then: it had it beside this one before, and is no reason against it.
    """

    seq: int
    event: Event
    changes: bytes = b""
    standing: int = 0
    rival: int | None = None


class Memory:
    """What one decision did, once its block has ended; `undo` is None if there is no way back."""

    undo: Undo | None = None


@contextmanager
def remembered(tx: Transaction, seq: int, event: Event) -> Iterator[Memory]:
    """Note in a block what a decision about a job changes."""
    memory = Memory()
    with tx.record(*_TABLES) as recording:
        yield memory
    # A job that runs has only been asked to stop, and its worker may be doing so by now.
    if recording.changes and not tx.one(SQL["is_running"], {"seq": seq}):
        standing = _standing(tx, seq, event)
        memory.undo = Undo(seq, event, recording.changes, standing, _rival(tx, seq))


def take_back(tx: Transaction, undo: Undo, now: int) -> None:
    """Let the job stand again as it stood before. Raises `IllegalMove` if it has moved on."""
    seq = undo.seq
    # As the decision has left it: whoever was let through after it would be one who has moved on.
    for other, *_ in _kin(tx, seq, undo.event):
        tx.run(SQL["hold_again"], {"seq": other})
    if _standing(tx, seq, undo.event) != undo.standing or not tx.revert(undo.changes):
        raise IllegalMove(_moved_on(tx, seq))
    for other, *_ in _kin(tx, seq, undo.event):
        tx.run(SQL["hold_if_paused"], {"seq": other})
        # While a member was to run again, the others may have ended.
        for (cid,) in tx.run(SQL["chords_of"], {"seq": other}):
            workflow.fire_callback_if_complete(tx, cid, now)
    rows.log(tx, now, seq, "undone by hand", str(undo.event))


def check_not_begun(seq: int, state: State, claims: int) -> None:
    """Raise `IllegalMove` if a job that a decision has made cannot be taken away any more."""
    if claims or state in FINAL:
        raise IllegalMove(_BEGUN.format(seq))


def _standing(tx: Transaction, seq: int, event: Event) -> int:
    return hash(tuple(_kin(tx, seq, event)))


def _rival(tx: Transaction, seq: int) -> int | None:
    # Long before anything: a key's window leaves nobody out.
    found = tx.one(SQL["stands_for_key"], {"seq": seq, "now": 0})
    return None if found is None else int(found[0])


def _kin(tx: Transaction, seq: int, event: Event) -> list[tuple[object, ...]]:
    return tx.run(SQL["kin" if event in _CONCERNS_OTHERS else "alone"], {"seq": seq})


def _moved_on(tx: Transaction, seq: int) -> str:
    found = tx.one(SQL["standing"], {"seq": seq})
    if found is None:
        return f"job #{seq} is not there any more"
    gone_on = "it, or another job of its workflow, has gone on since"
    return f"job #{seq} is {found[0]} and cannot be put back: {gone_on}"
