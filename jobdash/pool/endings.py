"""How processes end, in words."""

import os
import signal

# A worker's own exit code when it must not touch its files any more.
GUTTED = 79
_TOLD = {GUTTED: ", for the task had closed file descriptors of its worker"}


def of_status(status: int) -> str:
    """Describe a raw wait status: 'exit code 3', 'killed by signal 9 (SIGKILL)'."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit code {code}{_TOLD.get(code, '')}"
    return f"killed by signal {_named(-code)}"


def is_kill(status: int) -> bool:
    """Whether it was SIGKILL that ended the process."""
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _named(number: int) -> str:
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:
        return str(number)
