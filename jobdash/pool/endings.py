"""How processes end, in words."""

import os
import signal


def of_status(status: int) -> str:
    """Describe a raw wait status: 'exit code 3', 'SIGKILL'."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
