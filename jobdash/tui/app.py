"""The dashboard as a Textual app: its parts, and its beginning and end."""

import asyncio
import gc
import signal
import sys
from contextlib import suppress
from typing import ClassVar

from textual import events, on, work
from textual.binding import BindingType
from textual.driver import Driver

from jobdash.tui.acting.acts import Acts
from jobdash.tui.acting.leaving import ending_screen, leave_screen
from jobdash.tui.alarm import Alarm
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.pulse import Pulse
from jobdash.tui.asking.questions import HeadQuestion
from jobdash.tui.asking.topics import HEAD
from jobdash.tui.board import Board
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import bindings
from jobdash.tui.keyboard.keymap import Keymap
from jobdash.tui.looks.ascii_filter import AsciiFilter
from jobdash.tui.looks.kept_theme import KeptTheme
from jobdash.tui.messages import FeedFailed, SnapshotReady
from jobdash.tui.options import DashboardOptions, PoolHandle
from jobdash.tui.overlays.choice import ChoiceScreen
from jobdash.tui.pool_watch import PoolWatch
from jobdash.tui.requests import Requests
from jobdash.tui.sure_timers import SureTimers
from jobdash.tui.surroundings import is_in_browser, wants_ascii

# What a shell reports for a program that a signal has ended.
_SIGNALLED = 128


class DashboardApp(SureTimers, Requests):
    """Returns how a pool that was started for it is to be stopped: `finish`, `now` or `leave`."""

    CSS_PATH = "jobdash.tcss"
    TITLE = "jobdash"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings([keys.QUIT], priority=True),
        *bindings([keys.SUSPEND]),
    ]

    def __init__(self, options: DashboardOptions) -> None:
        super().__init__(options.theme, KeptTheme(options.state), driver_class=_driver())
        self.options = options
        chosen = Keymap(options.keys).chosen
        self.set_keymap(chosen)
        # What may be pressed where nothing can be shown, and waits for nothing.
        self.at_once = frozenset(
            name.strip()
            for key in (keys.QUIT, keys.SUSPEND)
            for name in chosen.get(key.name_for_users, key.keys).split(",")
        )
        self.feed = Feed(options.database, self._news, self._feed_failed, options.clock)
        self.acts = Acts(self, options.database, only_looks=options.only_looks)
        self.pool_watch = PoolWatch(options, self._pool_restarted)
        self.alarm = Alarm(self.pool_watch.banner, Keymap(options.keys).shown(keys.BREAKER))
        self.board = Board(options, self.feed, self.alarm.banner)
        self._leaving = False

    def get_default_screen(self) -> Board:
        """Return the one screen."""
        return self.board

    # -- beginning and end -----------------------------------------------------------------------

    def on_load(self) -> None:
        """Begin to read before there is anything to draw on: the first paint has jobs in it."""
        if wants_ascii(self.options.ascii):
            self._filters.append(AsciiFilter())
        self.feed.ask(HEAD, HeadQuestion(self.options.queue, Pulse()))
        self.board.place.ask()
        self.feed.start()

    def on_mount(self) -> None:
        """Listen to signals and to the clock."""
        self.set_interval(1.0, self._tick)
        # The shell has written over the screen meanwhile.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if not self.is_headless:
            self._listen_to_signals()

    def on_ready(self) -> None:
        """Begin with what can wait for the first paint."""
        self.call_after_refresh(gc.freeze)
        if not self.is_headless:
            self._make_ahead()

    @work
    async def _make_ahead(self) -> None:
        await self.board.places.make_ahead()
        # Spare the garbage collector all that has been made for good: pauses of 50 ms.
        gc.freeze()

    def on_unmount(self) -> None:
        """Stop reading, and whatever is under way."""
        self.feed.stop()
        self.acts.stop_all()

    def _listen_to_signals(self) -> None:
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            with suppress(NotImplementedError):
                if number is not None:
                    asyncio.get_running_loop().add_signal_handler(number, self._end, number)

    def _end(self, number: int) -> None:
        # Nobody can be asked any more: running jobs may finish, the rest stays in the file.
        self.exit("finish", return_code=_SIGNALLED + number)

    @property
    def is_reading(self) -> bool:
        """Whether what the next key is for has not been read yet."""
        # On the way out there is no screen any more.
        return self.board.place.is_reading and self.board in self.screen_stack[-1:]

    async def on_event(self, event: events.Event) -> None:
        """Let no key act on what cannot be seen."""
        if not (isinstance(event, events.Key) and self._is_blind(event.key)):
            await super().on_event(event)

    def _is_blind(self, key: str) -> bool:
        is_seen = self.screen is not self.board or not self.board.is_too_small
        return not is_seen and key not in self.at_once

    # -- news ------------------------------------------------------------------------------------

    def _news(self) -> None:
        self.post_message(SnapshotReady())

    def _feed_failed(self, error: Exception) -> None:
        self.post_message(FeedFailed(error))

    @on(FeedFailed)
    def _raise(self, event: FeedFailed) -> None:
        raise event.error

    @on(SnapshotReady)
    def _take(self) -> None:
        if self.is_running and self.board.is_mounted:
            self.board.take()
            if self.alarm.rings(self.feed.latest.value(HEAD)):
                self.bell()

    def _tick(self) -> None:
        self.board.tick()
        self.offer_undo()
        if self.pool_watch.must_restart():
            self.run_worker(self.pool_watch.restart, thread=True, group="pool", exclusive=True)

    def _pool_restarted(self) -> None:
        self.call_from_thread(
            self.acts.tell, "The pool died: it was started again, once.", "warning"
        )

    # -- the end ---------------------------------------------------------------------------------

    @property
    def pool(self) -> PoolHandle | None:
        """The pool that was started for this dashboard, if one was."""
        return self.pool_watch.pool

    @work
    async def _leave(self, question: ChoiceScreen) -> None:
        choice = await self.push_screen_wait(question)
        self._leaving = False
        if choice:
            self.exit(choice)

    async def action_quit(self) -> None:
        """Quit; ask what becomes of a pool that was started for this dashboard."""
        if self.pool_watch.is_ours:
            head = self.feed.latest.value(HEAD)
            busy = sum(worker.job is not None for worker in head.runners) if head else 0
            self._ask_to_leave(leave_screen(busy))
        else:
            self.exit("leave")

    async def action_end(self) -> None:
        """Quit by the key that leads back, which is easily pressed once too often."""
        if self.options.ending and not self.pool_watch.is_ours:
            self._ask_to_leave(ending_screen(self.options.ending))
        else:
            await self.action_quit()

    def _ask_to_leave(self, question: ChoiceScreen) -> None:
        if not self._leaving:
            self._leaving = True
            self._leave(question)


def _driver() -> type[Driver] | None:
    """Return the driver for this platform, None for Textual's own choice."""
    if is_in_browser():
        from jobdash.tui.drivers.browser import BrowserDriver

        return BrowserDriver
    if sys.platform == "win32":
        return None
    from jobdash.tui.drivers.quick import QuickDriver

    return QuickDriver
