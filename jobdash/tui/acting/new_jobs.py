"""From the key `n` to a new job: pick a task, fill in the form, enqueue, tell."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import App

from jobdash.control.app_helper import NewJob, enqueue
from jobdash.errors import JobdashError, UsageError
from jobdash.job import TaskType
from jobdash.report import Report
from jobdash.text import format_count
from jobdash.tui.acting.acts import Acts
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.new_job import NewJobScreen, arguments_typed
from jobdash.tui.overlays.pick import PickScreen
from jobdash.tui.overlays.pick_task import task_offer


class NewJobs:
    """Leads through the form. `run` must be called in one of the app's workers."""

    def __init__(self, app: App[Any], options: DashboardOptions, acts: Acts) -> None:
        self._app = app
        self._options = options
        self._acts = acts
        self._tell = acts.tell
        # The arguments that each task was enqueued with the last time from here.
        self._typed: dict[str, Mapping[str, str]] = {}

    async def run(self, likely: str) -> None:
        """Enqueue a job; `likely` is the task that the cursor is on."""
        if problem := why_not(self._options):
            self._tell(problem, "warning")
            return
        try:
            with preparing(self._app):
                tasks = await asyncio.to_thread(self._tasks)
        except JobdashError as error:
            self._tell(str(error), "error")
            return
        near = next(((task.queue, task.name) for task in tasks if task.name == likely), None)
        task = await self._app.push_screen_wait(PickScreen(task_offer(tasks), near))
        if task is not None:
            known = self._typed.get(task.name, {})
            await self._app.push_screen_wait(NewJobScreen(task, self._send, known))

    async def run_once(self, task: str, *, is_paused: bool) -> None:
        """Enqueue one job of a task without arguments, at once."""
        problem = why_not(self._options) or await self._send(NewJob(task), {})
        if problem:
            self._tell(problem, "warning")
        elif is_paused:
            self._tell("The task is paused: the job waits until it is resumed.", "warning")

    def _tasks(self) -> list[TaskType]:
        with Report(self._options.database) as report:
            return [task for task in report.tasks() if self._options.queue in (None, task.queue)]

    async def _send(self, new: NewJob, typed: Mapping[str, str]) -> str:
        """Enqueue, tell if it worked, and return why not if it did not."""
        try:
            with self._acts.newest.making():
                made = await enqueue(self._options.app or "", self._options.database, new)
                self._acts.newest.made(made.seqs)
        except UsageError as error:
            return str(error)
        # Not when, how often or under which key: nobody would see that it is not the usual.
        if typed:
            self._typed[new.task] = arguments_typed(typed)
        if made.is_new:
            self._acts.made(_told(new, made.seqs), made.seqs)
        else:
            self._tell(
                f"#{made.seqs[0]} has this key already: nothing new was enqueued.", "warning"
            )
        return ""


def _told(new: NewJob, seqs: Sequence[int]) -> str:
    if len(seqs) == 1:
        return f"Enqueued {new.task} as #{seqs[0]}"
    return f"Enqueued {format_count(len(seqs))} times {new.task}: #{min(seqs)} to #{max(seqs)}"


def why_not(options: DashboardOptions) -> str:
    """Return why nothing can be done through the app, '' if it can."""
    if options.only_looks:
        return options.only_looks
    if not options.app:
        return "To enqueue from here, start the dashboard with the app: jobdash -A module:huey"
    return ""
