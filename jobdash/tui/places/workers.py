"""The place of the processes that work."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import Worker
from jobdash.tui.asking.crew import Crew, CrewQuestion
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import CREW, HEAD
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.rows.workers import job_of, worker_summary
from jobdash.tui.widgets.crew_list import CrewList
from jobdash.tui.widgets.line import Line

_WHY_EMPTY = (
    "No worker is running",
    "+ starts a pool here; elsewhere: jobdash worker -A module:huey",
)


_ON_COPY = ("Nobody works on a copy", "It shows how things were at its moment.")


class WorkersPlace(ListPlace):
    """Who works, and on what; who has ended lately, and how."""

    KEYS = keys.WORKERS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.WORKERS))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._workers = CrewList()
        super().__init__(feed, queue, "workers", self._workers)
        self._question = CrewQuestion(queue)
        self._summary = Line("worker-summary")
        self._known: Crew | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._summary
        yield self._heading
        yield self._workers
        yield self._empty

    def ask(self) -> None:
        """Ask who works, and measure their processes."""
        self.feed.ask(CREW, self._question)

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(CREW)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the workers."""
        super().take(snapshot, now)
        crew = snapshot.value(CREW)
        if crew is not None and crew is not self._known:
            self._known = crew
            self._workers.take(crew.members, self.present)
            self._summary.show(worker_summary(crew, snapshot.value(HEAD)))
            self.show_empty(not crew.members, _ON_COPY if crew.is_of_copy else _WHY_EMPTY)
            self.post_message(self.HintsChanged())

    def tick(self, now: int) -> None:
        """Let the times go on."""
        super().tick(now)
        self._workers.tick(self.present)

    @property
    def _current(self) -> Worker | None:
        member = self._workers.current
        return None if member is None else member.worker

    def action_open(self) -> None:
        """Open the job that the worker runs, or held when it died."""
        self.take_aim()
        worker = self._current
        if worker is not None and (job := job_of(worker)) is not None:
            self.post_message(self.OpenJob(job))
        else:
            self._say_idle()

    def action_act(self, operation: str) -> None:
        """Act on the job that the worker runs."""
        is_sure = self.take_aim()
        worker = self._current
        if worker is not None and worker.job is not None:
            self.post_message(self.Act(operation, [(worker.job,)], is_sure=is_sure))
        else:
            self._say_idle()

    def _say_idle(self) -> None:
        if self._current is not None:
            self.post_message(self.DidNothing("This worker has no job at the moment."))

    def action_crew(self, what: str) -> None:
        """Have a worker more or fewer, or do something about the one under the cursor."""
        is_sure = self.take_aim()
        if what == "add" or self.is_meant(is_sure):
            self.post_message(self.CrewAct(what, self._current))

    def action_copy(self) -> None:
        """Copy the process id."""
        worker = self._current
        if worker is not None:
            self.post_message(self.Copy(str(worker.pid), f"process id {worker.pid}"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        worker = self._current
        if key is keys.ADD_WORKER:
            return self._known is None or not self._known.is_of_copy
        if key is keys.OPEN:
            return worker is not None and job_of(worker) is not None
        if key is keys.CANCEL:
            return worker is not None and worker.job is not None
        return worker is not None and (worker.alive or key is keys.COPY_PID)

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of what the worker does."""
        worker = self._current
        return ("", "") if worker is None else (worker.queue, worker.job_task or "")
