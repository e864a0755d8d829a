"""Place 3: the processes that work."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import State, Worker
from jobdash.text import format_count, format_duration
from jobdash.tui import keys
from jobdash.tui.feed import Feed
from jobdash.tui.job_cells import Present, rough_age, short_task, words
from jobdash.tui.keys import Key, bindings
from jobdash.tui.places.place import Place
from jobdash.tui.questions import Head
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.spans import Span, Spans
from jobdash.tui.theme import BOLD, FAINT, GOOD, INK, LOOKS, SOFT, WARN
from jobdash.tui.topics import HEAD
from jobdash.tui.widgets.columns import Column
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.heading import Heading
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.row_list import RowList

_WIDE = 94


def _columns(width: int) -> Sequence[Column[Worker, Present]]:
    wide = width >= _WIDE
    return [
        Column("name", 16 if wide else 10, _name),
        Column("pid", 7, _pid, "right"),
        *([Column("kind", 6, _kind)] if wide else []),
        Column("state", 9, _state),
        Column("job", 8, _job, "right"),
        Column("task", 0, _task),
        Column("for", 7, _elapsed, "right"),
        Column("done", 8, _done, "right"),
        Column("failed", 6, _failed, "right"),
        Column("up", 4, _up, "right"),
    ]


def _name(worker: Worker, _: Present) -> Spans:
    indent = "" if worker.pool is None else "  "
    return ((indent + words(worker.name), BOLD if worker.kind == "pool" else INK),)


def _pid(worker: Worker, _: Present) -> Spans:
    return ((str(worker.pid), SOFT),)


def _kind(worker: Worker, _: Present) -> Spans:
    return ((worker.kind, FAINT),)


def _state(worker: Worker, _: Present) -> Spans:
    if not worker.alive:
        return (("! gone", WARN),)
    if worker.job is not None:
        look = LOOKS[State.RUNNING]
        return ((f"{look.glyph} busy", look.style),)
    return (("◌ serves" if worker.kind == "pool" else "◌ idle", FAINT),)


def _job(worker: Worker, _: Present) -> Spans:
    return (("-", FAINT) if worker.job is None else (f"#{worker.job}", SOFT),)


def _task(worker: Worker, _: Present) -> Spans:
    return (("" if worker.job_task is None else short_task(worker.job_task), INK),)


def _elapsed(worker: Worker, present: Present) -> Spans:
    if worker.job_started_at is None:
        return (("-", FAINT),)
    return ((format_duration((present.now - worker.job_started_at) / 1e6), INK),)


def _done(worker: Worker, _: Present) -> Spans:
    return ((format_count(worker.done), GOOD if worker.done else FAINT),)


def _failed(worker: Worker, _: Present) -> Spans:
    style = LOOKS[State.FAILED].style if worker.failed else FAINT
    return ((format_count(worker.failed), style),)


def _up(worker: Worker, present: Present) -> Spans:
    return ((rough_age(present.now, worker.started_at), FAINT),)


class WorkersPlace(Place):
    """Who works, and on what."""

    KEYS = keys.WORKERS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.WORKERS))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        super().__init__(feed, queue, "workers")
        self._list = RowList[Worker, Present](
            _columns, lambda worker: worker.id, self.present, id="worker-list"
        )

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield Line("worker-summary")
        yield Heading(self._list)
        yield self._list
        yield Empty("no-workers")

    def arrive(self) -> None:
        """Take the focus; the workers come with the header."""
        self._list.focus()

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show the workers."""
        super().take(snapshot, now)
        head = snapshot.value(HEAD)
        if head is None:
            return
        self._list.take(head.workers, self.present)
        self.query_one("#worker-summary", Line).show(_summary(head))
        nothing = not head.workers
        self.query_one(Empty).show_if(
            nothing, ("No worker is running", "Start a pool: jobdash worker -A module:huey")
        )
        self._list.set_class(nothing, "-empty")

    def tick(self, now: int) -> None:
        """Let the times go on."""
        super().tick(now)
        self._list.context = self.present
        self._list.redraw()

    @on(LineList.Moved)
    def _moved(self) -> None:
        self.query_one(Heading).redraw()
        self.post_message(self.HintsChanged())

    def action_open(self) -> None:
        """Open the job that the worker runs."""
        worker = self._list.current
        if worker is not None and worker.job is not None:
            self.post_message(self.OpenJob(worker.job))

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_copy(self) -> None:
        """Copy the process id."""
        worker = self._list.current
        if worker is not None:
            self.post_message(self.Copy(str(worker.pid), f"process id {worker.pid}"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        worker = self._list.current
        if key.action == "open":
            return worker is not None and worker.job is not None
        return worker is not None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of what the worker does."""
        worker = self._list.current
        return ("", "") if worker is None else (worker.queue, worker.job_task or "")


def _summary(head: Head) -> Spans:
    pools = [worker for worker in head.workers if worker.kind == "pool"]
    runners = head.runners
    busy = sum(worker.job is not None for worker in runners)
    parts: list[Span] = [
        (f" {len(pools)} {'pool' if len(pools) == 1 else 'pools'}", SOFT),
        (f"   {len(runners)} {'worker' if len(runners) == 1 else 'workers'}", SOFT),
        (f"   {busy} busy", LOOKS[State.RUNNING].style if busy else FAINT),
    ]
    if head.pauses:
        names = sorted(words(task) or f"everything in {words(q)}" for q, task in head.pauses)
        parts.append((f"   paused: {', '.join(names)}", WARN))
    return tuple(parts)
