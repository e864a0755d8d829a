"""Textual's terminal driver, quicker to tell that a lone Escape was pressed, and sure to end.

An Escape key and the beginning of another key's code look alike until nothing follows. Textual
looks ten times a second whether something has: here that is looked for in time for ESCDELAY.

Textual reads the terminal's size in the signal's handler, which another signal can interrupt: of
many in a row an old size could be told last, and stay. Here it is read when it is told.

A thread of Textual's writes to the terminal. It would end with the first write that fails, and
the dashboard would wait for ever to hand over what comes next: here a lost terminal takes all.
"""

import os
import selectors
import signal
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import IO, Any, cast

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

_ESCAPE = "\x1b"
_LOOK_EVERY = 0.1
_TERMINAL_GONE = 129


class QuickDriver(LinuxDriver):
    """Reads keys, writes to what may be gone; everything else is Textual's."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file = _MayBeGone(cast(IO[str], self._file))  # type: ignore[assignment]

    def start_application_mode(self) -> None:
        """Take the terminal, and hear of each new size that it gets."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGWINCH, lambda *_: self._loop.call_soon_threadsafe(self._tell_size))

    def _tell_size(self) -> None:
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self._app.post_message(Resize(size, size))

    def run_input_thread(self) -> None:
        """Read keys until the app ends or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        patience = _LOOK_EVERY
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                keys = decode(self._typed()) if selector.select(patience) else ""
                self._report(parser, keys)
                patience = constants.ESCAPE_DELAY if keys.endswith(_ESCAPE) else _LOOK_EVERY

    def _report(self, parser: XTermParser, keys: str) -> None:
        if keys:
            for message in parser.feed(keys):
                self.process_message(message)
        for message in parser.tick():
            self.process_message(message)

    def _typed(self) -> bytes:
        try:
            typed = os.read(self.fileno, 4096)
        except OSError:
            typed = b""
        if not typed:
            # The terminal is gone: running jobs may finish, the rest stays in the file.
            self.exit_event.set()
            self._loop.call_soon_threadsafe(self._app.exit, "finish", _TERMINAL_GONE)
        return typed


class _MayBeGone:
    """The terminal's end that is written to; when nobody holds the other one, nothing happens."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()
