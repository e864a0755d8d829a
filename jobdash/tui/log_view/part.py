"""The logs of a job: one attempt at a time, the newest as it comes."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from jobdash.render.log_lines import LEVELS, cut_words
from jobdash.text import clean, format_count
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.job_log import LogNews, LogQuestion
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import LOG
from jobdash.tui.keyboard.key import Key
from jobdash.tui.keyboard.keys import FOLLOW, GIVE_UP, HIT, HIT_BACK, NEWER, OLDER, SEARCH_FOR
from jobdash.tui.keyboard.keys import LOG as LOG_KEYS
from jobdash.tui.log_view.view import LogView
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.spans import Span
from jobdash.tui.looks.theme import ACCENT, FAINT, GOOD, KEY, SOFT, WARN
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.live_part import LivePart

_NAMES = {level: name for name, level in LEVELS.items()}
_NOT_RUN = ("It has not run yet.", "What it prints and logs appears here, line by line.")
_SILENT = (
    "It has printed nothing.",
    "print() and logging in the task appear here, and what C code and child processes write.",
)
_SILENT_SO_FAR = ("It has printed nothing so far.", *_SILENT[1:])
_HIDDEN = ("No log record of this level.", "L shows the next level, and then everything again.")


class SearchInput(Input):
    """What to search for; Escape gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", show=False)]

    def __init__(self) -> None:
        super().__init__(id="log-search", select_on_focus=True, compact=True)

    def action_give_up(self) -> None:
        """Forget what was typed."""
        self.value = ""
        self.post_message(self.Submitted(self, ""))

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(clean(event.text))


class LogPart(LivePart):
    """Asks for what is new of an attempt, again and again while it is open."""

    KEYS = LOG_KEYS
    DEFAULT_CSS = """
    LogPart #log-search { display: none; height: 1; border: none; padding: 0 1; }
    LogPart.-typing #log-search { display: block; }
    LogPart.-bare LogView { height: 1; scrollbar-size: 0 0; }
    """

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._question = LogQuestion(0)
        self._newest = 0
        self._stays = self._is_open = False
        self._heading = Line("log-heading")
        self.view = LogView()
        self._empty = Empty()
        self._search = SearchInput()

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._heading
        yield self.view
        yield self._empty
        yield self._search

    # -- which log -------------------------------------------------------------------------------

    def show_job(self, seq: int) -> None:
        """Show the newest attempt of another job."""
        self._stays, self._newest = False, 0
        self._begin(LogQuestion(seq))

    def _begin(self, question: LogQuestion) -> None:
        self._question, self._is_open = question, False
        self.view.is_following = True
        self.view.lines.clear()

    @on(LogView.OtherAttempt)
    def _other_attempt(self, event: LogView.OtherAttempt) -> None:
        event.stop()
        wanted = (self._question.attempt or self._newest) + event.step
        if 1 <= wanted <= self._newest:
            self._stays = wanted < self._newest
            self._begin(LogQuestion(self._question.seq, wanted))
            self.ask()

    # -- coming and going ------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for what is new."""
        self.feed.ask(LOG, self._question)

    def arrive(self) -> None:
        """Take the focus."""
        (self._search if self.has_class("-typing") else self.view).focus()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(LOG)

    # -- showing ---------------------------------------------------------------------------------

    def take(self, snapshot: Snapshot, present: Present) -> None:
        """Add what is new, and ask for what comes behind it."""
        super().take(snapshot, present)
        found = snapshot.answer(LOG)
        if found is not None and found[0] == self._question:
            self._add(found[1])

    def _add(self, news: LogNews) -> None:
        self._newest = news.newest
        before, log = self._question, news.log
        if log is not None:
            torn = before.since > 0 and (log.cut > 0 or self.view.lines.is_too_long)
            if not torn:
                self.view.show(log, anew=not before.since)
            self._is_open = log.is_open
            self._question = LogQuestion(before.seq, log.attempt, 0 if torn else log.end)
            if not self._stays and not log.is_open and news.newest > log.attempt:
                self._begin(LogQuestion(before.seq, news.newest))
        if self._question != before:
            self.feed.ask(LOG, self._question, at_once=self._question.since == 0)
        self._explain(news)
        self._draw_heading()

    def _explain(self, news: LogNews) -> None:
        has_lines = self.view.lines.rows > 0
        self.set_class(not has_lines, "-bare")
        self._empty.show_if(not has_lines, self._why_empty(news))

    def _why_empty(self, news: LogNews) -> tuple[str, ...]:
        if news.trouble:
            return ("There is no log.", clean(news.trouble))
        if len(self.view.lines):
            return _HIDDEN
        if news.log is None:
            return _NOT_RUN
        return _SILENT_SO_FAR if self._is_open else _SILENT

    @on(LogView.Changed)
    def _changed(self, event: LogView.Changed) -> None:
        event.stop()
        found = self.feed.latest.value(LOG)
        if found is not None:
            self._explain(found)
        self._draw_heading()
        self.post_message(self.HintsChanged())

    def _draw_heading(self) -> None:
        view = self.view
        left: list[Span] = [(f" {self._which()}", SOFT), (f"  {_lines(view)}", FAINT)]
        if view.lines.least:
            left.append((f"  from {_NAMES[view.lines.least]} on", WARN))
        if not view.is_wrapping:
            left.append(("  cut at the edge", FAINT))
        if view.is_raw:
            left.append(("  raw", WARN))
        if view.search.text:
            left += [("  /", KEY), (view.search.text, ACCENT), (f" {self._hits()}", FAINT)]
        following = ("FOLLOW " if self._is_open else "end ", GOOD if self._is_open else FAINT)
        self._heading.show(left, (following,) if view.is_following else ((self._to_follow, FAINT),))

    @property
    def _to_follow(self) -> str:
        return "f to follow " if self._is_open else "f to the end "

    def _which(self) -> str:
        attempt = self._question.attempt
        if attempt is None or self._newest < 2:
            return "log"
        return f"attempt {attempt} of {self._newest}  < >"

    def _hits(self) -> str:
        count = self.view.lines.hits(self.view.search)
        return f"{format_count(count)} {'hit' if count == 1 else 'hits'}"

    # -- search ----------------------------------------------------------------------------------

    @property
    def typing(self) -> Sequence[Key]:
        """The keys of the line that is searched by, while one types into it."""
        return (SEARCH_FOR, GIVE_UP) if self.has_class("-typing") else ()

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key in (OLDER, NEWER):
            return self._newest > 1
        if key is FOLLOW:
            return not self.view.is_following
        return key not in (HIT, HIT_BACK) or bool(self.view.search.text)

    def close_one(self) -> bool:
        """Enough of the search."""
        if not self.view.search.text:
            return False
        self.view.look_for("")
        return True

    @on(LogView.Search)
    def _type(self, event: LogView.Search) -> None:
        event.stop()
        self.search()

    def search(self) -> None:
        """Type what to search for."""
        self.add_class("-typing")
        self.screen.set_focus(self._search)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.view.look_for(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.remove_class("-typing")
        self.view.focus()


def _lines(view: LogView) -> str:
    count = view.lines.rows
    counted = f"{format_count(count)} {'line' if count == 1 else 'lines'}"
    return f"{counted}  … {cut_words(view.lines.gap)}" if view.lines.gap else counted
