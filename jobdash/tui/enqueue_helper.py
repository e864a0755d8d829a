"""Enqueues through a process of its own: the dashboard never imports the app."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobdash.errors import UsageError

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is to be enqueued; the options are as typed, '' for the task's default."""

    task: str
    args: Sequence[Any] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    delay: str = ""
    priority: str = ""
    retries: str = ""


def command(app: str, database: Path, new: NewJob) -> list[str]:
    """Return the command line of the helper; no shell ever sees it."""
    options = {"--delay": new.delay, "--priority": new.priority, "--retries": new.retries}
    given = [f"{name}={value}" for name, value in options.items() if value]
    return [
        sys.executable, "-m", "jobdash", "enqueue", "-A", app, "--db", str(database),
        "--args", json.dumps(list(new.args)), "--kwargs", json.dumps(new.kwargs),
        *given, "--json", "--", new.task,
    ]  # fmt: skip


async def enqueue(app: str, database: Path, new: NewJob) -> int:
    """Enqueue it and return the job's number. Raises `UsageError` with the helper's sentence."""
    process = await _started(command(app, database, new))
    try:
        output, errors = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        raise UsageError(f"the app did not load within {_PATIENCE:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode:
        raise UsageError(_sentence(errors) or f"enqueue ended with status {process.returncode}")
    return _seq(output)


async def _started(words: Sequence[str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"the helper process cannot be started: {error}") from error


def _sentence(errors: bytes) -> str:
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("jobdash: ") if lines else ""


def _seq(output: bytes) -> int:
    try:
        return int(json.loads(output)["seq"])
    except (ValueError, KeyError, TypeError):
        raise UsageError("the job was enqueued, but its number could not be read") from None
