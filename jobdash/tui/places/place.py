"""What every place has in common."""

from collections.abc import Sequence

from textual.containers import Vertical
from textual.message import Message

from jobdash.tui.feed import Feed
from jobdash.tui.keys import NEW, PAUSE, Key
from jobdash.tui.operations import Chosen
from jobdash.tui.present import Present, words
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.topics import HEAD


class Place(Vertical):
    """A screenful below the tabs. It asks the feed only while it is shown."""

    KEYS: Sequence[Key] = ()

    class Act(Message):
        """Jobs are to be acted on."""

        def __init__(self, operation: str, chosen: Sequence[Chosen]) -> None:
            super().__init__()
            self.operation = operation
            self.chosen = chosen

    class Change(Message):
        """Jobs are to be replayed with other arguments."""

        def __init__(self, chosen: Sequence[Chosen]) -> None:
            super().__init__()
            self.chosen = chosen

    class OpenJob(Message):
        """A job is to be shown."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    class Copy(Message):
        """A text is to be copied; `what` tells it to the user."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    class HintsChanged(Message):
        """Other keys work now."""

    def __init__(self, feed: Feed, queue: str | None, id: str) -> None:
        super().__init__(id=id)
        self.feed = feed
        self.queue = queue
        self.present = Present()

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
        self.present = Present(now, self.present.workers)

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        return True

    def hints(self) -> list[Key]:
        """Return the keys that do something now, most used first."""
        return [key for key in (*self.KEYS, NEW, PAUSE) if key.label and self.offers(key)]

    def close_one(self) -> bool:
        """Close the top-most open thing; return False if there was none."""
        return False

    def acted(self) -> None:
        """An operation has been carried out: marks have done their work."""

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of what the cursor is on, both '' if there is none."""
        return "", ""


def present_of(snapshot: Snapshot, now: int) -> Present:
    """Return the moment with the names of the workers."""
    head = snapshot.value(HEAD)
    workers = () if head is None else head.workers
    return Present(now, {worker.id: words(worker.name) for worker in workers})
