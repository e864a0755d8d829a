"""A line that shows what was typed, and is an input while one types."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from jobdash.text import clean
from jobdash.tui.filtering.filter_input import FilterInput
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import ACCENT, FAINT, KEY
from jobdash.tui.widgets.line import Line

INVITATION: Span = ("type to filter", FAINT)


class TypeLine(Horizontal):
    """The common part of such lines: each key press is told to `set_typed`, which the rest is for.

    `typed` is what stands there now.
    """

    DEFAULT_CSS = """
    TypeLine { height: 1; }
    TypeLine .slash { width: 3; }
    TypeLine FilterInput, TypeLine FilterInput:focus {
        height: 1; border: none; padding: 0; width: 1fr; background: $raised;
    }
    """

    class Done(Message):
        """The typing has ended."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.typed = ""
        self._slash = Line(classes="slash")
        self._text = Line(classes="typed")
        self.box = FilterInput()
        self.box.display = False

    def compose(self) -> ComposeResult:
        """Make the parts."""
        self._slash.show(((" / ", KEY),))
        yield self._slash
        yield self._text
        yield self.box
        yield from self.more_parts()

    def more_parts(self) -> tuple[Widget, ...]:
        """Return what else stands in the line."""
        return ()

    def on_mount(self) -> None:
        """Show the invitation."""
        self.draw()

    @property
    def is_typing(self) -> bool:
        """Whether the input is open."""
        return self.box.display

    def edit(self) -> None:
        """Open the input."""
        self.open(True)
        self.box.put(self.typed)
        # At once, not after the keys that have been typed meanwhile.
        self.screen.set_focus(self.box)
        self.draw()

    def close(self) -> None:
        """Keep what was typed, and close the input."""
        self.open(False)
        self.draw()
        self.post_message(self.Done())

    def open(self, is_open: bool) -> None:
        """Show the input, or what was typed."""
        # Not by a class: all styles of the line would be matched anew.
        self.box.display, self._text.display = is_open, not is_open

    def set_typed(self, typed: str) -> None:
        """Make this what stands there, as if it had been typed."""
        raise NotImplementedError

    def said(self, what: str) -> None:
        """A key of the input was pressed that types nothing."""
        raise NotImplementedError

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_typing and event.value != self.typed:
            self.set_typed(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()

    @on(FilterInput.Said)
    def _said(self, event: FilterInput.Said) -> None:
        event.stop()
        self.said(event.what)

    def draw(self) -> None:
        """Draw the line."""
        self._text.show(self.told())

    def told(self) -> Spans:
        """Return what the line says while nobody types."""
        return ((clean(self.typed), ACCENT) if self.typed else INVITATION,)
