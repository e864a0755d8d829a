"""Whether a worker is to stay and to take jobs, as it is told over two pipes."""

import os
import select

DRAIN, RESUME = b"d", b"r"


class Duty:
    """Hears `stop`, whose end is meant for everybody, and `own`, which is this worker's alone."""

    def __init__(self, stop: int, own: int, *, is_off: bool) -> None:
        self.descriptors = (stop, own)
        self.is_over = False
        self.is_off = is_off
        self._own = own
        self._poller = select.poll()
        for descriptor in self.descriptors:
            self._poller.register(descriptor, select.POLLIN)

    def listen(self, seconds: float | None = 0) -> None:
        """Take in what has been told, or will be within so many seconds; None waits for ever."""
        for descriptor, _ in self._poller.poll(None if seconds is None else 1000 * seconds):
            told = self._told() if descriptor == self._own else b""
            if told:
                self.is_off = told.endswith(DRAIN)
            else:
                self.is_over = True

    def _told(self) -> bytes:
        try:
            return os.read(self._own, 64)
        except OSError:
            return b""  # a task has closed it
