"""Signals as something to poll for, so that none interrupts what is being done."""

import os
import signal
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SignalBox:
    """Collects SIGINT, SIGTERM and SIGHUP inside a `with` block; `fileno()` is then pollable."""

    def __init__(self) -> None:
        self._arrived: list[int] = []
        self._reading, self._writing = os.pipe()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "SignalBox":
        for descriptor in (self._reading, self._writing):
            os.set_blocking(descriptor, False)
        self._wakeup_before = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in _HANDLED:
            self._before[number] = signal.signal(number, self._arrive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._reading)
        os.close(self._writing)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when a signal has arrived."""
        return self._reading

    def clear(self) -> None:
        """Make the descriptor unreadable again."""
        with suppress(BlockingIOError):
            os.read(self._reading, 4096)

    def take(self) -> list[int]:
        """Return the signals that have arrived since the last call."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def _arrive(self, number: int, _frame: FrameType | None) -> None:
        self._arrived.append(number)
