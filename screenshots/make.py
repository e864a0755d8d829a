"""Makes the README's pictures from the running program: `python screenshots/make.py`.

Runs the demo without a terminal beside a dashboard on the same file, and takes what it shows.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from textual.events import Paste
from textual.pilot import Pilot

from jobdash.job import State
from jobdash.report import Report
from jobdash.tui.app import DashboardApp
from jobdash.tui.options import DashboardOptions

HERE = Path(__file__).parent
SIZE = (120, 36)
ENOUGH = 150
BUSY = 2
# Which keys lead to which picture; after `=` a text that is typed. Of a failed job the timeline:
# tracebacks tell this machine's paths.
WALK: tuple[tuple[Sequence[str], str], ...] = (
    (["2"], "overview"),
    (["3"], "dead-letters"),
    (["4"], "tasks"),
    (["5"], "workers"),
    (["6"], "schedule"),
    (["1", "slash", "=task:webhooks try>1", "enter", "enter", "i"], "job"),
    (["escape", "escape", "slash", "=task:contact_sheet", "enter", "enter", "w"], "workflow"),
    (["escape", "escape", "n", "=report", "enter", "=300000"], "enqueue"),
)
# These show what is running just then.
LIVELY = {"overview", "workers"}
# The font of the exported picture would be fetched from the net.
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def main(database: Path) -> None:
    """Wait until the demo has filled the screens, then take each of them."""
    app = DashboardApp(
        DashboardOptions(database=database, app="sample_tasks", note="demo", theme="dark")
    )
    async with app.run_test(size=SIZE) as pilot:
        await _until_filled(pilot, database)
        _take(app, "jobs")
        for keys, name in WALK:
            for key in keys:
                await _press(pilot, key)
            await pilot.pause(1.0)
            if name in LIVELY:
                await _until_filled(pilot, database)
            _take(app, name)


async def _press(pilot: Pilot[str], key: str) -> None:
    typed = key[1:] if key.startswith("=") else ""
    if typed:
        pilot.app.focused.post_message(Paste(typed))  # type: ignore[union-attr]
    else:
        await pilot.press(key)
    await pilot.pause(0.3)


async def _until_filled(pilot: Pilot[str], database: Path) -> None:
    with Report(database) as report:
        while sum(report.counts().values()) < ENOUGH or report.counts()[State.RUNNING] < BUSY:
            await pilot.pause(0.2)
    await pilot.pause(0.5)


def _take(app: DashboardApp, name: str) -> None:
    picture = FONT.sub("", app.export_screenshot(title="jobdash"))
    (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")


def _wait_for(database: Path) -> None:
    while not database.exists() or not database.stat().st_size:
        os.sched_yield()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.db"
        # Longer than the pictures can take: the load ends when they are taken.
        command = [sys.executable, "-m", "jobdash", "demo", "--headless", "--seconds", "1h"]
        with subprocess.Popen([*command, "--db", str(file)], stdout=subprocess.DEVNULL) as demo:
            _wait_for(file)
            asyncio.run(main(file))
            demo.send_signal(signal.SIGTERM)
