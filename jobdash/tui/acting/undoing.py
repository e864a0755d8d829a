"""Takes back what the person at the screen has just done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobdash.errors import DatabaseError
from jobdash.job import Event, State
from jobdash.report import Report
from jobdash.tui.acting import told
from jobdash.tui.acting.bulk import PORTION, Bulk
from jobdash.tui.acting.teller import Teller
from jobdash.tui.acting.under_way import UnderWay
from jobdash.tui.acting.undo import OPENS, Done, Pause, Recent
from jobdash.tui.clock import now_us

if TYPE_CHECKING:
    from jobdash.control import Undo

_NOT_BEGUN = frozenset({State.WAITING, State.SCHEDULED, State.PENDING, State.RETRYING})
# Where an act has left a job, which has gone on since if it is elsewhere.
_LEFT_IN: Mapping[Event, frozenset[State]] = {
    Event.ENQUEUE: _NOT_BEGUN,
    Event.RETRY: _NOT_BEGUN,
    Event.NOW: _NOT_BEGUN,
    Event.CHANGE: _NOT_BEGUN,
    Event.CANCEL: frozenset({State.CANCELLED}),
    Event.DISCARD: frozenset({State.DISCARDED}),
}

# Writes a pause down, or its end, and tells of it.
SetPause = Callable[[Pause], Awaitable[bool]]


class Undoing:
    """Takes acts on jobs and pauses back. Its methods must run in one of the app's workers."""

    def __init__(
        self, path: Path, recent: Recent, under_way: UnderWay, teller: Teller, set_pause: SetPause
    ) -> None:
        self._path = path
        self._recent = recent
        self._under_way = under_way
        self._teller = teller
        self._set_pause = set_pause

    async def undo(self) -> bool:
        """Take the newest act of the last 30 seconds back; return whether there was one."""
        done = self._recent.take()
        if done is None:
            return False
        # What offers to undo this must not be there any more.
        self._teller.clear()
        if isinstance(done.what, Pause):
            await self._set_pause(done.what.reverse)
        else:
            await self._take_back(done, done.what)
        return True

    async def forget_begun(self) -> None:
        """Offer nothing any more if the newest act cannot be taken back any more."""
        done = self._recent.newest
        if done is None or isinstance(done.what, Pause) or len(done.what) > PORTION:
            return
        states = await asyncio.to_thread(_gone_on, self._path, done.what)
        if states and self._recent.newest is done:
            what = "It has" if len(done.what) == 1 else "They have"
            self._recent.forget_all(f"{what} gone on since")
            # In the place of the note that offers to undo it.
            is_one_more = len(done.what) == 1 and done.what[0].event is Event.ENQUEUE
            hint = OPENS if is_one_more else ""
            self._teller.tell_all([told.gone_on(done.brief or done.told, states, hint)])

    async def _take_back(self, done: Done, undos: Sequence[Undo]) -> None:
        # What was done last goes first: it may hang on what was done before.
        starts = range(len(undos), 0, -PORTION)
        parts = (undos[max(0, end - PORTION) : end] for end in starts)
        bulk = Bulk(f"Undo: {done.told}", self._path, parts, len(undos), _undo)
        await self._under_way.run(bulk)
        self._teller.tell_all(told.undone(done.told, bulk))


def _gone_on(path: Path, undos: Sequence[Undo]) -> Sequence[State]:
    """Return where the jobs are now, nothing as long as one of them is where it was left."""
    try:
        with Report(path) as report:
            states = report.standings(undo.seq for undo in undos)
    except DatabaseError:
        return ()
    if any(_is_still_there(undo, states.get(undo.seq)) for undo in undos):
        return ()
    return tuple(states.values())


def _is_still_there(undo: Undo, state: State | None) -> bool:
    return state in _LEFT_IN[undo.event] if undo.event in _LEFT_IN else state is not State.RUNNING


def _undo(control: Any, undos: Sequence[Undo]) -> Any:
    return control.undo(undos, now_us())
