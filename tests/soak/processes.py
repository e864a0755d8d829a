"""Starting, signalling and ending the storm's processes, and no others."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path

TESTS = Path(__file__).parent.parent


class Started(subprocess.Popen[bytes]):
    """A process, and the file that takes what it says."""

    def __init__(self, said: Path, words: tuple[object, ...], environ: dict[str, str]) -> None:
        self._said = said
        with open(said, "wb") as output:
            super().__init__(
                [sys.executable, "-m", *map(str, words)],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def last_words(self) -> str:
        """Return the last line that it said."""
        lines = self._said.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "nothing"


class Place:
    """The folder of one storm and the environment of its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "jobs.db"
        self.runs = folder / "runs"
        self.asked = folder / "asked"
        self.deeds = folder / "deeds"
        self._started = count()
        said = {name: text for name, text in os.environ.items() if not name.startswith("JOBDASH_")}
        self.environ = said | {
            "SOAK_DB": str(self.database),
            "SOAK_RUNS": str(self.runs),
            "SOAK_ASKED": str(self.asked),
            "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}",
        }

    def start(self, *words: object) -> "Started":
        """Start `python -m …`. Closing its input asks it to end."""
        return Started(self.folder / f"said-{next(self._started):04}", words, self.environ)

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
