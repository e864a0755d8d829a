"""The place of what is to come: periodic tasks and jobs that wait for their time."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import Job
from jobdash.report import Periodic, write_term
from jobdash.tui.asking.due import DueQuestion, Kind
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import DUE
from jobdash.tui.job.facts import labelled
from jobdash.tui.job.preview import Preview
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.looks.present import words
from jobdash.tui.looks.rule import ruled
from jobdash.tui.looks.spans import Span
from jobdash.tui.looks.theme import BOLD, WARN
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.rows.due import kind_chips, periodic_facts, zone
from jobdash.tui.widgets.due_table import DueTable
from jobdash.tui.widgets.kind_chips import KindChips, next_kind

_NOW = "now"
_PERIODIC = "A periodic task is no job: P pauses it, r runs it once, enter lists its jobs."
_WHY_EMPTY = {
    Kind.ALL: (
        "Nothing is scheduled",
        "Periodic tasks appear once a pool has registered them: @huey.periodic_task(crontab(…)).",
        "Delayed jobs: press n and fill in a delay, or call task.schedule(…, delay=60).",
    ),
    Kind.PERIODIC: (
        "No periodic tasks",
        "Mark a function with @huey.periodic_task(crontab(minute='*/5')), then start a pool.",
    ),
    Kind.DELAYED: (
        "No delayed jobs",
        "Press n and fill in a delay, or call task.schedule(…, delay=60).",
    ),
    Kind.RETRIES: ("No job waits for a retry", "Jobs that failed and have tries left wait here."),
}


class SchedulePlace(ListPlace):
    """The kinds with their counts, the list, and the row under the cursor."""

    KEYS = keys.SCHEDULE
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.SCHEDULE))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._due = DueTable(queue, "due-list")
        super().__init__(feed, queue, "schedule", self._due)
        self._chips: KindChips[Kind] = KindChips("due-kinds")
        self._preview = Preview("due-preview")

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._chips
        yield self._heading
        yield self._due
        yield self._empty
        yield self._preview

    # -- showing ---------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for what is due."""
        self.feed.ask(DUE, self._due.question)

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(DUE)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what is due."""
        super().take(snapshot, now)
        found = snapshot.answer(DUE)
        if found is not None and isinstance(found[0], DueQuestion):
            self._due.take(found[0], found[1], self.present)
            self._show_counts()
            nothing = self._due.loaded and self._due.length == 0
            self.show_empty(nothing, _WHY_EMPTY[self._due.kind])

    def tick(self, now: int) -> None:
        """Let the countdowns go on."""
        super().tick(now)
        self._due.tick(self.present)
        self.show_current()

    def _show_counts(self) -> None:
        marked: list[Span] = [(f"{len(self._due.marked)} marked   ", WARN)] * bool(self._due.marked)
        chips = kind_chips(self._due.window, self._due.kind)
        self._chips.take(chips, [*marked, zone(self.present.now)])

    def show_current(self) -> None:
        """Show the row under the cursor."""
        row = self._due.current
        self._preview.display = row is not None
        if isinstance(row, Periodic):
            title = ((f" {words(row.name)} ", BOLD),)
            facts = periodic_facts(row, self.present, labelled)
            self._preview.take(partial(ruled, title), facts)
        else:
            self._preview.show_job(row, self.present)
        self._show_counts()

    # -- kinds -----------------------------------------------------------------------------------

    @on(DueTable.Wanted)
    def _read(self, event: DueTable.Wanted) -> None:
        event.stop()
        self.feed.ask(DUE, event.question)

    @on(KindChips.Chosen)
    def _chip_chosen(self, event: KindChips.Chosen) -> None:
        event.stop()
        self._show_kind(Kind(str(event.kind)))

    def _show_kind(self, kind: Kind) -> None:
        if kind is not self._due.kind:
            self._due.show_kind(kind)
            self._show_counts()

    def action_chip(self, step: int) -> None:
        """Go to the next kind."""
        self._show_kind(next_kind(list(Kind), self._due.kind, step))

    def close_one(self) -> bool:
        """Close the marks, or go back to all kinds."""
        if super().close_one():
            return True
        is_narrowed = self._due.kind is not Kind.ALL
        self._show_kind(Kind.ALL)
        return is_narrowed

    # -- acting ----------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the job, or the jobs of the periodic task."""
        self._due.take_aim()
        row = self._due.current
        if isinstance(row, Job):
            self.post_message(self.OpenJob(row.seq))
        elif isinstance(row, Periodic):
            self.post_message(self.ShowJobs(None, write_term("task", row.name)))

    def action_run_now(self) -> None:
        """Enqueue the periodic task once, or let the delayed jobs run at once."""
        is_sure = self.take_aim()
        row = self._due.current
        if self._due.chosen:
            self.post_message(self.Act(_NOW, [self._due.chosen], is_sure=is_sure))
        elif isinstance(row, Periodic) and self.is_meant(is_sure):
            self.post_message(self.RunTask(row.name, row.paused))

    def action_act(self, operation: str) -> None:
        """Act on the marked jobs, or on the one under the cursor."""
        is_sure = self.take_aim()
        if self._due.chosen:
            self.post_message(self.Act(operation, [self._due.chosen], is_sure=is_sure))
        elif self._due.current is not None:
            self.post_message(self.DidNothing(_PERIODIC))

    def action_copy(self) -> None:
        """Copy the id of the job, or the name of the task."""
        row = self._due.current
        if isinstance(row, Job):
            self.post_message(self.Copy(row.id, f"the id of #{row.seq}"))
        elif row is not None:
            self.post_message(self.Copy(row.name, "the name of the task"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        row, is_job = self._due.current, bool(self._due.chosen)
        if key.operation:
            return is_job
        offers = {
            "unmark": bool(self._due.marked),
            "mark": isinstance(row, Job),
            "run_now": row is not None,
            "chip(1)": True,
            "pause": True,
        }
        return offers.get(key.action, row is not None)

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the row."""
        row = self._due.current
        if row is None:
            return "", ""
        return row.queue, row.task if isinstance(row, Job) else row.name
