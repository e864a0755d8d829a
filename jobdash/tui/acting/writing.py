"""Files that are written for somebody: the test of a job, a copy of everything."""

import asyncio
import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.control import app_helper
from jobdash.control.exporting import export as take_copy
from jobdash.errors import JobdashError, UsageError
from jobdash.job import MICROSECONDS, Job
from jobdash.render.written_tests import file_name_of
from jobdash.text import format_memory
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import SOFT
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.file_name import FileNameScreen


class Writing:
    """Asks where to. Its methods must be called in one of the app's async workers."""

    def __init__(
        self, app: App[Any], options: DashboardOptions, tell: Callable[[str], None]
    ) -> None:
        self._app = app
        self._options = options
        self._tell = tell

    async def testcase(self, job: Job) -> None:
        """Write a test that makes the call of a job."""
        if not self._options.app:
            self._tell("To write a test, start the dashboard with the app: jobdash -A module:huey")
            return

        async def write(file: Path) -> str:
            try:
                app = self._options.app or ""
                await app_helper.testcase(app, self._options.database, job.seq, file)
            except UsageError as error:
                return str(error)
            self._tell(f"Wrote {file}. Run it: pytest {shlex.quote(str(file))}")
            return ""

        lines = _lines(
            "It calls the task's function with the recorded arguments, no queue.",
            "Of a job that failed it fails likewise, until that is put right.",
        )
        title = f"Write a test of #{job.seq}"
        await self._ask(FileNameScreen(title, lines, file_name_of(job), write))

    async def export(self) -> None:
        """Copy everything as it is at this moment, while all go on."""

        async def write(file: Path) -> str:
            now = self._options.clock()
            try:
                done = await asyncio.to_thread(take_copy, self._options.database, file, now)
            except JobdashError as error:
                return str(error)
            size = format_memory(done.bytes + done.log_bytes)
            self._tell(f"Wrote {file}, {size}. Look at it: jobdash --db {file}")
            return ""

        lines = _lines(
            "All jobs, their history and their logs as they are now, to look at later.",
            "Everybody goes on meanwhile.",
        )
        await self._ask(FileNameScreen("Export a copy", lines, self._copy_name, write))

    async def _ask(self, screen: FileNameScreen) -> None:
        await self._app.push_screen_wait(screen)

    @property
    def _copy_name(self) -> str:
        moment = datetime.fromtimestamp(self._options.clock() / MICROSECONDS).astimezone()
        return f"{self._options.database.stem}-{moment:%Y%m%d-%H%M%S}.db"


def _lines(*told: str) -> list[Spans]:
    return [((line, SOFT),) for line in told]
