"""A log to scroll through: follows its end, folds long lines, finds text, hides low levels.

Only the rows on the screen are decoded and folded. It scrolls by rows of the log, whatever number
of lines of the screen one takes, so that nothing has to be known of the rest.
"""

from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from jobdash.render.log_lines import LEVELS, PRINTED, readable
from jobdash.render.log_search import LogSearch
from jobdash.report import JobLog
from jobdash.tui.keyboard.key import bindings
from jobdash.tui.keyboard.keys import LOG, MOVE
from jobdash.tui.log_view.folding import coloured, folded, gap_line, marked
from jobdash.tui.log_view.lines import LogLines
from jobdash.tui.looks.present import steady
from jobdash.tui.looks.spans import Spans, fitted, strip_of
from jobdash.tui.widgets.quiet_scroll import QuietScroll

_SHOWN_LEVELS = (PRINTED, LEVELS["info"], LEVELS["warning"], LEVELS["error"])


class LogView(QuietScroll, can_focus=True):
    """Shows the lines of one attempt."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MOVE), *bindings(LOG)]
    DEFAULT_CSS = """
    LogView {
        height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size: 1 1; padding: 0 1;
    }
    """

    class Changed(Message):
        """It follows or does not, shows another level, has found something or not."""

    class Search(Message):
        """A text to search for is to be typed."""

    class OtherAttempt(Message):
        """The attempt before or after this one is to be shown."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__(id="log-view")
        self.lines = LogLines()
        self.is_following = self.is_wrapping = True
        self.is_raw = False
        self.search = LogSearch("")
        self._hit: int | None = None
        self._folds: dict[int, list[Spans]] = {}
        self._page: list[Spans] = []

    # -- what there is to show -------------------------------------------------------------------

    def show(self, log: JobLog, *, anew: bool) -> None:
        """Add the next piece, or show another log instead."""
        if anew:
            self.lines.clear()
            self._hit = None
        self.lines.add(log)
        self._draw()

    @property
    def top(self) -> int:
        """The first row on the screen."""
        return self.scroll_offset.y

    def _draw(self) -> None:
        """Draw everything anew, at the end if it follows."""
        self._folds.clear()
        self._measure()
        if self.is_following:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
        self._lay_out()
        self.refresh()

    def _measure(self) -> None:
        # Such that the last row can be reached, but nothing below it.
        rows, height = self.lines.rows, self.size.height
        fits, left = 0, height
        while fits < rows and (left := left - len(self._fold(rows - 1 - fits))) >= 0:
            fits += 1
        last_top = rows - max(1, fits) if rows else 0
        self.virtual_size = Size(self.size.width, last_top + height if rows > fits else rows)

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        style = self.visual_style.rich_style
        if y >= len(self._page):
            return Strip.blank(self.size.width, style)
        return strip_of(self._page[y], style)

    def _lay_out(self) -> None:
        """Find out what is on the screen."""
        self._page = []
        row = self.top
        while row < self.lines.rows and len(self._page) < self.size.height:
            self._page += self._fold(row)
            row += 1

    def _fold(self, row: int) -> list[Spans]:
        found = self._folds.get(row)
        if found is None:
            if len(self._folds) > 10 * (self.size.height + 1):
                self._folds.clear()
            found = self._folds[row] = self._make(row)
        return found

    def _make(self, row: int) -> list[Spans]:
        number, width = self.lines.number(row), max(1, self.scrollable_content_region.width)
        raw = self.lines.line(number)
        spans = coloured(steady(readable(raw, raw=self.is_raw)), self.lines.level(number))
        spans = marked(spans, self.search)
        made = folded(spans, width) if self.is_wrapping else [fitted(spans, width)]
        if self.lines.gap and number == self.lines.gap_at:
            made.insert(0, gap_line(self.lines.gap, width))
        return made

    def on_resize(self) -> None:
        """Fold what was read while there was no room."""
        self._draw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows have come into view, by key, wheel or scrollbar."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._lay_out()
            self.refresh()
            self._follow(new_value >= self.max_scroll_y)

    # -- moving ----------------------------------------------------------------------------------

    def _follow(self, is_following: bool) -> None:
        if is_following != self.is_following:
            self.is_following = is_following
            self.post_message(self.Changed())

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_to(y=self.top + rows, animate=False)

    def action_pages(self, pages: float) -> None:
        """Scroll by pages or parts of one."""
        self.action_move(int(self.size.height * pages))

    def action_first(self) -> None:
        """Go to the beginning."""
        self._follow(False)
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        """Go to the end and stay there."""
        self._follow(True)
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def action_follow(self) -> None:
        """Follow the end, or stay here."""
        if self.is_following:
            self._follow(False)
        else:
            self.action_last()

    # -- looking otherwise -----------------------------------------------------------------------

    def action_wrap(self) -> None:
        """Fold long lines, or cut them at the edge."""
        self.is_wrapping = not self.is_wrapping
        self._draw()
        self.post_message(self.Changed())

    def action_raw(self) -> None:
        """Show control characters as pictures, or what they would come to on a terminal."""
        self.is_raw = not self.is_raw
        self.search = LogSearch(self.search.text, self.is_raw)
        self._draw()
        self.post_message(self.Changed())

    def action_level(self) -> None:
        """Show everything, then records from info, warning and error on."""
        least, top = self.lines.least, self._number_at_top()
        self.lines.show_from(_SHOWN_LEVELS[(_SHOWN_LEVELS.index(least) + 1) % len(_SHOWN_LEVELS)])
        self._draw()
        if not self.is_following:
            self.scroll_to(y=self.lines.row(top), animate=False)
        self.post_message(self.Changed())

    def _number_at_top(self) -> int:
        return self.lines.number(self.top) if self.top < self.lines.rows else 0

    def action_attempt(self, step: int) -> None:
        """Show another attempt."""
        self.post_message(self.OtherAttempt(step))

    # -- search ----------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Type what to search for."""
        self.post_message(self.Search())

    def look_for(self, text: str) -> None:
        """Mark a text wherever it is, and go to where it is next; '' is enough of that."""
        self.search, self._hit = LogSearch(text, self.is_raw), None
        self._draw()
        if text:
            self._go(self.lines.find(self.search, self.top, 1), wrapped_to=0, step=1)
        self.post_message(self.Changed())

    def action_hit(self, step: int) -> None:
        """Go to the next place where it is, or the one before."""
        here = self.top if self._hit is None else self._hit + step
        found = self.lines.find(self.search, here, step)
        self._go(found, wrapped_to=0 if step > 0 else self.lines.rows - 1, step=step)

    def _go(self, row: int | None, wrapped_to: int, step: int) -> None:
        """Show a row; if there is none on this side, search on from the other end."""
        row = self.lines.find(self.search, wrapped_to, step) if row is None else row
        self._hit = row
        if row is not None:
            self._follow(False)
            self.scroll_to(y=max(0, row - self.size.height // 3), animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of a search to others while there is none."""
        return bool(self.search.text) if action == "hit" else True
