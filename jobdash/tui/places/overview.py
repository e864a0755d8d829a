"""The place that shows at a glance how everything goes."""

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import Job, Worker
from jobdash.report import write_term
from jobdash.report.task_stats import TaskStats
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.overview import STRETCHES, Overview, OverviewQuestion, Trace
from jobdash.tui.asking.questions import Head
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import HEAD, OVERVIEW
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.places.overview_boxes import (
    due_columns,
    failure_columns,
    task_columns,
    worker_columns,
)
from jobdash.tui.places.overview_lines import (
    alert_lines,
    charts,
    file_line,
    state_lines,
    stretch_line,
)
from jobdash.tui.places.place import Place
from jobdash.tui.widgets.box import Box, Boxes
from jobdash.tui.widgets.charts import Charts
from jobdash.tui.widgets.choices_line import ChoicesLine
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.panel import Panel

_MOST_STATES, _MOST_ALERTS = 3, 4
_CHARTS = 3
_SMALL, _LEAST_ROOM = 20, 10


class OverviewPlace(Place):
    """States, pace, failures, workers, what comes next, and what needs a person."""

    KEYS = keys.OVERVIEW
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.OVERVIEW))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        super().__init__(feed, queue, "overview")
        self._states = Panel(_MOST_STATES, id="overview-states")
        self._alerts = Panel(_MOST_ALERTS, id="overview-alerts")
        self._stretches = ChoicesLine([one.name for one in STRETCHES], stretch_line)
        self._charts = Charts("overview-charts")
        self._failures: Box[Job] = Box(
            "failures", "latest failures", "none", failure_columns, lambda job: job.seq
        )
        self._workers: Box[Worker] = Box(
            "crew", "workers", "none: jobdash worker", worker_columns, lambda worker: worker.id
        )
        self._due: Box[Job] = Box("due", "next", "nothing", due_columns, lambda job: job.seq)
        self._tasks: Box[TaskStats] = Box(
            "busy-tasks", "tasks", "none", task_columns, lambda task: (task.queue, task.task)
        )
        self._rows = (
            Boxes("overview-boxes", (self._failures, 3), (self._workers, 2)),
            Boxes("overview-rest", (self._due, 3), (self._tasks, 2)),
        )
        self._file = Line("overview-file")
        self._box: Box[Any] = self._failures
        self._stretch = 0
        self._trace = Trace()
        self._head: Head | None = None
        self._known: Overview | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._states
        yield self._alerts
        yield self._stretches
        yield self._charts
        yield from self._rows
        yield self._file

    # -- asking and showing ----------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for the pace in as many columns as a chart can show."""
        room = max(_LEAST_ROOM, self.app.size.width // _CHARTS - 6)
        stretch = STRETCHES[self._stretch]
        self._stretches.choose(stretch.name)
        self.feed.ask(OVERVIEW, OverviewQuestion(self.queue, stretch, room, self._trace))

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(OVERVIEW)

    def arrive(self) -> None:
        """Take the focus."""
        self._box.focus()

    def room_changed(self) -> None:
        """Ask for as many columns as there is room for now."""
        small = self.room.height < _SMALL
        self.set_class(small, "-small")
        if small and self._box in (self._due, self._tasks):
            self._failures.focus()
        if self.display and self.screen.is_current and self._known is not None:
            self.ask()
            self._draw()

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what is new."""
        super().take(snapshot, now)
        head, found = snapshot.value(HEAD), snapshot.value(OVERVIEW)
        if head is not None and head is not self._head:
            self._head = head
            self._workers.take(head.runners, self.present)
        if found is not None and found is not self._known:
            self._known = found
            self._failures.take(found.failures, self.present)
            self._due.take(found.due, self.present)
            self._tasks.take(found.tasks, self.present)
        for boxes in self._rows:
            boxes.redraw()
        self._draw()

    def tick(self, now: int) -> None:
        """Let the times go on."""
        super().tick(now)
        for box in self._boxes:
            box.tick(self.present)
        self._draw()

    def _draw(self) -> None:
        head, found = self._head, self._known
        if head is None:
            return
        small = self.room.height < _SMALL
        states = state_lines(head, self.room.width, all_states=not small)
        self._states.show(states)
        told = alert_lines(head, found, self.present.now, self.queue)
        self._alerts.show(told[:1] if small else told)
        if found is not None:
            self._charts.show(charts(head, found, self.present.now))
            self._file.show(file_line(found.file, head))

    # -- boxes and stretches ---------------------------------------------------------------------

    @property
    def _boxes(self) -> tuple[Box[Any], ...]:
        return self._failures, self._workers, self._due, self._tasks

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember the box: who comes back goes on there."""
        self._box = next((box for box in self._boxes if box is event.widget), self._box)
        self.post_message(self.HintsChanged())

    def action_box(self, step: int) -> None:
        """Go to another box."""
        shown = [box for box in self._boxes if box.focusable]
        here = shown.index(self._box) if self._box in shown else 0
        shown[(here + step) % len(shown)].focus()

    def action_stretch(self, step: int) -> None:
        """Show a longer or a shorter time."""
        self._stretch = max(0, min(len(STRETCHES) - 1, self._stretch + step))
        self.ask()

    @on(ChoicesLine.Chosen)
    def _stretch_chosen(self, event: ChoicesLine.Chosen) -> None:
        event.stop()
        self._stretch = event.index
        self.ask()

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self.post_message(self.HintsChanged())

    @on(LineList.Opened)
    async def _opened(self, event: LineList.Opened) -> None:
        event.stop()
        await self.action_open()

    async def action_open(self) -> None:
        """Open what is under the cursor: a job, a worker's job, the jobs of a task."""
        self._box.take_aim()
        row = self._box.current
        if isinstance(row, TaskStats):
            self.post_message(self.ShowJobs(None, write_term("task", row.task)))
        elif isinstance(row, Worker) and row.job is None:
            await self.run_action("screen.place('workers')")
        elif isinstance(row, Worker) and row.job is not None:
            self.post_message(self.OpenJob(row.job))
        elif isinstance(row, Job):
            self.post_message(self.OpenJob(row.seq))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        return key is not keys.OPEN or self._box.current is not None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the job under the cursor."""
        row = self._box.current
        return (row.queue, row.task) if isinstance(row, Job | TaskStats) else ("", "")
