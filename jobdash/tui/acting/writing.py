"""Files that are written for somebody: the test of a job, a copy of everything."""

import asyncio
import shlex
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.control import app_helper
from jobdash.control.exporting import export as take_copy
from jobdash.errors import JobdashError, UsageError
from jobdash.job import MICROSECONDS, Job
from jobdash.render.written_tests import file_name_of
from jobdash.text import format_size
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import SOFT
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.file_name import FORCE, FileNameScreen

# As the options of `jobdash testcase` and `jobdash export` are called and what they mean.
TEST_TICKS = {
    "expect-failure": "Let it pass as long as the job fails so.",
    "secrets": "Write also what looks secret.",
    FORCE: "Replace a file that is there.",
}
COPY_TICKS = {
    "no-logs": "Leave out what jobs printed.",
    "working": "A file to work on with, not only to look at.",
    FORCE: "Replace a copy that is there.",
}


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

        app = self._options.app

        async def write(file: Path, wanted: Collection[str]) -> str:
            try:
                left_out = await app_helper.testcase(
                    app, self._options.database, job.seq, file, wanted
                )
            except UsageError as error:
                return str(error)
            self._tell(f"Wrote {file}. Run it: pytest {shlex.quote(str(file))}{_after(left_out)}")
            return ""

        lines = _lines(
            "It calls the task's function with the recorded arguments, no queue.",
            "Of a job that failed it fails likewise, until that is put right.",
        )
        title = f"Write a test of #{job.seq}"
        ticks = {name: told for name, told in TEST_TICKS.items() if _suits(name, job)}
        await self._ask(FileNameScreen(title, lines, file_name_of(job), ticks, write))

    async def export(self) -> None:
        """Copy everything as it is at this moment, while all go on."""

        async def write(file: Path, wanted: Collection[str]) -> str:
            working = "working" in wanted
            try:
                done = await asyncio.to_thread(
                    take_copy, self._options.database, file, self._options.clock(),
                    working=working, logs="no-logs" not in wanted, force=FORCE in wanted,
                )  # fmt: skip
            except JobdashError as error:
                return str(error)
            size = format_size(done.bytes + done.log_bytes)
            next_step = "Work on with it" if working else "Look at it"
            self._tell(f"Wrote {file}, {size}. {next_step}: jobdash --db {shlex.quote(str(file))}")
            return ""

        lines = _lines(
            "All jobs, their history and their logs as they are now, for later.",
            "Everybody goes on meanwhile.",
        )
        await self._ask(FileNameScreen("Export a copy", lines, self._copy_name, COPY_TICKS, write))

    async def _ask(self, screen: FileNameScreen) -> None:
        await self._app.push_screen_wait(screen)

    @property
    def _copy_name(self) -> str:
        moment = datetime.fromtimestamp(self._options.clock() / MICROSECONDS).astimezone()
        return f"{self._options.database.stem}-{moment:%Y%m%d-%H%M%S}.db"


def _suits(tick: str, job: Job) -> bool:
    return tick != "expect-failure" or bool(job.error_type)


def _after(sentence: str) -> str:
    return f". {sentence[:1].upper()}{sentence[1:]}" if sentence else ""


def _lines(*told: str) -> list[Spans]:
    return [((line, SOFT),) for line in told]
