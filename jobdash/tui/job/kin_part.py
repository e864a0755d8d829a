"""The workflow of a job: the tree that it belongs to, in which one can go to any other job."""

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from jobdash.report import Relative
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.one_job import KinQuestion
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import KIN
from jobdash.tui.job.kin_list import KinList
from jobdash.tui.looks.present import Present
from jobdash.tui.widgets.heading import Heading
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.live_part import LivePart

FEW_PER_BRANCH, GROWTH, MOST_PER_BRANCH = 20, 5, 500


class KinPart(LivePart):
    """Shows the family of a job; each branch grows when one asks for more of it."""

    ENTER = "open"

    class Follow(Message):
        """Another job of the family is to be shown."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    class ShowList(Message):
        """All jobs of a branch are to be listed: those that this filter finds."""

        def __init__(self, filter_text: str) -> None:
            super().__init__()
            self.filter_text = filter_text

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._seq = 0
        self._per_branch = FEW_PER_BRANCH
        self._list = KinList()
        self._heading = Heading(self._list)

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._heading
        yield self._list

    def show_job(self, seq: int) -> None:
        """Show the tree of another job."""
        self._seq, self._per_branch = seq, FEW_PER_BRANCH
        self._list.home = self._list.begin_at = seq

    def come_back_from(self, seq: int) -> None:
        """Begin on this job of the tree."""
        self._list.begin_at = seq

    def ask(self) -> None:
        """Ask for the tree."""
        self.feed.ask(KIN, self._question)

    def arrive(self) -> None:
        """Take the focus."""
        self._list.focus()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(KIN)

    def take(self, snapshot: Snapshot, present: Present) -> None:
        """Show the tree."""
        super().take(snapshot, present)
        found = snapshot.answer(KIN)
        if found is not None and found[0] == self._question:
            self._list.take(found[1].lines, present)
            self._heading.redraw()

    def tick(self, present: Present) -> None:
        """Let the times go on."""
        super().tick(present)
        self._list.tick(present)

    @property
    def _question(self) -> KinQuestion:
        return KinQuestion(self._seq, self._per_branch)

    @on(LineList.Opened)
    def _opened(self, event: LineList.Opened) -> None:
        event.stop()
        self.action_open()

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()

    def action_open(self) -> None:
        """Go to the job under the cursor, list a group, or show more of a branch that is cut."""
        line = self._list.current
        if line is None:
            return
        if line.job is None:
            self._open_branch(line)
        elif line.job.seq != self._seq:
            self.post_message(self.Follow(line.job.seq))

    def _open_branch(self, line: Relative) -> None:
        found = self._list.filter_of(line)
        # What the tree will never show whole is better read in the list, from the start.
        may_fit = 0 < line.more < MOST_PER_BRANCH or (line.more > 0 and not found)
        if may_fit and self._per_branch < MOST_PER_BRANCH:
            self._per_branch = min(self._per_branch * GROWTH, MOST_PER_BRANCH)
            self.ask()
        elif found:
            self.post_message(self.ShowList(found))
