"""What is below the tabs of a job: a text to read, or a part that lives by itself."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.one_job import Detail
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.job.parts import INDENTS, LIVE, PARTS, SHOWN
from jobdash.tui.keyboard.key import Key
from jobdash.tui.looks.present import Present
from jobdash.tui.widgets.live_part import LivePart
from jobdash.tui.widgets.reader import Reader

_NAMES = tuple(part.name for part in SHOWN)


class JobBody(Vertical):
    """Shows one part at a time, `part` by its name; '' until a job is there."""

    DEFAULT_CSS = "JobBody { height: 1fr; }"

    def __init__(self, feed: Feed) -> None:
        super().__init__(id="job-body")
        self.part = ""
        self._feed = feed
        self._seq = 0
        self._reader = Reader("reader")
        self._searches = False
        self._live: dict[str, LivePart] = {}

    def compose(self) -> ComposeResult:
        """Make what most parts need."""
        yield self._reader

    def show_job(self, seq: int) -> None:
        """Forget the old job; which part is opened depends on the new one."""
        self._leave_part()
        self.part, self._seq, self._searches = "", seq, False
        self._reader.read((), from_top=True)
        for part in self._live.values():
            part.show_job(seq)

    def come_back_from(self, seq: int) -> None:
        """Begin where one had gone to this job."""
        for part in self._live.values():
            part.come_back_from(seq)

    def next_to(self, step: int) -> str:
        """Return the name of the part that many tabs further."""
        return _NAMES[((_NAMES.index(self.part) if self.part else 0) + step) % len(_NAMES)]

    def open(self, name: str, detail: Detail, snapshot: Snapshot, present: Present) -> None:
        """Open a part; nothing happens if there is none of that name."""
        if name not in _NAMES or name == self.part:
            return
        self._leave_part()
        self.part, self._searches = name, False
        part = self._current
        self._reader.display = part is None
        for one in self._live.values():
            one.display = one is part
        if part is None:
            self._read(detail, present, from_top=True)
        else:
            part.ask()
            part.take(snapshot, present)
        self.call_after_refresh(self.arrive)

    def search(self) -> None:
        """Type what to search for in the open part, as soon as it is there."""
        self._searches = True
        self.call_after_refresh(self.arrive)

    def take(self, detail: Detail, snapshot: Snapshot, present: Present) -> None:
        """Show what has changed."""
        if self.part in PARTS:
            self._read(detail, present, from_top=False)
        elif part := self._current:
            part.take(snapshot, present)

    def tick(self, present: Present) -> None:
        """A second has passed."""
        if part := self._current:
            part.tick(present)

    def ask(self) -> None:
        """Ask for what the open part shows."""
        if part := self._current:
            part.ask()

    def leave(self) -> None:
        """Stop asking."""
        if part := self._current:
            part.leave()

    def arrive(self) -> None:
        """Take the focus, unless one has gone elsewhere meanwhile."""
        if not all(node.display for node in self.ancestors_with_self):
            return
        part = self._current
        if part is None:
            self._reader.focus()
        elif part.is_ready:
            part.arrive()
            if self._searches:
                self._searches = False
                part.search()

    @on(LivePart.Ready)
    def _part_ready(self) -> None:
        self.arrive()

    @property
    def is_ready(self) -> bool:
        """Whether the open part can take keys."""
        part = self._current
        return (part is None or part.is_ready) and not self._searches

    @property
    def hints(self) -> Sequence[Key]:
        """The keys that do something now in the open part, besides those of every job."""
        part = self._current
        return [key for key in part.KEYS if part.offers(key)] if part else ()

    @property
    def typing(self) -> Sequence[Key]:
        """The keys of the line that one types into, none if one does not."""
        part = self._current
        return part.typing if part else ()

    def close_one(self) -> bool:
        """Close what is open in the open part; return False if nothing is."""
        part = self._current
        return part is not None and part.close_one()

    @property
    def can_enter(self) -> bool:
        """Whether Enter does something."""
        part = self._current
        return part is not None and bool(part.ENTER)

    def enter(self) -> None:
        """Open what the cursor is on; in the attempts: fold or unfold."""
        if part := self._current:
            part.action_open()

    def _read(self, detail: Detail, present: Present, *, from_top: bool) -> None:
        lines, indent = PARTS[self.part](detail, present), INDENTS.get(self.part, 0)
        self._reader.read(lines, from_top=from_top, indent=indent)

    def _leave_part(self) -> None:
        if part := self._current:
            part.leave()

    @property
    def _current(self) -> LivePart | None:
        """The open part if it lives by itself, made at its first opening."""
        if self.part not in LIVE:
            return None
        if self.part not in self._live:
            part = self._live[self.part] = LIVE[self.part](self._feed)
            part.show_job(self._seq)
            self.mount(part)
        return self._live[self.part]
