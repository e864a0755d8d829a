"""What the places and the keys ask of the app: acts on jobs and workers, copies, new jobs."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from jobdash.batch import Batch
from jobdash.errors import JobdashError
from jobdash.job import Job, Worker
from jobdash.report import JobFilter
from jobdash.text import format_count
from jobdash.tui.acting.acts import Acts
from jobdash.tui.acting.operations import Chosen
from jobdash.tui.acting.told import sizes
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.topics import HEAD
from jobdash.tui.board import Board
from jobdash.tui.clipboard import copy
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.options import DashboardOptions
from jobdash.tui.places.jobs import JobsPlace
from jobdash.tui.places.place import Place
from jobdash.tui.pool_watch import PoolWatch
from jobdash.tui.themed import Themed

if TYPE_CHECKING:
    from jobdash.tui.acting.new_jobs import NewJobs


class Requests(Themed):
    """Does what is asked of it, each in a worker: most of it asks a person back first."""

    options: DashboardOptions
    feed: Feed
    acts: Acts
    board: Board
    pool_watch: PoolWatch
    _new_jobs: "NewJobs | None" = None

    @on(Place.Act)
    def _act_wanted(self, event: Place.Act) -> None:
        self._act(event.operation, self._as_of_now(event.chosen), event.about, event.is_sure)

    def _as_of_now(self, chosen: Sequence[Chosen]) -> Sequence[Chosen]:
        """Let filters mean the jobs that they find now, however long an act on them takes."""
        now = self.options.clock()
        return [part.at(now) if isinstance(part, JobFilter) else part for part in chosen]

    @work
    async def _act(
        self, operation: str, chosen: Sequence[Chosen], about: str, is_sure: bool
    ) -> None:
        self._acted(await self.acts.act(operation, chosen, about, is_sure=is_sure))

    @on(Place.ActOnAll)
    def _act_on_all_wanted(self, event: Place.ActOnAll) -> None:
        self._act_on_all(event.wanted.at(self.options.clock()), event.about)

    @work
    async def _act_on_all(self, wanted: JobFilter, about: str) -> None:
        self._acted(await self.acts.act_on_all(wanted, about))

    def _acted(self, has_changed: bool) -> None:
        if has_changed:
            self.board.place.acted()
        self.offer_undo()

    def offer_undo(self) -> None:
        """Say with the keys what there is to take back."""
        if self.acts.undoes:
            self._offer_undo()
        else:
            self.board.show_undo("")

    @work(exclusive=True, group="undo")
    async def _offer_undo(self) -> None:
        await self.acts.forget_begun()
        self.board.show_undo(self.acts.undoes)

    @work
    async def action_undo(self) -> None:
        """Take all marks away; without marks, take the last act back."""
        if self.board.place.has_marks:
            self.board.place.unmark()
        elif not await self.acts.undo():
            self.acts.tell(self.acts.why_no_undo, "warning")
        self.offer_undo()

    @on(Place.Change)
    def _change_wanted(self, event: Place.Change) -> None:
        self._change(self._as_of_now(event.chosen))

    @work
    async def _change(self, chosen: Sequence[Chosen]) -> None:
        # Imported at its first use, as the form for new jobs is.
        from jobdash.tui.acting.changed_replays import ChangedReplays

        self._acted(await ChangedReplays(self, self.options, self.acts).run(chosen))

    @on(Place.CrewAct)
    def _crew_act_wanted(self, event: Place.CrewAct) -> None:
        if self.options.only_looks:
            self.acts.tell(self.options.only_looks, "warning")
        else:
            self._crew_act(event.what, event.worker)

    @work
    async def _crew_act(self, what: str, worker: Worker | None) -> None:
        from jobdash.tui.acting.crew_acts import CrewActs

        acts = CrewActs(self, self.options.database, self.acts.tell, self.pool_watch)
        await acts.run(what, worker)

    @on(JobsPlace.MarkAll)
    def _all_wanted(self, event: JobsPlace.MarkAll) -> None:
        self._mark_all(event.wanted)

    @work(exclusive=True, group="mark")
    async def _mark_all(self, wanted: JobFilter) -> None:
        self.board.jobs.mark(wanted, await self.acts.find(wanted.at(self.options.clock())))

    @on(JobsPlace.SaveList)
    def _list_to_save(self, event: JobsPlace.SaveList) -> None:
        self._save_list(event.wanted.at(self.options.clock()))

    @work(exclusive=True, group="save list")
    async def _save_list(self, wanted: JobFilter) -> None:
        from jobdash.tui.acting.saved_list import save_list

        try:
            file, count = await asyncio.to_thread(
                save_list, self.options.database, wanted, Path.cwd(), self.options.clock()
            )
        except JobdashError as error:
            self.acts.tell(str(error), "error")
        else:
            self.acts.tell(f"Wrote {format_count(count)} jobs to {file}.")

    @on(Place.CancelUnfinished)
    def _cancel_unfinished_wanted(self, event: Place.CancelUnfinished) -> None:
        self._cancel_unfinished(event.batch)

    @work
    async def _cancel_unfinished(self, batch: Batch) -> None:
        await self.acts.cancel_unfinished(batch)

    @on(Place.Testcase)
    def _testcase_wanted(self, event: Place.Testcase) -> None:
        self._testcase(event.job)

    @work
    async def _testcase(self, job: Job) -> None:
        from jobdash.tui.acting.writing import Writing

        await Writing(self, self.options, self.acts.tell).testcase(job)

    @work
    async def action_export(self) -> None:
        """Take a copy of the file, with its logs."""
        from jobdash.tui.acting.writing import Writing

        await Writing(self, self.options, self.acts.tell).export()

    @on(Place.Edit)
    def _edit(self, event: Place.Edit) -> None:
        from jobdash.tui.acting.editing import Editing

        Editing(self, self.options, self.acts.tell).run(event.file, event.line)

    @on(Place.Debug)
    def _debug_wanted(self, event: Place.Debug) -> None:
        self._debug_job(event.seq)

    @work
    async def _debug_job(self, seq: int) -> None:
        from jobdash.tui.acting.debugging import Debugging

        await Debugging(self, self.options, self.acts.tell).run(seq)

    @on(Place.Arm)
    def _arm_wanted(self, event: Place.Arm) -> None:
        self._arm(event.queue, event.task)

    @work
    async def _arm(self, queue: str, task: str) -> None:
        await self.acts.arm(queue, task)

    @on(Place.Compare)
    def _compare_wanted(self, event: Place.Compare) -> None:
        self._compare(event.seq, event.attempt, event.other)

    @work
    async def _compare(self, seq: int, attempt: int, other: int) -> None:
        from jobdash.tui.acting.comparing import Two, compare

        two = Two(seq, attempt, other)
        await compare(self, self.options.database, two, self.acts.tell)

    @on(Place.DidNothing)
    def _did_nothing(self, event: Place.DidNothing) -> None:
        self.acts.tell(event.why)

    @on(Place.Copy)
    def _copy(self, event: Place.Copy) -> None:
        copy(self, event.text)
        self.acts.tell(f"Copied {event.what}.")

    @on(Place.CopyJob)
    def _copy_job_wanted(self, event: Place.CopyJob) -> None:
        self._copy_job(event.seq)

    @work
    async def _copy_job(self, seq: int) -> None:
        text = await self.acts.job_text(seq)
        if text:
            copy(self, text)
            self.acts.tell(f"Copied #{seq} as JSON{sizes(text)}.")

    @work
    async def action_new(self) -> None:
        """Enqueue a job."""
        # Imported at its first use: the form is not part of the first paint.
        from jobdash.tui.acting.new_jobs import NewJobs

        self._new_jobs = self._new_jobs or NewJobs(self, self.options, self.acts)
        await self._new_jobs.run(self.board.place.subject[1])

    @work(exclusive=True, group="open new")
    async def action_open_new(self) -> None:
        """Open the job that was enqueued from here last, or the one that is being enqueued."""
        with preparing(self):
            seq = await self.acts.newest.seq()
        if seq:
            self.board.place.post_message(Place.OpenJob(seq))
        else:
            self.acts.tell("Nothing has been enqueued or replayed from here yet.", "warning")

    @on(Place.RunTask)
    def _run_wanted(self, event: Place.RunTask) -> None:
        self._run_task(event.task, event.is_paused)

    @work
    async def _run_task(self, task: str, is_paused: bool) -> None:
        from jobdash.tui.acting.new_jobs import NewJobs

        await NewJobs(self, self.options, self.acts).run_once(task, is_paused=is_paused)

    @work
    async def action_resume_broken(self) -> None:
        """Let a task go on that its breaker has paused."""
        await self.acts.resume_broken()

    @work
    async def action_pause(self) -> None:
        """Pause or resume a task, a batch, or everything."""
        self.board.place.hold()
        queue, task = self.board.place.subject
        head = self.feed.latest.value(HEAD)
        queue = queue or self.options.queue or (head.queues[0] if head and head.queues else "")
        await self.acts.pause(queue, task, self.board.place.chosen_batch)
        self.offer_undo()
