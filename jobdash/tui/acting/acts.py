"""From a key to its result: look, ask if need be, act in a thread, tell how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.batch import Batch
from jobdash.errors import JobdashError
from jobdash.report import JobFilter
from jobdash.tui.acting import told
from jobdash.tui.acting.arming import Arming
from jobdash.tui.acting.bulk import Bulk, Step, in_portions, portions
from jobdash.tui.acting.confirming import ask_for_timing, ask_if_meant, ask_what
from jobdash.tui.acting.newest import Newest
from jobdash.tui.acting.operations import Chosen, Plan, find, look_at_all, make_plan
from jobdash.tui.acting.pausing import Pausing
from jobdash.tui.acting.resuming import choose_broken
from jobdash.tui.acting.teller import Teller
from jobdash.tui.acting.told import Told, jobs_text
from jobdash.tui.acting.under_way import UnderWay
from jobdash.tui.acting.undo import HINT, OPENS, Done, Pause, Recent
from jobdash.tui.acting.undoing import Undoing
from jobdash.tui.acting.unfinished import cancel_unfinished
from jobdash.tui.clock import now_us
from jobdash.tui.job.text import job_text
from jobdash.tui.keyboard.typed_ahead import preparing


class Acts:
    """Carries operations out for the app. Its methods must run in one of the app's workers.

    `only_looks` is why it may carry out none, '' if it may.
    """

    def __init__(self, app: App[Any], path: Path, *, only_looks: str) -> None:
        self._app = app
        self._path = path
        self._only_looks = only_looks
        self._recent = Recent()
        self._under_way = UnderWay(app)
        self._teller = Teller(app)
        self._pausing = Pausing(app, path, self._recent, self._teller)
        self._undoing = Undoing(
            path, self._recent, self._under_way, self._teller, self._pausing.set
        )
        self.tell = self._teller.tell
        self.newest = Newest()

    # -- on jobs ---------------------------------------------------------------------------------

    async def act(
        self, name: str, chosen: Sequence[Chosen], about: str = "", *, is_sure: bool = True
    ) -> bool:
        """Do one of the operations on jobs; return whether it was carried out.

        It is asked about if a person cannot be sure which jobs a key was for.
        """
        if self._refused_read_only():
            return False
        try:
            with preparing(self._app):
                plan = await self._look(name, chosen)
            step = await self._step(plan)
            asks = plan.asks or (bool(plan.ready) and not is_sure)
            if step is None or (asks and not await ask_if_meant(self._app, plan, about, is_sure)):
                return False
            return await self._carry_out(plan, step)
        except JobdashError as error:
            self.tell(f"Nothing was changed: {error}", "error")
            return False

    async def act_on_all(self, wanted: JobFilter, about: str) -> bool:
        """Ask what to do to all that match a filter, and do it."""
        if self._refused_read_only():
            return False
        try:
            with preparing(self._app):
                found = await asyncio.to_thread(look_at_all, self._path, wanted)
        except JobdashError as error:
            self.tell(str(error), "error")
            return False
        if not any(found.counts.values()):
            self.tell("Nothing can be done to what is shown here.", "warning")
            return False
        name = await ask_what(self._app, found.counts, about)
        if not name:
            return False
        return await self.act(name, [found.chosen[name]], found.part(name, about))

    async def _look(self, name: str, chosen: Sequence[Chosen]) -> Plan:
        plan = await asyncio.to_thread(make_plan, self._path, name, chosen)
        if name == "retry" and not plan.ready:
            # What waits for its next try cannot be retried: to run it now is what is meant.
            sooner = await asyncio.to_thread(make_plan, self._path, "now", chosen)
            return sooner if sooner.ready else plan
        return plan

    async def _step(self, plan: Plan) -> Step | None:
        """Return what is done to a portion, None if a person gave it up."""
        name = plan.operation.name
        if name != "change":
            return lambda control, seqs: getattr(control, name)(seqs, now_us())
        wanted = await ask_for_timing(self._app, plan) if plan.ready else None
        if wanted is None:
            return None
        return lambda control, seqs: control.change(seqs, now_us(), wanted)

    async def _carry_out(self, plan: Plan, step: Step) -> bool:
        if not plan.ready:
            # The ledger alone says why.
            return await self._refused(plan, step)
        bulk = Bulk(
            plan.operation.words(jobs_text(plan.ready)),
            self._path,
            portions(self._path, plan.parts, plan.newest, plan.ready),
            plan.ready,
            step,
        )
        # Nobody waits for many to open one of them.
        with self.newest.making() if plan.ready == 1 else nullcontext():
            await self._under_way.run(bulk)
            self.newest.made(bulk.created)
        if bulk.undos:
            self._recent.add(Done(told.done_words(plan, len(bulk.undos)), bulk.undos))
        self._teller.tell_all(told.outcome(plan, bulk), undoable=bool(bulk.undos))
        return bool(bulk.done)

    async def _refused(self, plan: Plan, step: Step) -> bool:
        if not plan.unfit:
            self.tell(f"None of these can be {plan.operation.done}.", "warning")
            return False
        bulk = Bulk("", self._path, in_portions(plan.unfit), len(plan.unfit), step)
        await self._under_way.run(bulk)
        self._teller.tell_all(told.shortfall(bulk))
        return bool(bulk.done)

    def stop_all(self) -> None:
        """Let no act go any further: the dashboard ends."""
        self._under_way.stop_all()

    # -- taking back -----------------------------------------------------------------------------

    @property
    def undoes(self) -> str:
        """What would be taken back, in words; '' if there is nothing."""
        newest = self._recent.newest
        told = "" if newest is None else newest.brief or newest.told
        return f"{told[:1].lower()}{told[1:]}"

    async def forget_begun(self) -> None:
        """Offer no more what cannot be taken back any more."""
        await self._undoing.forget_begun()

    @property
    def why_no_undo(self) -> str:
        """Why there is nothing to take back."""
        gone = self._recent.why_none
        return (
            f"{gone}: there is nothing to undo any more." if gone else "There is nothing to undo."
        )

    async def undo(self) -> bool:
        """Take the newest act of the last 30 seconds back; return whether there was one."""
        return await self._undoing.undo()

    def made(self, what: str, created: Sequence[int]) -> None:
        """Tell of new jobs that a helper process has made, and let them be taken back."""
        from jobdash.control import Undo
        from jobdash.job import Event

        one = f"#{created[0]}" if len(created) == 1 else jobs_text(len(created))
        undos = [Undo(seq, Event.ENQUEUE) for seq in created]
        self._recent.add(Done(what, undos, f"Enqueued {one}"))
        opens = f"{OPENS}, " if len(created) == 1 else ""
        self._teller.tell_all([Told(f"{what}. {opens}{HINT}.")], undoable=True)

    # -- the rest --------------------------------------------------------------------------------

    async def pause(self, queue: str, task: str, batch: Batch | None = None) -> None:
        """Ask what to pause or resume, and do it."""
        if not self._refused_read_only():
            await self._pausing.run(queue, task, batch)

    async def resume_broken(self) -> None:
        """Let a task go on that its breaker has paused; ask which, if there are several."""
        if self._refused_read_only():
            return
        for one in await choose_broken(self._app, self._path, self._teller):
            await self._pausing.set(Pause(one.queue, one.task, paused=False))

    async def cancel_unfinished(self, batch: Batch) -> None:
        """Cancel a batch that somebody still fills."""
        if not self._refused_read_only():
            await cancel_unfinished(self._app, self._path, batch, self._teller)

    async def arm(self, queue: str, task: str) -> None:
        """Ask which fault the next run of a task shall have on purpose, and write it down."""
        if not self._refused_read_only():
            await Arming(self._app, self._path, self._teller).run(queue, task)

    async def find(self, wanted: JobFilter) -> Sequence[int]:
        """Return the numbers of all matching jobs; none, and say why, if there are too many."""
        try:
            with preparing(self._app):
                return await asyncio.to_thread(find, self._path, wanted)
        except JobdashError as error:
            self.tell(str(error), "warning")
            return ()

    async def job_text(self, seq: int) -> str:
        """Return the job's JSON document, '' if there is none."""
        try:
            return await asyncio.to_thread(job_text, self._path, seq)
        except JobdashError as error:
            self.tell(str(error), "warning")
            return ""

    def _refused_read_only(self) -> bool:
        if self._only_looks:
            self.tell(self._only_looks, "warning")
        return bool(self._only_looks)
