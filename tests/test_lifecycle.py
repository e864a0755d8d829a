"""The table of moves is what the SQL does, for every state and every event."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import apsw
import pytest
from book import NOW, RECOUNT, SECOND, TALLY, Book, new_job

import jobdash
from jobdash.database import statements
from jobdash.errors import Refused
from jobdash.job import FINAL, MOVES, Claim, Event, State
from jobdash.ledger import Death, Ledger, NextStep, Settlement, Timing, Undo
from jobdash.ledger.undo import remembered

WORKER = 7
LATER = NOW + 60 * SECOND
_DELAYED = (State.SCHEDULED, State.RETRYING)
_AFTER_ANOTHER = (Event.FIRE, Event.SKIP, Event.REARM)


@dataclass
class Subject:
    """One job in a queue of its own, with a predecessor that runs or has failed."""

    book: Book
    ledger: Ledger
    seq: int
    before: int

    def claim(self, seq: int) -> Claim:
        """The right to end the job's first attempt, whether there is one or not."""
        blank = dict.fromkeys(Claim._fields)
        return Claim(**blank | {"seq": seq, "number": 1, "task": "t"})  # type: ignore[arg-type]

    def settle(self, event: Event, seq: int | None = None, **parts: Any) -> None:
        settlement = Settlement(event, outcome=parts.pop("outcome", "failed"), **parts)
        self.ledger.attempts.settle(self.claim(self.seq if seq is None else seq), settlement, LATER)

    def everything(self) -> list[Any]:
        """All that is recorded of the job."""
        told = [self.book.row(self.seq)]
        for table in ("attempt", "event", "result"):
            told += self.book.rows(f"SELECT * FROM {table} WHERE seq = ?", (self.seq,))
        return told


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = Book(tmp_path_factory.mktemp("lifecycle") / "jobs.db")
    yield made
    made.database.close()


_numbers = count(1)


def subject(book: Book, state: State, event: Event, **columns: Any) -> Subject:
    """Write a job in that state, so that nothing but the state can stand against the event."""
    number = next(_numbers)
    queue = f"q{number}"
    before = _insert(book, queue, f"before-{number}", **_predecessor(event))
    row: dict[str, Any] = {"state": state, **_facts(state)}
    if event is Event.DEQUEUE and state is State.SCHEDULED:
        row["fresh"] = 1  # huey's consumer has not sorted it yet
    if event in _AFTER_ANOTHER:
        row["after"] = before
    if event is Event.REARM and state in FINAL:
        row["cancelled_because"] = before
    ledger = Ledger(book.database, queue)
    return Subject(book, ledger, _insert(book, queue, f"id-{number}", **row | columns), before)


def _predecessor(event: Event) -> dict[str, Any]:
    if event is Event.REARM:
        return {"state": State.FAILED, "finished_at": NOW, "claims": 1, "started_at": NOW}
    return {"state": State.RUNNING, "worker": 99, "claims": 1, "started_at": NOW}


def _facts(state: State) -> dict[str, Any]:
    facts: dict[str, Any] = {"claims": 1, "ran_by": WORKER, "started_at": NOW, "retries_left": 1}
    if state is State.RUNNING:
        facts["worker"] = WORKER
    if state in FINAL:
        facts["finished_at"] = NOW
    if state in _DELAYED:
        facts["eta"] = NOW
    return facts


def _insert(book: Book, queue: str, id_: str, **columns: Any) -> int:
    with book.database.transaction() as tx:
        message = tx.insert("INSERT INTO message (data, checksum) VALUES (x'00', 0)")
        row = {"id": id_, "queue": queue, "task": "t", "place": 1, "created_at": NOW, **columns}
        row = {"message": message, **row}
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        return tx.insert(f"INSERT INTO job ({names}) VALUES ({marks})", row)


