"""The place of the tasks: how each of them does."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import State
from jobdash.report import JobFilter, write_term
from jobdash.report.filter_terms import Match, Pattern
from jobdash.report.task_orders import TASK_ORDERS
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.tasks import TaskMemory, TaskRow, TasksPage, TasksPageQuestion
from jobdash.tui.asking.topics import TASKS_PAGE
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.looks.present import Present
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.places.task_facts import task_facts, task_title, tasks_summary
from jobdash.tui.rows.tasks import in_order, task_columns
from jobdash.tui.widgets.fact_box import FactBox
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.row_list import RowList

_WHY_EMPTY = (
    "No task is known",
    "A pool writes down the tasks of the app: jobdash worker -A module:huey",
)


class TasksPlace(ListPlace):
    """One line per task; below, when there is room, more about the one under the cursor."""

    KEYS = keys.TASKS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.TASKS))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._tasks: RowList[TaskRow, Present] = RowList(
            task_columns, lambda row: row.key, Present(), id="task-list"
        )
        super().__init__(feed, queue, "tasks", self._tasks)
        self._summary = Line("task-summary")
        self._facts = FactBox("task-facts")
        self._memory = TaskMemory()
        self._order = next(iter(TASK_ORDERS))
        self._known: TasksPage | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._summary
        yield self._heading
        yield self._tasks
        yield self._empty
        yield self._facts

    def ask(self) -> None:
        """Ask for the tasks."""
        self.feed.ask(TASKS_PAGE, TasksPageQuestion(self.queue, self._memory))

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(TASKS_PAGE)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the tasks."""
        super().take(snapshot, now)
        page = snapshot.value(TASKS_PAGE)
        if page is not None and page is not self._known:
            self._known = page
            self._show_rows()

    def _show_rows(self) -> None:
        if self._known is not None:
            self._tasks.take(in_order(self._known.rows, self._order), self.present)
            self._summary.show(tasks_summary(self._known, self._order))
            self.show_empty(not self._known.rows, _WHY_EMPTY)

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self._tasks.tick(self.present)
        self.show_current()

    def show_current(self) -> None:
        """Show more about the task under the cursor."""
        row = self._tasks.current
        if row is None:
            self._facts.clear()
        else:
            self._facts.take(partial(task_title, row), task_facts(row, self.present))

    def action_open(self) -> None:
        """Show the jobs of the task."""
        self._tasks.take_aim()
        row = self._tasks.current
        if row is not None:
            self.post_message(self.ShowJobs(None, write_term("task", row.name)))

    def action_act(self, operation: str) -> None:
        """Act on the failed jobs of the task."""
        is_sure = self.take_aim()
        row = self._tasks.current
        if row is not None and operation == "retry":
            # Not as `task=`: there a star at the end of the name would mean other tasks too.
            this_task = Match("task", (Pattern(row.name, False),))
            failed = JobFilter((State.FAILED,), queue=row.stats.queue, terms=(this_task,))
            self.post_message(self.Act(operation, [failed], is_sure=is_sure))

    def action_chaos(self) -> None:
        """Give the next run of the task a fault on purpose, or take it off."""
        self._tasks.take_aim()
        row = self._tasks.current
        if row is not None:
            self.post_message(self.Arm(*row.key))

    def action_sort_tasks(self) -> None:
        """Show them in the next order."""
        orders = list(TASK_ORDERS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._show_rows()

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        row = self._tasks.current
        if key is keys.RETRY_FAILED:
            return row is not None and row.stats.count(State.FAILED) > 0
        return row is not None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and name of the task."""
        row = self._tasks.current
        return ("", "") if row is None else row.key
