"""What every place has in common."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.geometry import Size
from textual.message import Message

from jobdash.batch import Batch
from jobdash.job import Job, State, Worker
from jobdash.report import JobFilter
from jobdash.tui.acting.operations import Chosen
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import HEAD
from jobdash.tui.keyboard.key import Key
from jobdash.tui.keyboard.keys import NEW, PAUSE
from jobdash.tui.looks.present import Present
from jobdash.tui.widgets.ground import Ground


class Place(Ground):
    """A screenful below the tabs. It asks the feed only while it is shown."""

    KEYS: Sequence[Key] = ()
    # In which state the jobs are that one would look for here; None is any.
    LOOKS_FOR: ClassVar[State | None] = None

    class Act(Message):
        """Jobs are to be acted on; not `is_sure` if they have only just come under the cursor."""

        def __init__(
            self, operation: str, chosen: Sequence[Chosen], about: str = "", *, is_sure: bool = True
        ) -> None:
            super().__init__()
            self.operation = operation
            self.chosen = chosen
            self.about = about
            self.is_sure = is_sure

    class ActOnAll(Message):
        """Something is to be done to all that match a filter, as one might have typed it."""

        def __init__(self, wanted: JobFilter, about: str) -> None:
            super().__init__()
            self.wanted = wanted
            self.about = about

    class Change(Message):
        """Jobs are to be replayed with other arguments."""

        def __init__(self, chosen: Sequence[Chosen]) -> None:
            super().__init__()
            self.chosen = chosen

    class CrewAct(Message):
        """Something is to be done about workers, `worker` being the one under the cursor."""

        def __init__(self, what: str, worker: Worker | None) -> None:
            super().__init__()
            self.what = what
            self.worker = worker

    class OpenJob(Message):
        """A job is to be shown."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    class RunTask(Message):
        """One job of a task is to be enqueued, without arguments."""

        def __init__(self, task: str, is_paused: bool) -> None:
            super().__init__()
            self.task = task
            self.is_paused = is_paused

    class Neighbour(Message):
        """The job that many lines behind this one, in the list one came from, is to be shown."""

        def __init__(self, seq: int, step: int) -> None:
            super().__init__()
            self.seq = seq
            self.step = step

    class ShowJobs(Message):
        """The jobs in a state, or in all, that match what one might have typed are to be shown.

        `meaning` says in words which those are, where what one might have typed does not.
        """

        def __init__(self, state: State | None, typed: str, meaning: str = "") -> None:
            super().__init__()
            self.state = state
            self.typed = typed
            self.meaning = meaning

    class Copy(Message):
        """A text is to be copied; `what` tells it to the user."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    class CopyJob(Message):
        """A job is to be copied as JSON."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    class Edit(Message):
        """A line of source is to be opened in the user's editor."""

        def __init__(self, file: str, line: int) -> None:
            super().__init__()
            self.file = file
            self.line = line

    class Arm(Message):
        """The next run of a task is to have a fault on purpose."""

        def __init__(self, queue: str, task: str) -> None:
            super().__init__()
            self.queue = queue
            self.task = task

    class Compare(Message):
        """What differs between a job and another, or an attempt and the next one.

        Without another job it is one of its task.
        """

        def __init__(self, seq: int, attempt: int = 0, other: int = 0) -> None:
            super().__init__()
            self.seq = seq
            self.attempt = attempt
            self.other = 0 if other == seq else other

    class Debug(Message):
        """A job is to be run once more, under the debugger."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    class CancelUnfinished(Message):
        """A batch that somebody still fills is to be cancelled."""

        def __init__(self, batch: Batch) -> None:
            super().__init__()
            self.batch = batch

    class Testcase(Message):
        """A test is to be written that makes the call of a job."""

        def __init__(self, job: Job) -> None:
            super().__init__()
            self.job = job

    class DidNothing(Message):
        """A key has done nothing; `why` says so in a sentence."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    class HintsChanged(Message):
        """Other keys work now."""

    def __init__(self, feed: Feed, queue: str | None, id: str) -> None:
        super().__init__(id=id)
        self.feed = feed
        self.queue = queue
        self.present = Present()
        # `size` is nothing while the place is out of view.
        self.room = Size(0, 0)

    def on_resize(self) -> None:
        """Use the room there is."""
        self.fit(self.size)

    def fit(self, room: Size) -> None:
        """Make ready for a room, before the place comes into view or while it is there."""
        if room != self.room:
            self.room = room
            self.room_changed()

    def room_changed(self) -> None:
        """There is another room to fill."""

    def ask(self) -> None:
        """Ask the feed for what the place shows."""

    def arrive(self) -> None:
        """The place has come into view: take the focus."""

    def leave(self) -> None:
        """The place goes out of view: stop asking."""

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what is new."""
        self.present = present_of(snapshot, now)

    def tick(self, now: int) -> None:
        """A second has passed."""
        self.present = replace(self.present, now=now)

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        return True

    def hints(self) -> list[Key]:
        """Return the keys that do something now, most used first."""
        offered = (key for key in (*self.KEYS, NEW, PAUSE) if key.label and self.offers(key))
        return [self.as_here(key) for key in offered]

    def as_here(self, key: Key) -> Key:
        """Return a key, called what it does now."""
        return key

    @property
    def is_reading(self) -> bool:
        """Whether other things were asked for than those that are shown."""
        return False

    has_neighbours = False

    def neighbour(self, seq: int, step: int) -> int | None:
        """Move the cursor of the place's list of jobs away from one; return the job it is on."""
        return None

    def close_one(self) -> bool:
        """Close the top-most open thing; return False if there was none."""
        return False

    def unmark(self) -> None:
        """Take all marks away."""

    @property
    def has_marks(self) -> bool:
        """Whether there are marks to take away."""
        return False

    def acted(self) -> None:
        """An operation has been carried out: marks have done their work."""

    def hold(self) -> None:
        """Keep the cursor on what it is on while something is asked about that."""

    @property
    def chosen_batch(self) -> Batch | None:
        """The batch that the cursor is on."""
        return None

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of what the cursor is on, both '' if there is none."""
        return "", ""


def present_of(snapshot: Snapshot, now: int) -> Present:
    """Return the moment with the names of the workers."""
    head = snapshot.value(HEAD)
    if head is None:
        return Present(now)
    return Present(now, head.names, head.stalled, paused=head.pauses)
