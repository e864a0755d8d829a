"""How processes end, in words."""

import os
import signal

# A worker's own exit code when it must not touch its files any more.
GUTTED = 79
_TOLD = {GUTTED: ", for the task had closed file descriptors of its worker"}


def of_status(status: int) -> str:
    """Describe a raw wait status: 'exit code 3', 'SIGKILL'."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit code {code}{_TOLD.get(code, '')}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
