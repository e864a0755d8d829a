"""The logger that huey's users know."""

import logging
import time

logger = logging.getLogger("huey")
# What is wrong with a worker itself, and no job's affair.
trouble = logging.getLogger("huey.trouble")

REPEAT_SECONDS = 60.0


class Seldom:
    """Logs trouble that lasts: the same words at most once a minute."""

    def __init__(self) -> None:
        self._words, self._said_at = "", 0.0

    def error(self, words: str) -> None:
        """Log an error unless it was the last one, and not long ago."""
        clock = time.monotonic()
        if words != self._words or clock > self._said_at + REPEAT_SECONDS:
            self._words, self._said_at = words, clock
            trouble.error("%s", words)
