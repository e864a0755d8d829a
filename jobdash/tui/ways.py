"""The ways between the places: there, and back to where one has come from."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, cast

from textual import on

from jobdash.job import State
from jobdash.tui.acting.bulk_line import BulkLine
from jobdash.tui.acting.teller import are_notes_shown, clear_notes
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.questions import Head
from jobdash.tui.frame import Frame
from jobdash.tui.options import DashboardOptions
from jobdash.tui.places.making import JOB, Places
from jobdash.tui.places.place import Place
from jobdash.tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from jobdash.tui.places.job import JobPlace


class Origin(NamedTuple):
    """Where one was led from to some jobs, and what they were before.

    If it was a job's place: which job, and where one had come from to that.
    """

    place: Place
    seq: int | None
    came_from: Place
    shown: tuple[State | None, str]


class Ways(Frame):
    """A frame in which one can go from place to place."""

    def __init__(
        self, options: DashboardOptions, feed: Feed, banner: Callable[[Head | None], str]
    ) -> None:
        super().__init__(options, feed, banner)
        self.places = Places(self.jobs, feed, options.queue, self._add)
        self._origin: Origin | None = None

    async def _add(self, place: Place) -> None:
        # On the way out there is nowhere to put it.
        if self.elsewhere.is_attached:
            await self.elsewhere.mount(place)

    def go(self, place: Place) -> None:
        """Show a place."""
        if place is not self.place:
            self.place.leave()
            if self._shows_job and place is not self._came_from:
                self._came_from.leave()
            place.fit(self.place.room)
            self.place.display, place.display = False, True
            self.elsewhere.display = place is not self.jobs
            self.place = place
        place.ask()
        place.arrive()
        self.take()

    async def action_place(self, name: str) -> None:
        """Go to the place of that name."""
        if self._origin is not None and self._is_led and name != self.jobs.id:
            # Who comes back to the jobs finds there what was there before.
            self.jobs.show_only(*self._origin.shown)
        self._origin = None
        if self.is_frozen:
            # It would be held as it was long ago, or empty.
            self.action_freeze()
        self.go(await self.places.named(name))

    @on(Tabs.Chosen)
    async def _tab_chosen(self, event: Tabs.Chosen) -> None:
        await self.action_place(event.place)

    @on(Place.OpenJob)
    async def _open_job(self, event: Place.OpenJob) -> None:
        job = cast("JobPlace", await self.places.named(JOB))
        if not self._shows_job:
            self._came_from = self.place
        job.has_neighbours = self._came_from.has_neighbours
        job.show_job(event.seq)
        self.go(job)

    @on(Place.Neighbour)
    def _go_on(self, event: Place.Neighbour) -> None:
        seq = self._came_from.neighbour(event.seq, event.step)
        if seq is not None:
            self.post_message(Place.OpenJob(seq))

    @on(Place.ShowJobs)
    def _show_jobs(self, event: Place.ShowJobs) -> None:
        seq = cast("JobPlace", self.place).seq if self._shows_job else None
        self._origin = Origin(self.place, seq, self._came_from, self.jobs.shown)
        self.go(self.jobs)
        self.jobs.show_only(event.state, event.typed, event.meaning)

    def action_find_jobs(self) -> None:
        """Go to the jobs and type a filter there: what is typed then is no key of a place."""
        if self.is_frozen:
            self.action_freeze()
        self._show_jobs(Place.ShowJobs(self.place.LOOKS_FOR, ""))
        self.jobs.action_filter()

    @property
    def _is_led(self) -> bool:
        """Whether the jobs are still those that another place has led to."""
        return self._origin is not None and self.place is self.jobs and self.jobs.is_as_shown

    @property
    def has_way_back(self) -> bool:
        """Whether one has come from another place, to a job or to a group of jobs."""
        return super().has_way_back or self._is_led

    def action_back(self) -> None:
        """Close one thing, and the passing notes with it; never leave the program."""
        had_notes = are_notes_shown(self.app)
        clear_notes(self.app)
        if had_notes and self.place.has_marks:
            # Many marks are much work: not lost to who only wants to be rid of a note.
            return
        if self.query(BulkLine):
            self.query(BulkLine).last().stop()
        elif self._origin is not None and self._is_led and not self.place.has_marks:
            self._return_to(self._origin)
        elif not self.place.close_one() and self._shows_job:
            self.go(self._came_from)

    def _return_to(self, origin: Origin) -> None:
        self._origin = None
        self.jobs.show_only(*origin.shown)
        if origin.seq is not None:
            self._came_from = origin.came_from
            cast("JobPlace", origin.place).show_job(origin.seq)
        self.go(origin.place)

    async def action_leave(self) -> None:
        """Go back; at the top, quit."""
        if self._shows_job:
            self.go(self._came_from)
        elif self._is_led:
            self.action_back()
        else:
            await self.app.run_action("end")
