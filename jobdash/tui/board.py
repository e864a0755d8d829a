"""The one screen of the dashboard: the frame around the places, and the way between them."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from jobdash.job import State
from jobdash.tui import keys
from jobdash.tui.clock import now_us
from jobdash.tui.feed import Feed
from jobdash.tui.keys import bindings
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.help import HelpScreen
from jobdash.tui.places.dead import DeadPlace
from jobdash.tui.places.job import JobPlace
from jobdash.tui.places.jobs import JobsPlace
from jobdash.tui.places.place import Place
from jobdash.tui.places.workers import WorkersPlace
from jobdash.tui.questions import Head
from jobdash.tui.surroundings import LEAST_HEIGHT, LEAST_WIDTH
from jobdash.tui.topics import HEAD
from jobdash.tui.widgets.filter_line import FilterLine
from jobdash.tui.widgets.header import Header
from jobdash.tui.widgets.key_line import KeyLine
from jobdash.tui.widgets.notice import Notice
from jobdash.tui.widgets.tabs import Tabs


class Board(Screen[None]):
    """Header, tabs, notices, one place at a time, and the keys that work there."""

    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (LEAST_WIDTH, "-fits")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_HEIGHT, "-short"), (30, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.EVERYWHERE))

    def __init__(
        self, options: DashboardOptions, feed: Feed, banner: Callable[[Head | None], str]
    ) -> None:
        super().__init__()
        self._banner = banner
        self._options = options
        self._feed = feed
        self.jobs = JobsPlace(feed, options.queue)
        self.dead = DeadPlace(feed, options.queue)
        self.workers_place = WorkersPlace(feed, options.queue)
        self.job = JobPlace(feed, options.queue)
        self.place: Place = self.jobs
        self._header = Header(options.database.name, options.queue)
        self._tabs = Tabs(options.note)
        self._notice = Notice()
        self._switcher = ContentSwitcher(*self._places, initial="jobs", id="places")
        self._key_line = KeyLine("keys")
        self._came_from: Place = self.jobs

    def compose(self) -> ComposeResult:
        """Make the frame and the places."""
        yield self._header
        yield self._tabs
        yield self._notice
        yield self._switcher
        yield self._key_line
        yield Static(
            f"jobdash needs {LEAST_WIDTH}x{LEAST_HEIGHT} cells: make the terminal larger",
            id="too-small",
            markup=False,
        )

    def on_mount(self) -> None:
        """Show what has been read while the screen was made."""
        self.place.arrive()
        self.take()

    @property
    def _places(self) -> tuple[Place, ...]:
        return self.jobs, self.dead, self.workers_place, self.job

    # -- showing ---------------------------------------------------------------------------------

    def take(self) -> None:
        """Show the newest snapshot."""
        if self.place.is_mounted:
            self.place.take(self._feed.latest, now_us())
            self._draw_frame()
            self._show_hints()

    def tick(self) -> None:
        """A second has passed."""
        self.place.tick(now_us())
        self._draw_frame()

    def _draw_frame(self) -> None:
        snapshot = self._feed.latest
        head = snapshot.value(HEAD)
        shown = self._came_from if self.place is self.job else self.place
        self._header.take(snapshot, now_us())
        self._tabs.take(shown.id or "", head)
        self._notice.take(snapshot.trouble, self._banner(head))

    @on(Place.HintsChanged)
    def _hints_changed(self, event: Place.HintsChanged) -> None:
        event.stop()
        self._show_hints()

    def _show_hints(self) -> None:
        hints = self.place.hints()
        way_out = keys.BACK if self.place is self.job else keys.LEAVE
        self._key_line.take(hints, (keys.HELP, way_out))

    @on(KeyLine.Pressed)
    async def _press(self, event: KeyLine.Pressed) -> None:
        owner = self if event.key in keys.EVERYWHERE else self.place
        await self.app.run_action(event.key.action, owner)

    # -- ways ------------------------------------------------------------------------------------

    def go(self, place: Place) -> None:
        """Show a place."""
        if place is not self.place:
            self.place.leave()
            self.place = place
            self._switcher.current = place.id
        place.ask()
        place.arrive()
        self.take()

    def action_place(self, name: str) -> None:
        """Go to the place of that name."""
        self.go(next(place for place in self._places if place.id == name))

    @on(Tabs.Chosen)
    def _tab_chosen(self, event: Tabs.Chosen) -> None:
        self.action_place(event.place)

    @on(Place.OpenJob)
    def _open_job(self, event: Place.OpenJob) -> None:
        if self.place is not self.job:
            self._came_from = self.place
        self.job.show_job(event.seq)
        self.go(self.job)

    @on(DeadPlace.OpenGroup)
    def _open_group(self, event: DeadPlace.OpenGroup) -> None:
        self.go(self.jobs)
        self.jobs.show_only(State.FAILED, f"group:{event.group.signature}")

    def action_back(self) -> None:
        """Close one thing; never leave the program."""
        if self.place is self.job:
            self.go(self._came_from)
        else:
            self.place.close_one()

    async def action_leave(self) -> None:
        """Go back; at the top, quit."""
        if self.place is self.job:
            self.go(self._came_from)
        else:
            await self.app.run_action("quit")

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen())

    async def action_new(self) -> None:
        """Enqueue a job."""
        await self.app.run_action("new")

    async def action_pause(self) -> None:
        """Pause or resume."""
        await self.app.run_action("pause")

    @on(FilterLine.Done)
    def _typed(self) -> None:
        self._show_hints()
