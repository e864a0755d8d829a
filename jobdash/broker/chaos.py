"""Faults on purpose, in the place of a body: limits, retries and rescue take them for real."""

import os
import signal
import sys
import time

from jobdash.broker.log import logger
from jobdash.errors import ChaosError

DELIVERED_TWICE = "twice"
_A_WHILE = 0.1


def strike(fault: str) -> None:
    """Do to this run what somebody wants; return if its body is to run."""
    if fault == "raise":
        raise ChaosError("this run raises on purpose: somebody wants it so (jobdash chaos)")
    if fault == "kill":
        _say("this run kills its worker on purpose")
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "hang":
        _say("this run hangs on purpose")
        while True:
            # Short, for where an alarm cannot interrupt a sleep.
            time.sleep(_A_WHILE)


def _say(words: str) -> None:
    """Say it in the job's own log, whatever logging is set up."""
    logger.warning("%s", words)
    sys.stderr.write(f"jobdash chaos: {words}\n")
    sys.stderr.flush()