def _take_back(s: Subject) -> None:
    """Undo a decision that has led to where the job stands; from elsewhere, one that has not."""
    undo = Undo(s.seq, Event.DISCARD, b"changes", 0)
    row = s.book.row(s.seq)
    if row["state"] in MOVES[Event.UNDO].sources:
        s.book.write("UPDATE job SET state='failed', finished_at=1 WHERE seq = ?", (s.seq,))
        with s.book.database.transaction() as tx:
            with remembered(tx, s.seq, Event.RETRY) as memory:
                values = (row["state"], row["finished_at"], s.seq)
                tx.run("UPDATE job SET state = ?, finished_at = ? WHERE seq = ?", values)
            assert memory.undo is not None
            undo = memory.undo
    s.ledger.decisions.undo(undo, LATER)


_TURN = NextStep(data=b"now", args="[]", kwargs="{}")

APPLY: dict[Event, Callable[[Subject], object]] = {
    Event.ENQUEUE: lambda s: s.ledger.intake.enqueue([new_job(f"new-{s.seq}")], LATER),
    Event.CLAIM: lambda s: s.ledger.attempts.claim(WORKER, LATER),
    Event.DEQUEUE: lambda s: s.ledger.attempts.claim_for_huey(WORKER, LATER),
    Event.HOLD: lambda s: s.ledger.attempts.claim_due(WORKER, LATER),
    Event.REQUEUE: lambda s: s.ledger.attempts.requeue(s.claim(s.seq), LATER),
    Event.TAKE: lambda s: s.ledger.attempts.take(s.book.row(s.seq)["id"], WORKER, LATER),
    Event.PROMOTE: lambda s: s.ledger.attempts.promote(LATER),
    Event.SUCCEED: lambda s: s.settle(Event.SUCCEED, outcome="succeeded", result=b"r"),
    Event.FAIL: lambda s: s.settle(Event.FAIL, result=b"e"),
    Event.TRY_AGAIN: lambda s: s.settle(Event.TRY_AGAIN, eta=LATER + SECOND, retries_left=1),
    Event.POSTPONE: lambda s: s.settle(Event.POSTPONE, outcome=None, eta=LATER + SECOND),
    Event.RELEASE: lambda s: s.settle(Event.RELEASE, outcome="returned"),
    Event.RESCUE: lambda s: s.ledger.attempts.rescue(WORKER, "killed", LATER),
    Event.EXPIRE: lambda s: s.settle(Event.EXPIRE, outcome=None),
    Event.CANCEL: lambda s: s.ledger.decisions.cancel(s.seq, LATER),
    Event.CONFIRM_CANCEL: lambda s: s.settle(Event.CONFIRM_CANCEL, outcome="cancelled"),
    Event.FIRE: lambda s: s.settle(
        Event.SUCCEED, s.before, outcome="succeeded", linked=True, next_step=_TURN
    ),
    Event.SKIP: lambda s: s.settle(Event.FAIL, s.before, linked=True),
    Event.REARM: lambda s: s.ledger.decisions.retry(s.before, LATER),
    Event.RETRY: lambda s: s.ledger.decisions.retry(s.seq, LATER),
    Event.DISCARD: lambda s: s.ledger.decisions.discard(s.seq, LATER),
    Event.NOW: lambda s: s.ledger.decisions.now(s.seq, LATER),
    Event.CHANGE: lambda s: s.ledger.decisions.change(s.seq, Timing(priority=9), LATER),
    Event.UNDO: _take_back,
    Event.ENQUEUE_AGAIN: lambda s: s.ledger.intake.enqueue(
        [new_job(s.book.row(s.seq)["id"])], LATER
    ),
}


def test_every_event_has_a_way_to_happen() -> None:
    assert set(APPLY) == set(Event) == set(MOVES)


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", State)
def test_an_event_moves_a_job_as_the_table_says(shelf: Book, state: State, event: Event) -> None:
    one = subject(shelf, state, event)
    before = one.everything()
    try:
        APPLY[event](one)
    except Refused:
        assert state not in MOVES[event].sources
    after = one.everything()
    if state in MOVES[event].sources:
        assert after[0]["state"] in MOVES[event].targets
    elif (state, event) == (State.RUNNING, Event.CANCEL):
        assert after[0] == before[0] | {"cancel_requested_at": LATER}
    elif event is Event.ENQUEUE_AGAIN:
        # A copy is made instead; the job itself only stays what it was.
        assert after[0] == before[0]
    else:
        assert after == before


