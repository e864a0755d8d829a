"""The stack of a running job: asked for again every second while one looks at it."""

from collections.abc import Iterator

from rich.text import Text
from textual.app import ComposeResult

from jobdash.render.stacks import frames_lines, thread_title
from jobdash.text import clean, clock
from jobdash.threads import Stack, Thread
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.job_stack import StackNews, StackQuestion
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import STACK
from jobdash.tui.looks.long_text import heading, traceback_lines
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.theme import FAINT, SOFT
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.live_part import LivePart
from jobdash.tui.widgets.reader import Reader

_HINT = "Where a running job is appears here, line by line; t shows where its attempts ended."
_ASKING = ("Asking its worker…", _HINT)


class StackPart(LivePart):
    """Shows the threads of the worker, the job's own first."""

    DEFAULT_CSS = "StackPart.-bare Reader { height: 1; scrollbar-size: 0 0; }"

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._question = StackQuestion(0)
        self._is_new = True
        self._heading = Line("stack-heading")
        self._reader = Reader("stack-reader")
        self._empty = Empty()

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._heading
        yield self._reader
        yield self._empty

    def show_job(self, seq: int) -> None:
        """Show where another job is."""
        self._question, self._is_new = StackQuestion(seq), True
        self._show_nothing(_ASKING)

    def ask(self) -> None:
        """Ask its worker, and again every second."""
        self.feed.ask(STACK, self._question)

    def arrive(self) -> None:
        """Take the focus."""
        self._reader.focus()

    def leave(self) -> None:
        """Leave the worker alone."""
        self.feed.drop(STACK)

    def take(self, snapshot: Snapshot, present: Present) -> None:
        """Show where it is now."""
        super().take(snapshot, present)
        found = snapshot.answer(STACK)
        if found is not None and found[0] == self._question:
            self._show(found[1])

    def _show(self, news: StackNews) -> None:
        if news.stack is None:
            self._show_nothing((f"{clean(news.trouble)}.", _HINT))
            return
        self._empty.show_if(False, _ASKING)
        self.remove_class("-bare")
        self._reader.read(tuple(_lines(news.stack)), from_top=self._is_new)
        self._is_new = False
        told = f" stack at {clock(news.at)}"
        who = f"  {clean(news.stack.worker)}, process {news.stack.pid}"
        self._heading.show(((told, SOFT), (who, FAINT)), (("every second ", FAINT),))

    def _show_nothing(self, lines: tuple[str, ...]) -> None:
        self._heading.show(())
        # It keeps the focus, and so the keys of the part.
        self.add_class("-bare")
        self._reader.read((), from_top=True)
        self._empty.show_if(True, lines)


def _lines(stack: Stack) -> Iterator[Text]:
    for place, thread in enumerate(stack.threads):
        if place:
            yield Text()
        yield heading(f"{clean(thread_title(thread))}, the newest call last")
        yield from _frames(thread)


def _frames(thread: Thread) -> list[Text]:
    lines = frames_lines(thread)
    coloured = traceback_lines("\n".join(["Traceback (most recent call last):", *lines]))[1:]
    return [heading("  … older calls"), *coloured] if thread.is_cut else coloured
