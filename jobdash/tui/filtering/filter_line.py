"""The line above the list: the filter as it is, or being typed, and what the list is doing."""

from collections.abc import Sequence

from textual.message import Message
from textual.widget import Widget

from jobdash.job import State
from jobdash.report import FilterError, parse_filter
from jobdash.report.filter_terms import Term
from jobdash.text import clean, shorten
from jobdash.tui.asking.vocabulary import Vocabulary
from jobdash.tui.filtering.completion import Completion, completion
from jobdash.tui.filtering.recent import Recent
from jobdash.tui.filtering.state_words import states_meant
from jobdash.tui.filtering.suggestions import Suggestions
from jobdash.tui.filtering.type_line import INVITATION, TypeLine
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import ACCENT, ALARM, FAINT, WARN
from jobdash.tui.widgets.line import Line

# No job has this number.
_NOTHING = parse_filter("id:#0")
_LONGEST_STILL = 30


class FilterLine(TypeLine):
    """Shows the filter; while one types, each key press tells the list.

    A mistake is shown where it is made. While one types on, the list stays as it was before it;
    a filter that is left with a mistake finds nothing, so that no key can be aimed by it.
    """

    DEFAULT_CSS = """
    FilterLine #list-state { width: 40; }
    FilterLine.-wrong #list-state { width: 2fr; }
    """

    class Opened(Message):
        """Somebody begins to type."""

    class Changed(Message):
        """The filter is another one."""

        def __init__(self, terms: tuple[Term, ...]) -> None:
            super().__init__()
            self.terms = terms

    def __init__(self) -> None:
        super().__init__("filter-line")
        self._state: State | None = None
        self.suggestions = Suggestions()
        self._error: FilterError | None = None
        self._listed: str | None = ""
        self._status: tuple[Span, ...] = ()
        self._recent = Recent()
        self._known = Vocabulary()
        self._completion = Completion()
        self._list_state = Line("list-state")
        self._meaning = ("", "")

    def more_parts(self) -> tuple[Widget, ...]:
        """Return what else stands in the line."""
        return (self._list_state,)

    # -- for the place ---------------------------------------------------------------------------

    def edit(self) -> None:
        """Open the input."""
        self._recent.begin()
        super().edit()
        self.post_message(self.Opened())

    def close(self) -> None:
        """Keep what was typed, and close the input."""
        self._recent.keep(self.typed)
        super().close()
        if self._error is not None:
            self._find_nothing()

    def open(self, is_open: bool) -> None:
        """Show the input with its suggestions, or the filter."""
        self.suggestions.display = is_open
        super().open(is_open)

    def set_typed(self, typed: str) -> None:
        """Make this the filter, as if it had been typed."""
        self.typed = typed
        try:
            terms = parse_filter(typed)
        except FilterError as mistake:
            self._error = mistake
            if not self.is_typing:
                self._find_nothing()
        else:
            self._error, self._listed = None, typed
            self.post_message(self.Changed(terms))
        self.draw()

    def _find_nothing(self) -> None:
        self._listed = None
        self.post_message(self.Changed(_NOTHING))

    @property
    def mistake(self) -> str:
        """What is wrong with the filter as it stands there, '' if nothing is."""
        return "" if self._error is None else str(self._error)

    @property
    def meaning(self) -> str:
        """What the filter means in words, '' if nobody has told."""
        typed, meaning = self._meaning
        return meaning if typed == self.typed else ""

    def explain(self, typed: str, meaning: str) -> None:
        """Say in words what this filter means while it is the one; "" if that is plain."""
        self._meaning = (typed, meaning)

    def show_state(self, state: State | None) -> None:
        """Say that only jobs in this state are shown, if it is one."""
        self._state = state
        self.draw()

    def status(self, spans: Sequence[Span]) -> None:
        """Show what the list is doing, unless there is a mistake to be told."""
        self._status = tuple(spans)
        self.draw()

    def know(self, vocabulary: Vocabulary | None) -> None:
        """Complete from these names from now on."""
        if vocabulary is not None and vocabulary != self._known:
            self._known = vocabulary
            self.draw()

    # -- typing ----------------------------------------------------------------------------------

    def said(self, what: str) -> None:
        """Give up, complete, or call back an older or newer filter."""
        if what == "give_up":
            self._recent.keep(self.typed)
            self.set_typed("")
            self.close()
        elif what == "complete":
            self._complete()
        elif what:
            recalled = self._recent.go(self.typed, older=what == "older")
            if recalled is not None:
                self.box.put(recalled)

    def _complete(self) -> None:
        self._completion = completion(self.typed, self.box.cursor_position, self._known)
        if self._completion.options:
            self.box.put(*self._completion.taken(self.typed))

    # -- drawing ---------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw the line."""
        super().draw()
        mistake = self._error
        self.set_class(mistake is not None and not self.is_typing, "-wrong")
        self.box.mark((mistake.start, mistake.end) if mistake else None)
        if self.is_typing:
            self._suggest()
        if mistake is None:
            self._list_state.show((), self._status)
        elif self.is_typing:
            self._list_state.show((), ((f"{_still(self._listed)} ", WARN),))
        else:
            self._list_state.show((), ((f"{clean(str(mistake))} ", ALARM),))

    def told(self) -> Spans:
        """Return the filter in words, or how to begin one."""
        only: Spans = ((f"only {self._state}  ", WARN),) if self._state else ()
        if meaning := self.meaning:
            return (*only, (f"{clean(meaning)}  ", ACCENT), (clean(self.typed), FAINT))
        if self.typed:
            meant = " ".join(f"state:{state}" for state in states_meant(self.typed))
            better = ((f"  as text; or {meant}", FAINT),) if meant else ()
            return (*only, (clean(self.typed), ACCENT), *better)
        return (*only, ("esc: all", FAINT) if only else INVITATION)

    def _suggest(self) -> None:
        cursor = min(self.box.cursor_position, len(self.typed))
        self._completion = completion(self.typed, cursor, self._known)
        mistake = self._error
        if mistake is None or self._completion.explains(mistake.start):
            self.suggestions.tell(self._completion, "")
        else:
            self.suggestions.tell(self._completion, str(mistake))


def _still(listed: str | None) -> str:
    """Return which filter the list is still of, while another one is not right yet."""
    if listed is None:
        return "nothing is listed"
    return f"still: {shorten(clean(listed.strip()), _LONGEST_STILL) or 'no filter'}"
