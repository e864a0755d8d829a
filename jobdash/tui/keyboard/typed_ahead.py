"""Keys that are typed before the one ahead of them has done its work.

Textual sends a key to whatever has the focus when it is typed. Who types `/x` in one go would not
filter for an x but cancel a job: the x is on its way to the list while the slash opens the input.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from textual import events, on
from textual.app import App
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from jobdash.tui.keyboard.keys import MOVE

# A widget that goes away with the echo in its hands: nobody's keys wait longer than this.
_LONGEST_WAIT = 0.5
# What is asked about is read first. Keys that come before the question would do other things.
_LONGEST_PREPARING = 2.0
# A key opens a box, the box takes the focus; Enter tells the line, the line its place.
_TRIPS = 2
# How often to look whether a list has been read.
_LOOK_EVERY = 0.01
# Nobody waits for these, which lead nowhere else: they are held down, and have to keep up.
_STEADY = frozenset(name for key in MOVE for name in key.keys.split(","))


class _Echo(Message):
    """Goes the way of a key, behind it, and behind what it has set going as often as it is sent."""

    def __init__(self, trips: int) -> None:
        super().__init__()
        self.trips = trips


class TypedAhead(App[str]):
    """Sends each key on when the one before it has done its work."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._held: deque[events.Key] = deque()
        self._echo: _Echo | None = None
        self._sent = 0.0
        self._preparing: list[Callable[[], bool] | None] = []
        # Keys that wait for nothing.
        self.at_once: frozenset[str] = frozenset()

    @contextmanager
    def preparing(self, needed: Callable[[], bool] | None = None) -> Iterator[None]:
        """Let keys wait in a block that leads to a question: they are its answers.

        They wait no longer than a person would, or for as long as `needed` says so.
        """
        self._preparing.append(needed)
        try:
            yield
        finally:
            self._preparing.remove(needed)

    @property
    def is_reading(self) -> bool:
        """Whether what the next key is for has not been read yet."""
        return False

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait for its turn."""
        if not isinstance(event, events.Key) or event.is_forwarded or self._is_urgent(event):
            await super().on_event(event)
        elif self._echo is None:
            await self._send(event)
        else:
            self._held.append(event)

    def _is_urgent(self, key: events.Key) -> bool:
        """Return whether a key is for what keeps the others waiting: to close it, or to quit."""
        closes = key.key == "escape" and not self._held and self._is_needed
        return key.key in self.at_once or closes

    async def _send(self, key: events.Key) -> None:
        target = self._target
        self._sent = time.monotonic()
        await super().on_event(key)
        if not (key.key in _STEADY or (key.is_printable and isinstance(target, Input))):
            self._listen(target, _TRIPS)

    def _listen(self, target: Widget, trips: int) -> None:
        echo = self._echo = _Echo(trips)
        if not target.post_message(echo):
            self.post_message(echo)
        asyncio.get_running_loop().call_later(_LONGEST_WAIT, self._hear, echo)

    def _hear(self, echo: _Echo) -> None:
        if echo is self._echo:
            self.post_message(_Echo(0))

    @on(_Echo)
    async def _heard(self, echo: _Echo) -> None:
        # A box that opens begins before the next key.
        await asyncio.sleep(0)
        if not self.screen_stack:
            return  # on the way out nobody is there who could hear
        if echo.trips:
            self._listen(self._target, echo.trips - 1)
            return
        if self._is_needed or time.monotonic() < self._sent + self._patience:
            # Asked again from outside: the news must get through meanwhile.
            self._echo = _Echo(0)
            asyncio.get_running_loop().call_later(_LOOK_EVERY, self._hear, self._echo)
            return
        self._echo = None
        while self._held and self._echo is None:
            await self._send(self._held.popleft())

    @property
    def _is_needed(self) -> bool:
        return any(needed is not None and needed() for needed in self._preparing)

    @property
    def _patience(self) -> float:
        if None in self._preparing:
            return _LONGEST_PREPARING
        # Who types into a line sees what that does to the list later on.
        must_wait = self.is_reading and not isinstance(self._target, Input)
        return _LONGEST_WAIT if must_wait else 0.0

    @property
    def _target(self) -> Widget:
        return self.focused or self.screen


def preparing(
    app: App[Any], needed: Callable[[], bool] | None = None
) -> AbstractContextManager[None]:
    """Let the keys of an app wait in a block that leads to a question."""
    return app.preparing(needed) if isinstance(app, TypedAhead) else nullcontext()
