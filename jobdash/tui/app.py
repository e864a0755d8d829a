"""The dashboard as a Textual app: feed, signals, pool, and everything that asks first."""

import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver

from jobdash.report import JobFilter
from jobdash.tui import keys
from jobdash.tui.acts import Acts
from jobdash.tui.ascii_filter import AsciiFilter
from jobdash.tui.board import Board
from jobdash.tui.clipboard import copy
from jobdash.tui.feed import Feed
from jobdash.tui.keys import bindings
from jobdash.tui.leaving import leave_screen
from jobdash.tui.messages import FeedFailed, SnapshotReady
from jobdash.tui.operations import Chosen
from jobdash.tui.options import DashboardOptions
from jobdash.tui.places.jobs import JobsPlace
from jobdash.tui.places.place import Place
from jobdash.tui.pool_watch import PoolWatch
from jobdash.tui.pulse import Pulse
from jobdash.tui.questions import HeadQuestion
from jobdash.tui.surroundings import wants_ascii
from jobdash.tui.theme import THEME
from jobdash.tui.topics import HEAD

# What a shell reports for a program that a signal has ended.
_SIGNALLED = 128


class DashboardApp(App[str]):
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
        super().__init__(driver_class=_driver())
        self.register_theme(THEME)
        self.theme = THEME.name
        self.options = options
        self.feed = Feed(options.database, self._news, self._feed_failed)
        self.acts = Acts(self, options.database, read_only=options.read_only)
        self._watch = PoolWatch(options, self._pool_restarted)
        self.board = Board(options, self.feed, self._watch.banner)
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
        """Spare the garbage collector all that has been made for good: pauses of 50 ms."""
        self.call_after_refresh(gc.freeze)

    def on_unmount(self) -> None:
        """Stop reading."""
        self.feed.stop()

    def _listen_to_signals(self) -> None:
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            with suppress(NotImplementedError):
                if number is not None:
                    asyncio.get_running_loop().add_signal_handler(number, self._end, number)

    def _end(self, number: int) -> None:
        # Nobody can be asked any more: running jobs may finish, the rest stays in the file.
        self.exit("finish", return_code=_SIGNALLED + number)

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

    def _tick(self) -> None:
        self.board.tick()
        if self._watch.must_restart():
            self.run_worker(self._watch.restart, thread=True, group="pool", exclusive=True)

    def _pool_restarted(self) -> None:
        self.call_from_thread(
            self.acts.tell, "The pool died: it was started again, once.", "warning"
        )

    # -- what asks first -------------------------------------------------------------------------

    @on(Place.Act)
    def _act_wanted(self, event: Place.Act) -> None:
        self._act(event.operation, event.chosen)

    @work
    async def _act(self, operation: str, chosen: Sequence[Chosen]) -> None:
        if await self.acts.act(operation, chosen):
            self.board.place.acted()

    @on(Place.Change)
    def _change_wanted(self, event: Place.Change) -> None:
        self._change(event.chosen)

    @work
    async def _change(self, chosen: Sequence[Chosen]) -> None:
        # Imported at its first use, as the form for new jobs is.
        from jobdash.tui.changed_replays import ChangedReplays

        if await ChangedReplays(self, self.options, self.acts.tell).run(chosen):
            self.board.place.acted()

    @on(JobsPlace.MarkAll)
    def _all_wanted(self, event: JobsPlace.MarkAll) -> None:
        self._mark_all(event.wanted)

    @work(exclusive=True, group="mark")
    async def _mark_all(self, wanted: JobFilter) -> None:
        self.board.jobs.mark(wanted, await self.acts.find(wanted))

    @on(Place.Copy)
    def _copy(self, event: Place.Copy) -> None:
        copy(self, event.text)
        self.acts.tell(f"Copied {event.what}.")

    @work
    async def action_new(self) -> None:
        """Enqueue a job."""
        # Imported at its first use: the form is not part of the first paint.
        from jobdash.tui.new_jobs import NewJobs

        await NewJobs(self, self.options, self.acts.tell).run(self.board.place.subject[1])

    @work
    async def action_pause(self) -> None:
        """Pause or resume a task, or everything."""
        queue, task = self.board.place.subject
        head = self.feed.latest.value(HEAD)
        queue = queue or self.options.queue or (head.queues[0] if head and head.queues else "")
        await self.acts.pause(queue, task)

    @work
    async def _leave(self) -> None:
        head = self.feed.latest.value(HEAD)
        busy = sum(worker.job is not None for worker in head.runners) if head else 0
        choice = await self.push_screen_wait(leave_screen(busy))
        self._leaving = False
        if choice:
            self.exit(choice)

    async def action_quit(self) -> None:
        """Quit; ask what becomes of a pool that was started for this dashboard."""
        if not self._watch.is_ours:
            self.exit("leave")
        elif not self._leaving:
            self._leaving = True
            self._leave()


def _driver() -> type[Driver] | None:
    """Return the driver for this platform, None for Textual's own choice."""
    if sys.platform == "win32":
        return None
    from jobdash.tui.quick_driver import QuickDriver

    return QuickDriver
