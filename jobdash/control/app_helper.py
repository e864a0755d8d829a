"""What needs the app is done by a process of its own: dashboard and server never import it."""

import asyncio
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobdash.errors import UsageError

_PATIENCE = 30.0
_PER_JOB = 0.01


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is to be enqueued, `count` times; the options are as typed, '' for the default.

    `delay` is a duration, `at` a time; only one of them is given.
    """

    task: str
    args: Sequence[Any] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    delay: str = ""
    at: str = ""
    priority: str = ""
    retries: str = ""
    key: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class ChangedReplay:
    """Finished jobs that are to run again with other values for some arguments."""

    seqs: Sequence[int]
    changes: Mapping[str, Any]


def command(app: str, database: Path, new: NewJob) -> list[str]:
    """Return the command line of the helper; no shell ever sees it."""
    names = ("delay", "at", "priority", "retries", "key")
    given = [f"--{name}={getattr(new, name)}" for name in names if getattr(new, name)]
    if new.count > 1:
        given.append(f"--count={new.count}")
    return [
        sys.executable, "-m", "jobdash", "enqueue", "-A", app, "--db", str(database),
        "--args", json.dumps(list(new.args)), "--kwargs", json.dumps(new.kwargs),
        *given, "--json", "--", new.task,
    ]  # fmt: skip


def replay_command(app: str, database: Path, changes: Mapping[str, Any]) -> list[str]:
    """Return the command line of the helper, which reads the jobs' numbers from its input."""
    changed = [f"--set={name}={json.dumps(value)}" for name, value in changes.items()]
    return [
        sys.executable, "-m", "jobdash", "replay", "-A", app, "--db", str(database),
        *changed, "--json", "-",
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What came of it: the jobs' numbers; not new if the first job of the key was returned."""

    seqs: Sequence[int]
    is_new: bool


async def enqueue(app: str, database: Path, new: NewJob) -> Enqueued:
    """Enqueue it. Raises `UsageError` with the helper's sentence."""
    patience = _PATIENCE + new.count * _PER_JOB
    found = _read(await _run(command(app, database, new), patience=patience))
    jobs = found if isinstance(found, list) else [found]
    return Enqueued([int(job["seq"]) for job in jobs], all(job["is_new"] for job in jobs))


async def replay(app: str, database: Path, wanted: ChangedReplay) -> tuple[list[int], list[str]]:
    """Replay them; return the new jobs' numbers and why others could not be.

    Raises `UsageError` with the helper's sentence if none could.
    """
    seqs = "\n".join(map(str, wanted.seqs))
    patience = _PATIENCE + len(wanted.seqs) * _PER_JOB
    words = replay_command(app, database, wanted.changes)
    outcome = _read(await _run(words, seqs, patience))
    refused = [str(refusal["error"]) for refusal in outcome["refused"]]
    if refused and not outcome["created"]:
        raise UsageError(refused[0])
    return [int(job["seq"]) for job in outcome["created"]], refused


async def testcase(app: str, database: Path, seq: int, file: Path, flags: Collection[str]) -> str:
    """Write a test that makes a job's call; return what there is to say of it, usually nothing.

    `flags` are options of `jobdash testcase`. Raises `UsageError` with the helper's sentence.
    """
    # In full: `-` alone would be standard output.
    words = [
        sys.executable, "-m", "jobdash", "testcase", "-A", app, "--db", str(database),
        "-o", str(file.absolute()), *(f"--{flag}" for flag in sorted(flags)), str(seq),
    ]  # fmt: skip
    _, errors = await _finished(words)
    return _sentence(errors)


async def _run(words: Sequence[str], given: str = "", patience: float = _PATIENCE) -> bytes:
    """Run the helper to its end and return what it printed."""
    output, _ = await _finished(words, given, patience)
    return output


async def _finished(
    words: Sequence[str], given: str = "", patience: float = _PATIENCE
) -> tuple[bytes, bytes]:
    """Run the helper to its end and return what it printed, and what it noted."""
    process = await _started(words)
    try:
        output, errors = await asyncio.wait_for(process.communicate(given.encode()), patience)
    except TimeoutError:
        raise UsageError(f"the app did not answer within {patience:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    # A document tells by itself what was refused.
    if process.returncode and not output:
        raise UsageError(_sentence(errors) or f"it ended with status {process.returncode}")
    return output, errors


async def _started(words: Sequence[str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"the helper process cannot be started: {error}") from error


def _sentence(errors: bytes) -> str:
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("jobdash: ") if lines else ""


def _read(output: bytes) -> Any:
    try:
        return json.loads(output)
    except ValueError:
        raise UsageError("it was done, but what came of it could not be read") from None
