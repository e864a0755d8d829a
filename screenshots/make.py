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
from pathlib import Path

from textual.pilot import Pilot

from jobdash.job import State
from jobdash.report import Report
from jobdash.tui.app import DashboardApp
from jobdash.tui.options import DashboardOptions

HERE = Path(__file__).parent
SIZE = (120, 36)
ENOUGH = 45
# Which keys lead to which picture. Of a job the history: tracebacks tell this machine's paths.
WALK = ((["2"], "dead-letters"), (["3"], "workers"), (["1", "enter", "]", "]", "]"], "job"))
# The font of the exported picture would be fetched from the net.
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def main(database: Path) -> None:
    """Wait until the demo has filled the screens, then take each of them."""
    app = DashboardApp(DashboardOptions(database=database, app="sample_tasks", note="demo"))
    async with app.run_test(size=SIZE) as pilot:
        await _until_filled(pilot, database)
        _take(app, "jobs")
        for keys, name in WALK:
            await pilot.press(*keys)
            await pilot.pause(1.0)
            _take(app, name)


async def _until_filled(pilot: Pilot[str], database: Path) -> None:
    with Report(database) as report:
        while sum(report.counts().values()) < ENOUGH or not report.counts()[State.RUNNING]:
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
        command = [sys.executable, "-m", "jobdash", "demo", "--headless", "--seconds", "30"]
        with subprocess.Popen([*command, "--db", str(file)], stdout=subprocess.DEVNULL) as demo:
            _wait_for(file)
            asyncio.run(main(file))
            demo.send_signal(signal.SIGTERM)
