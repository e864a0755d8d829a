"""Tasks, pipelines, groups and chords, described as jobs that are entered at once."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from huey.api import ChordResult, Result, ResultGroup, chord, group
from huey.utils import ChordConfig

from jobdash.broker.idempotency import given_key_columns
from jobdash.broker.times import now
from jobdash.ledger import Entry, NewChord, NewJob

# How units become rows: (units, now, groups) -> where each went.
Commit = Callable[[Sequence[NewJob | NewChord], int, Sequence[slice]], list[Entry]]


class Units:
    """Tasks, groups and chords that are entered in one transaction, as part of a batch or not."""

    def __init__(self, huey: Any, batch: str | None = None) -> None:
        self._huey = huey
        self._batch = batch
        self._units: list[NewJob | NewChord] = []
        self._heads: list[Any] = []
        self._tails: list[Sequence[Any]] = []
        self._groups: list[slice] = []
        self._announced: list[tuple[int, Any]] = []

    def add(self, task: Any) -> Callable[[], Any]:
        """Add a unit; return what makes its result handle once they are entered."""
        if isinstance(task, group):
            start = len(self._units)
            members = [self.add(member) for member in task.tasks]
            self._groups.append(slice(start, len(self._units)))
            return lambda: ResultGroup([member() for member in members])
        if isinstance(task, chord):
            return self._add_chord(task)
        self._resolve(task)
        self._announce(task)
        self._unit(self._describe(task), task)
        return lambda: self._huey._handle(task)

    def __len__(self) -> int:
        """Return how many there are; the members of a group count by themselves."""
        return len(self._units)

    def enter(self, commit: Commit | None = None) -> None:
        """Commit, give the tasks the ids that they got, and announce them."""
        huey = self._huey
        enqueue = commit or huey.ledger.intake.enqueue
        entries = enqueue(self._units, now(), self._groups)
        for head, tails, entry in zip(self._heads, self._tails, entries, strict=True):
            if not entry.is_new:
                head.is_known = True
            _adopt_ids(head, tails, entry)
        for unit, task in self._announced:
            if entries[unit].is_new:
                huey.announce_enqueued(task)

    def _add_chord(self, unit: Any) -> Callable[[], Any]:
        tails = self._prepare(unit)
        self._unit(self._plan(unit), unit.callback, tails)
        callback = unit.callback

        def handle() -> ChordResult:
            huey = self._huey
            pipeline = huey._pipeline_results(callback)
            members = [Result(huey, tail) for tail in tails]
            return ChordResult(
                members, pipeline[0], ResultGroup(pipeline) if len(pipeline) > 1 else None
            )

        return handle

    def _prepare(self, unit: Any) -> list[Any]:
        """Tell the last step of each member which chord it belongs to; return those steps."""
        cid, size = str(uuid.uuid4()), len(unit.tasks)
        unit._jobdash_cid, tails = cid, []
        for position, member in enumerate(unit.tasks):
            if isinstance(member, group):
                raise ValueError(
                    "cannot use `group` as a chord member - use .then() to convert to a `chord`"
                    " first."
                )
            tail = _last_step(member.callback if isinstance(member, chord) else member)
            tail.chord_config = ChordConfig(cid, size, position, unit.callback)
            tails.append(tail)
        return tails

    def _plan(self, unit: Any) -> NewChord:
        members: list[NewJob | NewChord] = []
        for member in unit.tasks:
            if isinstance(member, chord):
                self._prepare(member)
                members.append(self._plan(member))
            else:
                self._resolve(member)
                members.append(self._describe(member))
                self._announce(member)
        if not unit.tasks:
            self._announce(unit.callback)
        self._resolve(unit.callback)
        keyed = given_key_columns(unit.callback) or {"key": None}
        callback = self._describe(unit.callback, **keyed)
        return NewChord(unit._jobdash_cid, tuple(members), callback)

    def _describe(self, task: Any, **columns: Any) -> NewJob:
        config = chord_config(task)
        member_of = None if config is None else (config.cid, config.idx)
        described: NewJob = self._huey.messages.describe(
            task, member_of=member_of, batch=self._batch, **columns
        )
        return described

    def _unit(self, unit: NewJob | NewChord, head: Any, tails: Sequence[Any] = ()) -> None:
        self._units.append(unit)
        self._heads.append(head)
        self._tails.append(tails)

    def _announce(self, task: Any) -> None:
        # Of the unit that comes next, if that is entered and no earlier one stands for it.
        self._announced.append((len(self._units), task))

    def _resolve(self, task: Any) -> None:
        if task.expires:
            task.resolve_expires(self._huey.utc)


def _adopt_ids(head: Any, tails: Sequence[Any], entry: Entry) -> None:
    """Give tasks the ids of the rows that stand for them, so that their handles find the results.

    The id that was asked for may belong to another job that is still active, and the key to an
    earlier one.
    """
    _rename(head, entry.id)
    step = head
    for id_ in entry.steps:
        step = step.on_complete
        if step is None:
            break
        _rename(step, id_)
    for tail, id_ in zip(tails, entry.members, strict=False):
        _rename(tail, id_)


def _rename(task: Any, id_: str) -> None:
    task.id, task.revoke_id = id_, f"r:{id_}"


def _last_step(task: Any) -> Any:
    while task.on_complete is not None:
        task = task.on_complete
    return task


def chord_config(task: Any) -> Any:
    """Return the chord that the last step of this task's pipeline belongs to, or None."""
    return _last_step(task).chord_config
