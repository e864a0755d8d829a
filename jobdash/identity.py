"""Which process this is, beyond its reusable number: pid, start time, boot, process group."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

_POLL_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Identity:
    """One process for all time. `born` is only ever compared with itself: its unit is the system's.

    `pgid` is the process group that ends with the process, None if it shares its group with others.
    `boot` tells apart both boots of the machine and containers that number processes anew.
    """

    pid: int
    pgid: int | None
    boot: str
    born: int

    @classmethod
    def own(cls, pgid: int | None = None) -> "Identity":
        """Return the identity of the calling process."""
        return cls(os.getpid(), pgid, boot(), birth(os.getpid()) or 0)


@lru_cache(maxsize=1)
def boot() -> str:
    """Return what differs whenever the same pid may mean another process."""
    if sys.platform == "linux":
        # Read as bytes: in a forked worker, a codec would have to be imported first.
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            return f"{file.read().strip().decode()} {os.readlink('/proc/self/ns/pid')}"
    return _output("sysctl", "-n", "kern.boottime")


def birth(pid: int) -> int | None:
    """Return when a process started, or None if there is no such process."""
    if sys.platform == "linux":
        return _birth_in_ticks(pid)
    started = _output("ps", "-o", "lstart=", "-p", str(pid))
    return int(time.mktime(time.strptime(started, "%a %b %d %H:%M:%S %Y"))) if started else None


def end_group(identity: Identity, seconds: float = 0.2) -> bool:
    """Kill what is left of a process and of the group it led; wait until it is gone.

    Kills nothing unless that group surely is the one meant. Returns False if some of it is left
    after `seconds`, as what sits in the kernel cannot be killed, or if it is the caller's own.
    """
    if identity.pgid is None or not _is_from_here(identity):
        return True
    if identity.pgid == os.getpgrp():
        return False
    deadline = time.monotonic() + seconds
    while _signal_group(identity.pgid) and _has_life(identity.pgid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def send_signal(identity: Identity, number: int) -> None:
    """Send a signal to this very process, if it still exists."""
    if identity.boot == boot() and birth(identity.pid) == identity.born:
        with suppress(ProcessLookupError):
            os.kill(identity.pid, number)


def _is_from_here(identity: Identity) -> bool:
    # A leader that is gone may have left its children; one with another birth is a stranger.
    return identity.boot == boot() and birth(identity.pid) in (None, identity.born)


def _signal_group(pgid: int) -> bool:
    try:
        os.killpg(pgid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _has_life(pgid: int) -> bool:
    """Whether a group has members other than zombies, which nobody may ever wait for."""
    return sys.platform != "linux" or next(living_members(pgid), None) is not None


def living_members(pgid: int) -> Iterator[int]:
    """Yield the processes of a group other than zombies; nothing where there is no /proc."""
    names = os.listdir("/proc") if sys.platform == "linux" else []
    pids = (int(name) for name in names if name.isdigit())
    return (pid for pid in pids if _is_living_member(_stat(pid), pgid))


def _is_living_member(fields: list[bytes] | None, pgid: int) -> bool:
    return fields is not None and fields[0] not in (b"Z", b"X") and int(fields[2]) == pgid


def _birth_in_ticks(pid: int) -> int | None:
    fields = _stat(pid)
    return None if fields is None else int(fields[19])


def _stat(pid: int) -> list[bytes] | None:
    """Return what /proc tells of a process, from its state on, or None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name before it, in brackets, may itself hold spaces and brackets.
            return file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _output(*command: str) -> str:
    import subprocess  # heavy, and only where there is no /proc

    try:
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    except OSError:
        return ""
    return done.stdout.strip()