# Statements that move one job, by the event that runs them. Each guards itself.
GUARDED = {
    "promote": Event.PROMOTE,
    "succeed": Event.SUCCEED,
    "fail": Event.FAIL,
    "try_again": Event.TRY_AGAIN,
    "postpone": Event.POSTPONE,
    "release": Event.RELEASE,
    "requeue": Event.REQUEUE,
    "rescue": Event.RESCUE,
    "give_up_rescue": Event.RESCUE,
    "expire": Event.EXPIRE,
    "confirm_cancel": Event.CONFIRM_CANCEL,
    "cancel": Event.CANCEL,
    "fire": Event.FIRE,
    "fire_callback": Event.FIRE,
    "skip": Event.SKIP,
    "rearm": Event.REARM,
    "retry": Event.RETRY,
    "discard": Event.DISCARD,
    "now": Event.NOW,
    "change": Event.CHANGE,
    "enqueue_again": Event.ENQUEUE_AGAIN,
}

# Statements that also set a state, for rows that another statement has chosen by theirs.
CHOSEN = {
    "insert_job": {Event.ENQUEUE},
    "copy_job": {Event.ENQUEUE},
    "insert_handler": {Event.ENQUEUE},
    "set_running": {Event.CLAIM},
    "set_running_from_anywhere": {Event.DEQUEUE, Event.HOLD, Event.TAKE},
    "follow": {Event.ENQUEUE_AGAIN},
}
OWNERS = {name: {event} for name, event in GUARDED.items()} | CHOSEN


class _Anything(dict[str, Any]):
    """Parameters for any statement."""

    def __missing__(self, name: str) -> int:
        return 1


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("state", State)
def test_a_statement_moves_nothing_from_a_state_it_is_not_for(
    shelf: Book, state: State, name: str
) -> None:
    event = GUARDED[name]
    one = subject(shelf, state, event)
    before = one.everything()
    values = _Anything(seq=one.seq, because=one.before, queue=one.ledger.queue, eta=LATER)
    values |= {"task": "t", "args": "[]", "kwargs": "{}", "reason": "x", "result": "x"}
    values |= {"error_type": "x", "error_message": "x", "now": LATER}
    values["state"] = min(MOVES[event].targets)
    shelf.write(statements("ledger")[name], values)
    moved = one.everything() != before
    assert moved == (state in MOVES[event].sources)


def _sets_state(sql: str) -> bool:
    while (bare := re.sub(r"\([^()]*\)", "", sql)) != sql:
        sql = bare
    changes = re.search(r"UPDATE (?:OR \w+ )?job SET(.*?)(WHERE|$)", sql, re.DOTALL)
    return "INTO job " in sql or (changes is not None and "state =" in changes[1])


def _literal_states(sql: str) -> list[str]:
    return re.findall(r"\bSET state = '(\w+)'|^ +SELECT :id, [^']*'(\w+)'", sql, re.MULTILINE)


def test_every_statement_that_sets_a_state_belongs_to_an_event() -> None:
    # The benchmark makes up a history of its own, in a file of its own.
    files = {file.stem for file in Path(jobdash.__file__).with_name("sql").glob("*.sql")} - {
        "bench"
    }
    every = [(name, *one) for name in files for one in statements(name).items()]
    found = {(file, name) for file, name, sql in every if _sets_state(sql)}
    assert found == {("ledger", name) for name in OWNERS}


@pytest.mark.parametrize("name", OWNERS)
def test_a_statement_sets_no_state_that_its_events_do_not_lead_to(name: str) -> None:
    sql = statements("ledger")[name]
    told = {one or other for one, other in _literal_states(sql)}
    assert told or re.search(r":state|\?4", sql), "no state is to be seen"
    for event in OWNERS[name]:
        assert told <= MOVES[event].targets


def _delay(eta: int) -> Callable[[Subject], object]:
    return lambda s: s.ledger.decisions.change(s.seq, Timing(eta=eta), LATER)


