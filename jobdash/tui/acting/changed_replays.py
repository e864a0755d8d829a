"""From the key `e` to a replay with other arguments: look at the jobs, show the form, tell."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import App

from jobdash.control.app_helper import ChangedReplay, replay
from jobdash.errors import JobdashError, UsageError
from jobdash.job import Job, TaskType
from jobdash.operations import OPERATIONS
from jobdash.report import Report
from jobdash.text import format_count
from jobdash.tui.acting.acts import Acts
from jobdash.tui.acting.new_jobs import why_not
from jobdash.tui.acting.operations import Chosen, seqs_of
from jobdash.tui.calls.parameters import parameters_of
from jobdash.tui.calls.prefill import left_out, prefill
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.change_call import ChangeCallScreen


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Finished jobs of one task, and the job itself if it is only one."""

    task: TaskType
    seqs: Sequence[int]
    job: Job | None

    @property
    def known(self) -> dict[str, str]:
        """The arguments that are known exactly, as they are typed."""
        return {} if self.job is None else prefill(parameters_of(self.task), self.job)

    @property
    def left_out(self) -> set[str]:
        """The parameters that were left to their defaults."""
        return set() if self.job is None else left_out(parameters_of(self.task), self.job)


class ChangedReplays:
    """Leads through the form. `run` must be called in one of the app's workers."""

    def __init__(self, app: App[Any], options: DashboardOptions, acts: Acts) -> None:
        self._app = app
        self._options = options
        self._acts = acts
        self._tell = acts.tell

    async def run(self, chosen: Sequence[Chosen]) -> bool:
        """Replay jobs with changes; return whether the form was shown."""
        if problem := why_not(self._options):
            self._tell(problem, "warning")
            return False
        try:
            with preparing(self._app):
                recorded = await asyncio.to_thread(self._look, chosen)
        except JobdashError as error:
            self._tell(str(error), "warning")
            return False
        screen = ChangeCallScreen(
            recorded.task, self._send, recorded.seqs, recorded.known, recorded.left_out
        )
        await self._app.push_screen_wait(screen)
        return True

    def _look(self, chosen: Sequence[Chosen]) -> _Recorded:
        """Return the finished ones. Raises `UsageError` unless they are of one task."""
        sources = OPERATIONS["replay"].sources
        with Report(self._options.database) as report:
            states = report.standings(seqs_of(report, chosen))
            seqs = sorted(seq for seq, state in states.items() if state in sources)
            tasks = report.tasks_of(seqs)
            if len(tasks) > 1:
                raise UsageError(f"They are of {len(tasks)} tasks: choose jobs of one.")
            if not tasks:
                raise UsageError("Only a finished job can be replayed.")
            job = report.job_by_seq(seqs[0]) if len(seqs) == 1 else None
            return _Recorded(report.task(tasks[0]), seqs, job)

    async def _send(self, wanted: ChangedReplay) -> str:
        """Replay, tell if it worked, and return why not if it did not."""
        try:
            with self._acts.newest.making():
                created, refused = await replay(
                    self._options.app or "", self._options.database, wanted
                )
                self._acts.newest.made(created)
        except UsageError as error:
            return str(error)
        self._acts.made(_told(wanted, created), created)
        if refused:
            more = f" ({len(refused) - 1} more)" if len(refused) > 1 else ""
            self._tell(f"{refused[0]}{more}", "warning")
        return ""


def _told(wanted: ChangedReplay, created: Sequence[int]) -> str:
    if len(created) == 1:
        return f"Replayed #{wanted.seqs[0]} as the new job #{created[0]}"
    return f"Replayed {format_count(len(created))} jobs as new jobs"
