"""The app of the commands: one task, which runs one."""

import logging
import os
from pathlib import Path
from typing import Any

from jobdash.broker.huey import SqliteHuey
from jobdash.shell import QUEUE, TASK, commands_file
from jobdash.shell.command import run_command
from jobdash.shell.failures import CannotRun, CommandFailed
from jobdash.shell.surroundings import environment_of


class _Commands(SqliteHuey):
    """Knows that of a command that failed no line of ours is to blame."""

    def build_error_result(self, task: Any, exception: BaseException) -> dict[str, Any]:
        """Return huey's record of an error."""
        if not isinstance(exception, CommandFailed):
            record: dict[str, Any] = super().build_error_result(task, exception)
            return record
        return {
            "error": str(exception),
            "retries": task.retries,
            "traceback": "",
            "task_id": task.id,
        }


def _file() -> str:
    chosen = os.environ.get("JOBDASH_DB")
    file = Path(chosen) if chosen else commands_file()
    if not chosen:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(file)


huey = _Commands(QUEUE, filename=_file())


def _leave_the_log_to_commands() -> None:
    """What becomes of a command is told by its job; in the job's log is what the command said."""
    logging.getLogger("huey").setLevel(logging.CRITICAL)


huey.on_startup()(_leave_the_log_to_commands)


def _run(*command: str, _directory: str | None = None, _environment: str | None = None) -> int:
    """Run a command; its words are the arguments.

    It fails if its exit code is not 0.
    """
    return run_command(command, _directory, environment_of(huey, _environment))


_run.__module__, _run.__qualname__ = TASK.rsplit(".", 1)
run = huey.task(name=_run.__qualname__, give_up_on=(CannotRun,))(_run)