VARIANTS: list[tuple[Event, State, dict[str, Any], Callable[[Subject], object], State]] = [
    (
        Event.TRY_AGAIN,
        State.RUNNING,
        {},
        lambda s: s.settle(Event.TRY_AGAIN, eta=None),
        State.PENDING,
    ),
    (
        Event.TRY_AGAIN,
        State.RUNNING,
        {},
        lambda s: s.settle(Event.TRY_AGAIN, eta=LATER - SECOND),
        State.PENDING,
    ),
    (Event.RESCUE, State.RUNNING, {"rescues": 2}, APPLY[Event.RESCUE], State.FAILED),
    (
        Event.RESCUE,
        State.RUNNING,
        {"cancel_requested_at": NOW},
        APPLY[Event.RESCUE],
        State.CANCELLED,
    ),
    (
        Event.RESCUE,
        State.RUNNING,
        {"retry_delay": 5},
        lambda s: s.ledger.attempts.rescue(WORKER, "too slow", LATER, Death.OVERDUE),
        State.RETRYING,
    ),
    (Event.FIRE, State.WAITING, {"eta": LATER + SECOND}, APPLY[Event.FIRE], State.SCHEDULED),
    (Event.RETRY, State.CANCELLED, {"message": None}, APPLY[Event.RETRY], State.WAITING),
    (Event.CHANGE, State.PENDING, {}, _delay(LATER + SECOND), State.SCHEDULED),
    (Event.CHANGE, State.RETRYING, {}, _delay(LATER + SECOND), State.RETRYING),
    (Event.CHANGE, State.SCHEDULED, {}, _delay(LATER), State.PENDING),
]


@pytest.mark.parametrize(
    ("event", "state", "columns", "apply", "target"),
    VARIANTS,
    ids=[f"{event}-to-{target}-{n}" for n, (event, _, _, _, target) in enumerate(VARIANTS)],
)
def test_an_event_with_several_ends_reaches_each(
    shelf: Book,
    event: Event,
    state: State,
    columns: dict[str, Any],
    apply: Callable[[Subject], object],
    target: State,
) -> None:
    one = subject(shelf, state, event, **columns)
    if target is State.WAITING:
        shelf.write("UPDATE job SET after = ? WHERE seq = ?", (one.before, one.seq))
    apply(one)
    assert one.book.state(one.seq) == target
    assert target in MOVES[event].targets


def test_no_final_state_is_left_but_by_asking_for_it() -> None:
    by_hand = {Event.RETRY, Event.DISCARD, Event.REARM, Event.TAKE, Event.ENQUEUE_AGAIN, Event.UNDO}
    leaving = {event for event, move in MOVES.items() if move.sources & FINAL}
    assert leaving == by_hand


def test_the_counts_are_right_after_all_of_this(tmp_path: Path, shelf: Book) -> None:
    recount = shelf.rows(RECOUNT)
    tally = shelf.rows(TALLY)
    assert sorted(tally) == sorted(recount)


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "an unknown state": {"state": "lost"},
    "running without a worker": {"state": "running", "worker": None},
    "pending with a worker": {"state": "pending", "worker": 1},
    "final without its time": {"state": "failed", "finished_at": None},
    "active with an end": {"state": "pending", "finished_at": NOW},
    "scheduled without an eta": {"state": "scheduled", "eta": None},
    "retrying without an eta": {"state": "retrying", "eta": None},
    "a counter below zero": {"state": "pending", "claims": -1},
    "a negative number of retries": {"state": "pending", "retries_left": -1},
    "text where a time belongs": {"state": "pending", "started_at": "today"},
}


@pytest.mark.parametrize("columns", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_the_schema_refuses_the_impossible(shelf: Book, columns: dict[str, Any]) -> None:
    with pytest.raises(apsw.ConstraintError):
        _insert(shelf, "impossible", "id", **columns)


def test_the_schema_refuses_one_id_twice_in_a_queue(shelf: Book) -> None:
    _insert(shelf, "twice", "id", state="pending")
    with pytest.raises(apsw.ConstraintError):
        _insert(shelf, "twice", "id", state="pending")
