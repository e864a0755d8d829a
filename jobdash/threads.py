"""The threads of a process and their Python frames, and how `faulthandler` writes them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Where a worker enters a job's body.
_ENTRY = os.path.join(os.path.dirname(__file__), "broker", "attempt.py")
_HUEY = os.path.join("huey", "api.py")
_HEAD = re.compile(
    r"(Current thread|Thread) 0x([0-9a-f]+)(?: \[(.*)\])? \(most recent call first\):"
)
_FRAME = re.compile(r'  File (?:"(.*)"|\?\?\?), line (\d+|\?\?\?) in (.*)')
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_CUT = "  ..."


@dataclass(frozen=True, slots=True)
class Frame:
    """One call; `line` is 0 if it is not known. `source` is the line as it is on the disk now."""

    file: str
    line: int
    function: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread: its calls, the newest last, as in a traceback.

    `is_cut` is whether there are older calls than are told. `is_job` is whether it runs the job;
    then the worker's own calls, which lead to the job's body, are left out.
    """

    id: int
    name: str
    frames: tuple[Frame, ...]
    is_cut: bool = False
    is_job: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """The threads of the process that runs a job, the job's own first."""

    seq: int
    worker: str
    pid: int
    threads: tuple[Thread, ...]


def read_threads(text: str) -> list[Thread]:
    """Return all threads of a process, the one that runs its job first."""
    found = [_thread(head, lines) for head, lines in _blocks(text)]
    bodies = [_body(thread) for _, thread in found]
    # Too deep for its beginning to be told, or between two jobs: then it is where the signal was.
    job = next((body for body in bodies if body), None)
    if job is None:
        return [thread for _, thread in sorted(found, key=lambda one: not one[0])]
    return [job, *(thread for _, thread in found if thread.id != job.id)]


def _blocks(text: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    head, lines = None, list[str]()
    for line in text.splitlines():
        if match := _HEAD.fullmatch(line):
            if head:
                yield head, lines
            head, lines = match, []
        else:
            lines.append(line)
    if head:
        yield head, lines


def _thread(head: re.Match[str], lines: list[str]) -> tuple[bool, Thread]:
    frames = [_frame(match) for line in lines if (match := _FRAME.fullmatch(line))]
    thread = Thread(int(head[2], 16), head[3] or "", tuple(reversed(frames)), _CUT in lines)
    return head[1].startswith("Current"), thread


def _frame(match: re.Match[str]) -> Frame:
    file, line, function = match.groups()
    return Frame(_plain(file or "?"), int(line) if line.isdecimal() else 0, _plain(function))


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1] or match[2] or match[3], 16)), text)


def _body(thread: Thread) -> Thread | None:
    """Return the thread from the job's own first call on, None if it runs no job."""
    frames = thread.frames
    entry = next((n for n, one in enumerate(frames) if _is_entry(one)), None)
    if entry is None:
        return None
    start = entry + 1
    while start < len(frames) and frames[start].file.endswith((_ENTRY, _HUEY)):
        start += 1
    own = frames[start:] or frames
    return Thread(thread.id, thread.name, own, thread.is_cut, is_job=True)


def _is_entry(frame: Frame) -> bool:
    return frame.file == _ENTRY and frame.function == "_call"
