"""From the key `n` to a new job: pick a task, fill in the form, enqueue, tell."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App

from jobdash.errors import JobdashError, UsageError
from jobdash.job import TaskType
from jobdash.report import Report
from jobdash.tui.app_helper import NewJob, enqueue
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.new_job import NewJobScreen
from jobdash.tui.overlays.pick_task import PickTaskScreen


class NewJobs:
    """Leads through the form. `run` must be called in one of the app's workers."""

    def __init__(
        self, app: App[Any], options: DashboardOptions, tell: Callable[[str, str], None]
    ) -> None:
        self._app = app
        self._options = options
        self._tell = tell

    async def run(self, likely: str) -> None:
        """Enqueue a job; `likely` is the task that the cursor is on."""
        if problem := why_not(self._options):
            self._tell(problem, "warning")
            return
        try:
            tasks = await asyncio.to_thread(self._tasks)
        except JobdashError as error:
            self._tell(str(error), "error")
            return
        task = await self._app.push_screen_wait(PickTaskScreen(tasks, likely))
        if task is not None:
            await self._app.push_screen_wait(NewJobScreen(task, self._send))

    def _tasks(self) -> list[TaskType]:
        with Report(self._options.database) as report:
            return [task for task in report.tasks() if self._options.queue in (None, task.queue)]

    async def _send(self, new: NewJob) -> str:
        """Enqueue, tell if it worked, and return why not if it did not."""
        try:
            seq = await enqueue(self._options.app or "", self._options.database, new)
        except UsageError as error:
            return str(error)
        self._tell(f"Enqueued {new.task} as #{seq}.", "information")
        return ""


def why_not(options: DashboardOptions) -> str:
    """Return why nothing can be done through the app, '' if it can."""
    if options.read_only:
        return "This dashboard was started to look only."
    if not options.app:
        return "To enqueue from here, start the dashboard with the app: jobdash -A module:huey"
    return ""
