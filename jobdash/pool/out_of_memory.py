"""How often the kernel has killed for want of memory, by its own counters. Linux only.

The counter of our own control group tells of our processes alone; where it has none (the first
version of control groups, or their root), that of the whole machine is the next best.
"""

from contextlib import suppress


def kills(root: str = "/") -> int | None:
    """Return the counter as it stands, None if there is none to read."""
    for path in (_own_events(root), f"{root}proc/vmstat"):
        lines = (line.split() for line in _read(path).splitlines())
        for words in lines:
            if words[:1] == ["oom_kill"]:
                return int(words[1])
    return None


def has_killed_since(before: int | None, root: str = "/") -> bool:
    """Return whether the counter has risen since it stood so."""
    after = kills(root)
    return before is not None and after is not None and after > before


def _own_events(root: str) -> str:
    groups = _read(f"{root}proc/self/cgroup").splitlines()
    own = next((line[len("0::/") :] for line in groups if line.startswith("0::/")), "")
    return f"{root}sys/fs/cgroup/{own}/memory.events"


def _read(path: str) -> str:
    with suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
        return file.read()
    return ""
