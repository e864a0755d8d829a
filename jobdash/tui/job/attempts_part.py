"""The attempts of a job: all of them, the newest first, or one of them in full."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.one_job import AttemptQuestion, Detail, DetailQuestion
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import ATTEMPT, DETAIL
from jobdash.tui.job.attempts import all_attempts, one_attempt
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.keyboard.keys import ATTEMPTS, COMPARE_ATTEMPT
from jobdash.tui.looks.long_text import heading
from jobdash.tui.looks.present import Present
from jobdash.tui.widgets.live_part import LivePart
from jobdash.tui.widgets.reader import Reader


class AttemptsPart(LivePart):
    """Shows all attempts, of the newest the most; or an older one alone and in full."""

    ENTER = "unfold"
    KEYS = ATTEMPTS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(ATTEMPTS))

    class Compare(Message):
        """What differs between an attempt and the next one is to be shown."""

        def __init__(self, attempt: int) -> None:
            super().__init__()
            self.attempt = attempt

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._seq = self._older = 0
        self._is_whole = False
        self._snapshot = feed.latest
        self._reader = Reader("attempts")

    def compose(self) -> ComposeResult:
        """Make the text."""
        yield self._reader

    # -- which attempts --------------------------------------------------------------------------

    def show_job(self, seq: int) -> None:
        """Show all attempts of another job."""
        self._seq, self._older, self._is_whole = seq, 0, False
        self._reader.read((), from_top=True)

    def action_attempt(self, step: int) -> None:
        """Show another attempt."""
        newest = self._newest
        wanted = (self._older or newest) + step
        if 1 <= wanted <= newest:
            self._choose(wanted if wanted < newest else 0)

    def action_compare_attempt(self) -> None:
        """Show what differs between this attempt and the next one."""
        self.post_message(self.Compare(self._older))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key to the job while no older attempt is shown."""
        return bool(self._older) if action == "compare_attempt" else True

    def close_one(self) -> bool:
        """Show all again."""
        was_one = bool(self._older)
        self._choose(0)
        return was_one

    def _choose(self, older: int) -> None:
        self._older = older
        self.feed.drop(ATTEMPT)
        self.ask()
        self._draw(from_top=True)
        self.post_message(self.HintsChanged())

    # -- coming and going ------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for what an older attempt left behind."""
        if self._older:
            self.feed.ask(ATTEMPT, self._question)

    def arrive(self) -> None:
        """Take the focus."""
        self._reader.focus()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(ATTEMPT)

    # -- showing ---------------------------------------------------------------------------------

    def take(self, snapshot: Snapshot, present: Present) -> None:
        """Show what has changed."""
        super().take(snapshot, present)
        self._snapshot = snapshot
        self._draw(from_top=False)

    def action_open(self) -> None:
        """Fold or unfold."""
        self._is_whole = not self._is_whole
        self._draw(from_top=False)

    def offers(self, key: Key) -> bool:
        """Whether there is another attempt to go to, or to compare this one with."""
        return bool(self._older) if key is COMPARE_ATTEMPT else self._newest > 1

    def _draw(self, *, from_top: bool) -> None:
        detail = self._detail
        if detail is not None:
            self._reader.read(self._lines(detail), from_top=from_top)

    def _lines(self, detail: Detail) -> Sequence[Text]:
        if not self._older:
            return all_attempts(detail, self.present, self._is_whole)
        told = heading(
            f"attempt {self._older} of {self._newest} in full   < > others   = next   esc all"
        )
        found = self._snapshot.answer(ATTEMPT)
        if found is None or found[0] != self._question:
            return [told]
        return [told, *one_attempt(detail.attempts[self._older - 1], found[1], self.present)]

    @property
    def _question(self) -> AttemptQuestion:
        return AttemptQuestion(self._seq, self._older)

    @property
    def _newest(self) -> int:
        """How many attempts there are: the number of the newest."""
        return len(self._detail.attempts) if self._detail else 0

    @property
    def _detail(self) -> Detail | None:
        found = self._snapshot.answer(DETAIL)
        is_it = found is not None and found[0] == DetailQuestion(self._seq)
        return found[1] if is_it and found is not None else None
