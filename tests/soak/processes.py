"""Starting, signalling and ending the storm's processes, and no others."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

TESTS = Path(__file__).parent.parent


class Place:
    """The folder of one storm and the environment of its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "jobs.db"
        self.runs = folder / "runs"
        self.asked = folder / "asked"
        self.said = folder / "said"
        said = {name: text for name, text in os.environ.items() if not name.startswith("JOBDASH_")}
        self.environ = said | {
            "SOAK_DB": str(self.database),
            "SOAK_RUNS": str(self.runs),
            "SOAK_ASKED": str(self.asked),
            "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}",
        }

    def start(self, *words: object) -> subprocess.Popen[bytes]:
        """Start `python -m …`. Closing its input asks it to end; what it says goes to `said`."""
        with open(self.said, "ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", *map(str, words)],
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def signal(self, pid: int, number: int) -> bool:
        """Send a signal if this process is one of ours; return whether it is."""
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            # The handle was opened before the look: it means the process that was looked at.
            if not self._owns(pid):
                return False
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, number)
            return True
        finally:
            os.close(handle)

    def left(self) -> list[int]:
        """Return every process of this storm that exists, however it got separated."""
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in pids if self._owns(pid)]

    def _owns(self, pid: int) -> bool:
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return f"SOAK_DB={self.database}".encode() in environ.split(b"\0")


def children(pid: int) -> list[int]:
    """Return the pids of a process's children, oldest first."""
    try:
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    except OSError:
        return []
