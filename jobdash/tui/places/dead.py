"""The place of the dead letters, in groups that failed alike."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import State
from jobdash.report import DeadGroup, JobFilter
from jobdash.tui.asking.dead_letters import DeadLetters, DeadQuestion
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import DEAD
from jobdash.tui.job.preview import Preview
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.looks.present import Present
from jobdash.tui.places.list_place import ListPlace
from jobdash.tui.rows.dead import dead_columns, dead_summary, dead_words
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.row_list import RowList

_WHY_EMPTY = ("No dead letters", "Jobs whose retries are used up are kept here.")


class DeadPlace(ListPlace):
    """The groups, and the newest job of the one under the cursor."""

    KEYS = keys.DEAD
    LOOKS_FOR: ClassVar[State | None] = State.FAILED
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.DEAD))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        self._groups: RowList[DeadGroup, Present] = RowList(
            dead_columns, lambda group: group.signature, Present(), id="dead-list"
        )
        super().__init__(feed, queue, "dead", self._groups)
        self._summary = Line("dead-summary")
        self._preview = Preview("dead-preview")
        self._known: DeadLetters | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._summary
        yield self._heading
        yield self._groups
        yield self._empty
        yield self._preview

    def ask(self) -> None:
        """Ask for the dead letters."""
        self.feed.ask(DEAD, DeadQuestion(self.queue or ""))

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(DEAD)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the groups."""
        super().take(snapshot, now)
        dead = snapshot.value(DEAD)
        if dead is not None and dead is not self._known:
            self._known = dead
            self._groups.take(dead.groups, self.present)
            self.show_empty(not dead.groups, _WHY_EMPTY)

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self._groups.tick(self.present)
        self.show_current()

    def show_current(self) -> None:
        """Show the newest job of the group."""
        group = self._groups.current
        self._preview.show_job(None if group is None else group.newest, self.present)
        if self._known is not None:
            self._summary.show(dead_summary(self._known, len(self._groups.marked)))

    def action_open(self) -> None:
        """Show the jobs of the group."""
        self._groups.take_aim()
        group = self._groups.current
        if group is not None:
            # Of dead letters alone: no chip, which would stay when another filter is typed.
            self.post_message(self.ShowJobs(None, f"group:{group.signature}", dead_words(group)))

    def action_act(self, operation: str) -> None:
        """Act on all jobs of the marked groups, or of the one under the cursor."""
        is_sure = self.take_aim()
        if self._chosen:
            self.post_message(self.Act(operation, self._chosen, self._about, is_sure=is_sure))

    def action_change(self) -> None:
        """Replay the same jobs with other arguments."""
        self.take_aim()
        if self._chosen:
            self.post_message(self.Change(self._chosen))

    @property
    def _chosen(self) -> Sequence[JobFilter]:
        return [replace(group.filter, queue=self.queue or "") for group in self._groups.chosen]

    @property
    def _about(self) -> str:
        groups = self._groups.chosen
        if len(groups) > 1:
            return f"{len(groups)} groups of dead letters"
        return dead_words(groups[0])

    def action_copy_json(self) -> None:
        """Copy the newest job as JSON."""
        if self._groups.current is not None:
            self.post_message(self.CopyJob(self._groups.current.newest.seq))

    def action_copy(self) -> None:
        """Copy the id of the newest job."""
        group = self._groups.current
        if group is not None:
            self.post_message(self.Copy(group.newest.id, f"the id of #{group.newest.seq}"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        return self._groups.current is not None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the group."""
        group = self._groups.current
        return ("", "") if group is None else (group.newest.queue, group.newest.task)
