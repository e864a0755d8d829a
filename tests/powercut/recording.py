"""Running the scene under strace, and what the trace says was written and synced, in order."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent.parent
_CALLS = "pwrite64,ftruncate,fdatasync,fsync,write,unlink,unlinkat,rename"
_SECONDS = 300

# An anchor keeps the log from being deleted when another connection is the last one.
_ANCHOR = "import sys; from powercut.app import huey; print('there', flush=True); sys.stdin.read()"

_CALL = re.compile(r"(\d+) +(\w+)\((.*?)(?:\) += (-?\d+).*| <unfinished \.\.\.>)$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+)")
_FILE = re.compile(r"\d+<([^>]*)>")
_DATA = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_UNLINKING = ("unlink", "unlinkat", "rename")


@dataclass
class Call:
    """One system call on one of our files. It lasts from line `begun` to line `ended`."""

    name: str
    file: str
    begun: int
    ended: int
    offset: int = 0
    data: bytes = b""

    @property
    def is_sync(self) -> bool:
        return self.name in ("fdatasync", "fsync")


@dataclass
class Recording:
    """The files before, what was done to them, and how many lines the trace has."""

    before: dict[str, bytes]
    calls: list[Call]
    length: int


def record(folder: Path, durability: str, jobs: int) -> Recording:
    """Let the scene play with this durability, and return what reached its files and when."""
    database = folder / "jobs.db"
    environ = {name: text for name, text in os.environ.items() if not name.startswith("JOBDASH_")}
    environ |= {
        "CUT_DB": str(database),
        "CUT_DURABILITY": durability,
        "CUT_ACKS": str(folder / "acks"),
        "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}",
    }
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _ANCHOR]
    with subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe) as anchor:
        assert anchor.stdout is not None
        assert anchor.stdout.readline() == b"there\n"
        files = (database, folder / "jobs.db-wal")
        before = {str(file): file.read_bytes() for file in files}
        _play(folder / "trace", environ, jobs)
        anchor.kill()
    with open(folder / "trace", encoding="ascii") as trace:
        lines = [*trace]
    ours = {*before, str(folder / "acks")}
    return Recording(before, [*_calls(lines, ours)], len(lines))


def _play(trace: Path, environ: dict[str, str], jobs: int) -> None:
    what = ("-e", f"trace={_CALLS}", "-e", "signal=none")
    # Its children too, files by name, data in hexadecimal and whole.
    strace = ("strace", "-f", "-y", "-xx", "-s", "100000", *what, "-o", str(trace))
    scene = (sys.executable, "-m", "powercut.scene", str(jobs))
    subprocess.run([*strace, *scene], env=environ, check=True, timeout=_SECONDS)


def _calls(lines: list[str], ours: set[str]) -> Iterator[Call]:
    open_: dict[str, Call] = {}
    for number, line in enumerate(lines):
        if resumed := _RESUMED.match(line):
            call = open_.pop(resumed[1], None)
            if call is not None:
                call.ended = number
        elif (begun := _CALL.match(line)) and (call := _call(begun, number, ours)):
            if begun[4] is None:
                open_[begun[1]] = call
            yield call


def _call(match: re.Match[str], number: int, ours: set[str]) -> Call | None:
    _, name, words, _ = match.groups()
    if name in _UNLINKING:
        assert not any(_quoted(file) in words for file in ours), f"a file went away: {words}"
        return None
    file = _FILE.match(words)
    if file is None or _path(file[1]) not in ours:
        return None
    call = Call(name, _path(file[1]), number, number)
    if "write" in name:
        data = _DATA.search(words)
        assert data is not None
        assert not data[2], "a write was longer than what is recorded"
        call.data = bytes.fromhex(data[1].replace("\\x", ""))
    if name in ("pwrite64", "ftruncate"):
        call.offset = int(words.rpartition(", ")[2])
    return call


def _path(told: str) -> str:
    """Return the path that strace has told, escaped or not."""
    return bytes.fromhex(told.replace("\\x", "")).decode() if told.startswith("\\x") else told


def _quoted(path: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in path.encode()) + '"'
