"""What workers print, passed on to whoever has started the pool.

The workers' output goes to files; here it is read from them and written to the pool's own standard
output, as if they had it still. That may lag and leave things out, for nobody waits for it: what
does not fit into the terminal or the pipe is tried again at the next look.
"""

import os
import select
import sys
from collections.abc import Set

from jobdash.logfiles import LogFile, opened

# A pipe that is ready takes so much without waiting.
_AT_ONCE = select.PIPE_BUF
_MOST_PER_LOOK = 16 * _AT_ONCE
# Who is further behind than this does not want to see it all.
_FARTHEST_BEHIND = 1_000_000


class Relay:
    """Passes on what has been added to the files since the last look."""

    def __init__(self, *, is_wanted: bool) -> None:
        self._descriptor = _standard_output() if is_wanted else -1
        self._poller = select.poll()
        if self.is_on:
            self._poller.register(self._descriptor, select.POLLOUT)
        self._seen: dict[str, int] = {}

    @property
    def is_on(self) -> bool:
        """Whether there is anybody to pass it on to."""
        return self._descriptor >= 0

    def pass_on(self, file: LogFile, size: int, name: str, *, is_last: bool = False) -> None:
        """Write what is new in a file; `name` goes before its lines, '' for a lone worker.

        A line that has a name before it waits for its end, unless it is the last.
        """
        seen = self._seen.get(file.path, 0)
        if not self.is_on or size <= seen:
            return
        if size - seen > _FARTHEST_BEHIND:
            seen = size - _FARTHEST_BEHIND
            self._write("jobdash: … some output is left out here: see `jobdash logs` …\n".encode())
        data = _read(file, seen, min(size - seen, _MOST_PER_LOOK))
        if name and not is_last and len(data) < _MOST_PER_LOOK:
            data = data[: data.rfind(b"\n") + 1]
        self._seen[file.path] = seen + self._write_lines(data, name)

    def forget_all_but(self, known: Set[str]) -> None:
        """Forget how far it has come in files with other paths."""
        self._seen = {path: seen for path, seen in self._seen.items() if path in known}

    def _write_lines(self, data: bytes, name: str) -> int:
        """Return how many bytes of it are dealt with."""
        done = 0
        if not name:
            return self._write(data)
        before = f"{name} | ".encode()
        for line in data.splitlines(keepends=True):
            written = self._write(before + line)
            done += max(0, written - len(before))
            if written < len(before + line):
                break
        return done

    def _write(self, data: bytes) -> int:
        """Return how much of it the other side has taken."""
        done = 0
        while done < len(data) and self._poller.poll(0):
            try:
                done += os.write(self._descriptor, data[done : done + _AT_ONCE])
            except OSError:
                self._descriptor = -1  # nobody is left to read it
                break
        return done


def _standard_output() -> int:
    try:
        sys.stdout.flush()
        number = sys.stdout.fileno()
        nowhere = os.path.samestat(os.fstat(number), os.stat(os.devnull))
    except (OSError, ValueError, AttributeError):
        return -1
    return -1 if nowhere else number


def _read(file: LogFile, start: int, size: int) -> bytes:
    try:
        descriptor = opened(file)
    except OSError:
        return b""
    try:
        return os.pread(descriptor, size, start)
    finally:
        os.close(descriptor)
