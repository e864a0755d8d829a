"""The line above the list: the filter as it is, or being typed, and what the list is doing."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from jobdash.errors import UsageError
from jobdash.text import clean
from jobdash.tui.filter_words import FilterWords, parse_filter
from jobdash.tui.spans import Span
from jobdash.tui.theme import ACCENT, ALARM, FAINT, KEY
from jobdash.tui.widgets.line import Line


class FilterInput(Input):
    """The place to type in: a pasted text stays one line, and Escape gives up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
    ]

    class GivenUp(Message):
        """Escape was pressed."""

    class Recalled(Message):
        """An earlier filter is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def action_give_up(self) -> None:
        """Leave without a change."""
        self.post_message(self.GivenUp())

    def action_recall(self, step: int) -> None:
        """Go through the earlier filters."""
        self.post_message(self.Recalled(step))


class FilterLine(Horizontal):
    """Shows the filter; while one types, each key press tells the list."""

    DEFAULT_CSS = """
    FilterLine { height: 1; }
    FilterLine #slash { width: 3; }
    FilterLine FilterInput, FilterLine FilterInput:focus {
        height: 1; border: none; padding: 0; width: 1fr; background: $raised; display: none;
    }
    FilterLine.-typing FilterInput { display: block; }
    FilterLine.-typing #filter-text { display: none; }
    FilterLine #list-state { width: 40; }
    FilterLine.-wrong #list-state { width: 2fr; }
    """

    class Changed(Message):
        """The filter is another one."""

        def __init__(self, words: FilterWords) -> None:
            super().__init__()
            self.words = words

    class Done(Message):
        """The typing has ended."""

    def __init__(self) -> None:
        super().__init__(id="filter-line")
        self.typed = ""
        self._before = ""
        self._error = ""
        self._status: tuple[Span, ...] = ()
        self._recent: list[str] = []
        self._recalled = 0
        self._text = Line("filter-text")
        self._box = FilterInput(id="filter-input", select_on_focus=False)
        self._list_state = Line("list-state")

    def compose(self) -> ComposeResult:
        """Make the parts."""
        slash = Line("slash")
        slash.show(((" / ", KEY),))
        yield slash
        yield self._text
        yield self._box
        yield self._list_state

    def on_mount(self) -> None:
        """Show the invitation."""
        self._draw()

    @property
    def is_typing(self) -> bool:
        """Whether the input is open."""
        return self.has_class("-typing")

    def edit(self) -> None:
        """Open the input."""
        self._before, self._recalled = self.typed, len(self._recent)
        self.add_class("-typing")
        self._box.value = self.typed
        self._box.cursor_position = len(self.typed)
        self._box.focus()

    def set_filter(self, typed: str) -> None:
        """Make this the filter, as if it had been typed."""
        self.typed = typed
        self._apply()

    def status(self, spans: Sequence[Span]) -> None:
        """Show what the list is doing, unless there is a mistake to be told."""
        self._status = tuple(spans)
        self._draw()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_typing and event.value != self.typed:
            self.set_filter(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.typed and self.typed not in self._recent:
            self._recent.append(self.typed)
        self._close()

    @on(FilterInput.GivenUp)
    def _given_up(self) -> None:
        self.set_filter(self._before)
        self._close()

    @on(FilterInput.Recalled)
    def _recall(self, event: FilterInput.Recalled) -> None:
        if self._recent:
            self._recalled = max(0, min(self._recalled + event.step, len(self._recent) - 1))
            self._box.value = self._recent[self._recalled]

    def _close(self) -> None:
        self.remove_class("-typing")
        self._draw()
        self.post_message(self.Done())

    def _apply(self) -> None:
        try:
            words = parse_filter(self.typed)
        except UsageError as mistake:
            self._error = str(mistake)
        else:
            self._error = ""
            self.post_message(self.Changed(words))
        self._draw()

    def _draw(self) -> None:
        shown = (clean(self.typed), ACCENT) if self.typed else ("type / to filter", FAINT)
        self._text.show((shown,))
        self.set_class(bool(self._error), "-wrong")
        mistake = ((f"{clean(self._error)} ", ALARM),) if self._error else self._status
        self._list_state.show((), mistake)
