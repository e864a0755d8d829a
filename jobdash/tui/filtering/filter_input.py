"""The place where a filter is typed: one line, whatever is pasted, with its parts told apart."""

from typing import ClassVar

from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from jobdash.report.filter_language import field_of, split
from jobdash.tui.looks.theme import ACCENT, ALARM

_WRONG = ALARM + Style(underline=True)


class FilterColours(Highlighter):
    """Colours the fields, and marks the term that is wrong."""

    def __init__(self) -> None:
        self.wrong: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Colour a filter."""
        for word in split(text.plain):
            start = word.rest(1) if word.text.startswith("-") else word
            found = field_of(start)
            if found is not None:
                text.stylize(ACCENT, word.start, found[3].start)
        if self.wrong is not None:
            text.stylize(_WRONG, *self.wrong)


class FilterInput(Input):
    """An input whose keys are told to the filter line: Escape, Tab, up and down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "say('give_up')", show=False),
        Binding("tab", "say('complete')", show=False),
        Binding("shift+tab", "say('')", show=False),
        Binding("up", "say('older')", show=False),
        Binding("down", "say('newer')", show=False),
    ]

    class Said(Message):
        """One of these keys was pressed."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self) -> None:
        self.colours = FilterColours()
        super().__init__(
            id="filter-input", select_on_focus=False, highlighter=self.colours, compact=True
        )

    def action_say(self, what: str) -> None:
        """Tell that a key was pressed."""
        self.post_message(self.Said(what))

    def mark(self, wrong: tuple[int, int] | None) -> None:
        """Mark a stretch that is wrong, or none."""
        if wrong != self.colours.wrong:
            self.colours.wrong = wrong
            self.refresh()

    def put(self, typed: str, cursor: int | None = None) -> None:
        """Make this the text."""
        self.value = typed
        self.cursor_position = len(typed) if cursor is None else cursor

    def _on_paste(self, event: events.Paste) -> None:
        # Textual takes the first line only; and what nobody can see does not belong into a filter.
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor("".join(c if c.isprintable() else " " for c in event.text))
