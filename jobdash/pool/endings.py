"""How processes end, in words."""

import os
import signal


def in_words(code: int) -> str:
    """Describe an exit code as `subprocess` has it: 'exit code 3', 'SIGKILL'."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def of_status(status: int) -> str:
    """Describe a raw wait status."""
    return in_words(os.waitstatus_to_exitcode(status))
