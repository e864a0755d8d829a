"""Run a command in a pseudo-terminal, wait until the dashboard shows moving jobs, quit with q.

Fails if the dashboard does not come up, shows nothing done, exits with an error, or leaves a
process behind.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

STARTS_WITHIN = 180.0  # the command may have to install things first
ENDS_WITHIN = 30.0
SIZE = struct.pack("HHHH", 36, 120, 0, 0)
MOVING = re.compile(r"succeeded\s+[1-9]")


def main(command: str) -> int:
    """Return 0 if the dashboard came up, showed work and left cleanly."""
    before = _named_jobdash()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execvp("bash", ["bash", "-c", command])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, SIZE)
    screen = _read_until(terminal, STARTS_WITHIN)
    if not MOVING.search(screen):
        os.kill(pid, signal.SIGTERM)
        return _say(f"no finished job on the screen:\n{screen[-2000:]}")
    status = _quit(pid, terminal)
    if status != 0:
        return _say(f"the dashboard ended with status {status}")
    left = _still_there(_named_jobdash() - before)
    if left:
        return _say(f"processes were left behind: {sorted(left)}")
    print("the demo came up, showed finished jobs and left nothing behind")
    return 0


def _read_until(terminal: int, seconds: float) -> str:
    seen, deadline = "", time.monotonic() + seconds
    while time.monotonic() < deadline and not MOVING.search(seen):
        seen += _plain(_some(terminal))
    return seen


def _quit(pid: int, terminal: int) -> int:
    deadline = time.monotonic() + ENDS_WITHIN
    pressed = 0.0
    while time.monotonic() < deadline:
        if time.monotonic() > pressed + 2:
            # Once to leave, again to say yes where the dashboard asks.
            os.write(terminal, b"q")
            pressed = time.monotonic()
        _some(terminal)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
    os.kill(pid, signal.SIGKILL)
    return -1


def _some(terminal: int) -> bytes:
    if not select.select([terminal], [], [], 0.2)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def _plain(data: bytes) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", data.decode("utf-8", "replace"))


def _named_jobdash() -> set[str]:
    return {path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if _names(path)}


def _names(path: Path) -> bool:
    try:
        return b"jobdash" in path.read_bytes()
    except OSError:
        return False


def _still_there(pids: set[str]) -> set[str]:
    deadline = time.monotonic() + 3
    while pids and time.monotonic() < deadline:
        pids = {pid for pid in pids if os.path.exists(f"/proc/{pid}")}
        select.select([], [], [], 0.1)
    return pids


def _say(problem: str) -> int:
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
