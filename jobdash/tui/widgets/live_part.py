"""A part of the job view that reads and draws by itself."""

from collections.abc import Sequence
from typing import ClassVar

from textual.containers import Vertical
from textual.message import Message

from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.keyboard.key import Key
from jobdash.tui.looks.present import Present


class LivePart(Vertical):
    """Made when one first opens it. It asks the feed only while it is open.

    `action_open` is what Enter does there.
    """

    DEFAULT_CSS = "LivePart { height: 1fr; }"

    class HintsChanged(Message):
        """Other keys work now."""

    class Ready(Message):
        """The part is there, and can take the focus."""

    ENTER: ClassVar[str] = ""
    KEYS: ClassVar[Sequence[Key]] = ()

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed
        self.present = Present()
        self.is_ready = False

    def on_mount(self) -> None:
        """Say that what is to have the focus is there."""
        self.is_ready = True
        self.post_message(self.Ready())

    def show_job(self, seq: int) -> None:
        """Show another job, from its beginning."""

    def come_back_from(self, seq: int) -> None:
        """Begin where this job stands, to which one had gone from here."""

    def ask(self) -> None:
        """Ask the feed for what the part shows."""

    def arrive(self) -> None:
        """Take the focus."""

    def search(self) -> None:
        """Type what to search for."""

    def leave(self) -> None:
        """Stop asking."""

    def take(self, snapshot: Snapshot, present: Present) -> None:
        """Show what is new."""
        self.present = present

    def tick(self, present: Present) -> None:
        """A second has passed."""
        self.present = present

    def offers(self, key: Key) -> bool:
        """Whether one of the part's keys does something now."""
        return True

    @property
    def typing(self) -> Sequence[Key]:
        """The keys of a line that one types into: all that do something then."""
        return ()

    def close_one(self) -> bool:
        """Close the top-most open thing; return False if there was none."""
        return False

    def action_open(self) -> None:
        """Open what the cursor is on."""
