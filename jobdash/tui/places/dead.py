"""Place 2: the dead letters, in groups that failed alike."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from jobdash.job import State
from jobdash.text import format_count
from jobdash.tui import keys
from jobdash.tui.dead_letters import DeadGroup, DeadLetters, DeadQuestion
from jobdash.tui.feed import Feed
from jobdash.tui.job_cells import Present, rough_age, short_task, words
from jobdash.tui.keys import Key, bindings
from jobdash.tui.places.place import Place
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.spans import Spans
from jobdash.tui.theme import ALARM, BOLD, FAINT, INK, LOOKS, SOFT, WARN
from jobdash.tui.topics import DEAD
from jobdash.tui.widgets.columns import Column
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.heading import Heading
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.preview import Preview
from jobdash.tui.widgets.row_list import RowList

_WIDE = 94


def _columns(width: int) -> Sequence[Column[DeadGroup, Present]]:
    wide = width >= _WIDE
    return [
        Column("jobs", 6, _count, "right"),
        Column("error", 24 if wide else 17, _error_type),
        Column("task", 22 if wide else 16, _task),
        *([Column("first", 5, _first, "right")] if wide else []),
        Column("last", 5, _last, "right"),
        Column("newest message", 0, _message),
    ]


def _count(group: DeadGroup, _: Present) -> Spans:
    return ((format_count(len(group.seqs)), BOLD),)


def _error_type(group: DeadGroup, _: Present) -> Spans:
    return ((words(group.error_type) or "(no error)", LOOKS[State.FAILED].style),)


def _task(group: DeadGroup, _: Present) -> Spans:
    return ((short_task(group.task), INK),)


def _first(group: DeadGroup, present: Present) -> Spans:
    return ((rough_age(present.now, group.first_at), FAINT),)


def _last(group: DeadGroup, present: Present) -> Spans:
    return ((rough_age(present.now, group.last_at), SOFT),)


def _message(group: DeadGroup, _: Present) -> Spans:
    newest = group.newest
    return ((words(newest.error_message or newest.reason or ""), SOFT),)


class DeadPlace(Place):
    """The groups, and the newest job of the one under the cursor."""

    KEYS = keys.DEAD
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.DEAD))

    class OpenGroup(Message):
        """The jobs of a group are to be shown."""

        def __init__(self, group: DeadGroup) -> None:
            super().__init__()
            self.group = group

    def __init__(self, feed: Feed, queue: str | None) -> None:
        super().__init__(feed, queue, "dead")
        self._list = RowList[DeadGroup, Present](
            _columns, lambda group: group.key, self.present, id="dead-list"
        )

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield Line("dead-summary")
        yield Heading(self._list)
        yield self._list
        yield Empty("no-dead")
        yield Preview("dead-preview")

    def ask(self) -> None:
        """Ask for the dead letters."""
        self.feed.ask(DEAD, DeadQuestion(self.queue or ""))

    def arrive(self) -> None:
        """Take the focus."""
        self._list.focus()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(DEAD)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the groups."""
        super().take(snapshot, now)
        dead = snapshot.value(DEAD)
        if dead is None:
            return
        self._list.take(dead.groups, self.present)
        self.query_one("#dead-summary", Line).show(_summary(dead, len(self._list.marked)))
        nothing = not dead.groups
        self.query_one(Empty).show_if(
            nothing, ("No dead letters", "Jobs whose retries are used up are kept here.")
        )
        self._list.set_class(nothing, "-empty")

    def tick(self, now: int) -> None:
        """Let the ages go on."""
        super().tick(now)
        self._list.context = self.present
        self._list.redraw()
        self._show_newest()

    @on(LineList.Moved)
    def _show_newest(self) -> None:
        group = self._list.current
        self.query_one(Heading).redraw()
        self.query_one(Preview).take(None if group is None else group.newest, self.present)
        self.post_message(self.HintsChanged())

    def action_open(self) -> None:
        """Show the jobs of the group."""
        group = self._list.current
        if group is not None:
            self.post_message(self.OpenGroup(group))

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_act(self, operation: str) -> None:
        """Act on all jobs of the marked groups, or of the one under the cursor."""
        seqs = tuple(seq for group in self._list.chosen for seq in group.seqs)
        if seqs:
            self.post_message(self.Act(operation, seqs))

    def action_mark(self) -> None:
        """Mark the group."""
        self._list.action_mark()

    def action_unmark(self) -> None:
        """Take all marks away."""
        self._list.unmark()
        self.post_message(self.HintsChanged())

    def acted(self) -> None:
        """An operation has been carried out."""
        self.action_unmark()

    def action_copy(self) -> None:
        """Copy the id of the newest job."""
        group = self._list.current
        if group is not None:
            self.post_message(self.Copy(group.newest.id, f"the id of #{group.newest.seq}"))

    def close_one(self) -> bool:
        """Close the marks."""
        if not self._list.marked:
            return False
        self.action_unmark()
        return True

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key.action == "unmark":
            return bool(self._list.marked)
        return self._list.current is not None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the group."""
        group = self._list.current
        return ("", "") if group is None else (group.newest.queue, group.task)


def _summary(dead: DeadLetters, marked: int) -> Spans:
    groups = "1 group" if len(dead.groups) == 1 else f"{len(dead.groups)} groups"
    parts: Spans = (
        (f" {format_count(dead.total)}", ALARM if dead.total else SOFT),
        (" failed", SOFT),
        (f"   {groups}", SOFT),
    )
    if dead.examined < dead.total:
        parts += ((f"   of the newest {format_count(dead.examined)}", FAINT),)
    return parts if not marked else (*parts, (f"   {marked} marked", WARN))
