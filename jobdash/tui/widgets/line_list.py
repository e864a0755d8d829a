"""A list of any length that draws only the lines one can see, and of those only what has changed.

The viewport is moved without Textual's scroll refresh where the lines on the screen stay the same:
that is what makes a list cheap whose rows slide down while new ones arrive above.
"""

from collections.abc import Hashable, Iterable
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from jobdash.tui.keyboard.key import bindings
from jobdash.tui.keyboard.keys import MOVE
from jobdash.tui.looks.spans import Spans, changed_cells, fitted, strip_of
from jobdash.tui.looks.theme import CURSOR, CURSOR_AWAY, FAINT, KEY, MARKED, PLAIN, SOFT
from jobdash.tui.widgets.aim import Aim
from jobdash.tui.widgets.mark_range import MarkRange
from jobdash.tui.widgets.quiet_scroll import QuietScroll

GUTTER, SCROLLBAR = 2, 1
_HERE, _AWAY = Style(bgcolor=CURSOR), Style(bgcolor=CURSOR_AWAY)
_MARK_GROUND = Style(bgcolor=MARKED)


class LineList(QuietScroll, can_focus=True):
    """Base of the lists. A subclass says which rows there are and how one looks."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(MOVE))
    DEFAULT_CSS = """
    LineList { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size: 1 1; }
    """

    class Moved(Message):
        """The cursor is on another row, or the row under it has changed."""

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.length = 0
        self.marked: dict[Hashable, None] = {}
        self.aim = Aim()
        self._range: MarkRange | None = None
        self._clicked: Hashable | None = None
        self._drawn: dict[int, tuple[Spans, Style]] = {}

    # -- for subclasses --------------------------------------------------------------------------

    def row_key(self, index: int) -> Hashable | None:
        """Return what makes a row the same one later, None while it is not known."""
        raise NotImplementedError

    def index_of(self, key: Hashable) -> int | None:
        """Return where the row is, None if that is not known."""
        return next((i for i in range(self.length) if self.row_key(i) == key), None)

    def row_spans(self, index: int, width: int) -> Spans:
        """Return the row in exactly `width` cells."""
        raise NotImplementedError

    def titles(self, width: int) -> Spans:
        """Return the titles of the columns of such a row."""
        raise NotImplementedError

    def cursor_moved(self, by_hand: bool) -> None:
        """The cursor is somewhere else; `by_hand` if a person moved it."""
        key = self.row_key(self.cursor)
        (self.aim.at if by_hand else self.aim.slid_to)(key)
        self._mark_range()
        self.post_message(self.Moved())

    def viewport_moved(self) -> None:
        """Other rows have come into view: the cursor comes along, so that no key acts unseen."""
        if self.size != self.room:
            # It is about to be given another room, which has the cursor in view: this is no move.
            return
        visible = max(self.top, min(self.cursor, self.top + self.page - 1))
        if visible != self.cursor and self.length:
            self.cursor = visible
            self.redraw()
            self.cursor_moved(by_hand=True)

    # -- moving ----------------------------------------------------------------------------------

    @property
    def top(self) -> int:
        """The index of the first visible row."""
        return self.scroll_offset.y

    @property
    def page(self) -> int:
        """How many rows are visible."""
        return max(1, self.room.height)

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.move_to(self.cursor + rows)

    def action_pages(self, pages: float) -> None:
        """Move the cursor by pages or parts of one."""
        self.move_to(self.cursor + int(self.page * pages))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.move_to(self.length - 1)

    def move_to(self, index: int) -> None:
        """Move the cursor to a row, as a person would."""
        self.cursor = max(0, min(index, self.length - 1))
        self.show_cursor()
        self.cursor_moved(by_hand=True)

    def take_aim(self) -> bool:
        """Put the cursor on the row that a key was meant for; return whether that one is sure."""
        meant, is_sure = self.aim.meant, self.aim.is_sure
        index = None if meant is None else self.index_of(meant)
        self.move_to(self.cursor if index is None else index)
        return is_sure

    def show_cursor(self) -> None:
        """Scroll as little as needed to have the cursor in view."""
        top = max(self.cursor - self.page + 1, min(self.top, self.cursor))
        if top != self.top:
            self.scroll_to(y=top, animate=False)
        self.redraw()

    def place(self, length: int, top: int) -> None:
        """Set how long the list is and which row comes first, without drawing anything."""
        self.length = length
        top = max(0, min(top, length - self.page))
        self.set_reactive(Widget.virtual_size, Size(self.room.width, length))
        self.set_reactive(Widget.scroll_y, float(top))
        self.scroll_target_y = float(top)
        if self.show_vertical_scrollbar:
            bar = self.vertical_scrollbar
            bar.window_virtual_size, bar.window_size, bar.position = length, self.page, float(top)

    # -- marks -----------------------------------------------------------------------------------

    @property
    def is_ranging(self) -> bool:
        """Whether a range of marks goes along with the cursor."""
        return self._range is not None

    def is_marked(self, index: int) -> bool:
        """Whether the row wears a mark."""
        return self.row_key(index) in self.marked

    def action_range(self) -> None:
        """Begin a range of marks at the row; the second time, let it be."""
        key = self.row_key(self.cursor)
        self._range = None if self._range or key is None else MarkRange(key, self.marked)
        self.cursor_moved(by_hand=True)

    def action_mark_on(self, step: int) -> None:
        """Mark the row, and the next one too."""
        self._range = None
        here = self.row_key(self.cursor)
        self.action_move(step)
        self.mark(key for key in (here, self.row_key(self.cursor)) if key is not None)

    def _mark_range(self) -> None:
        if self._range is not None:
            self.marked = self._range.marks(self.row_key, self.cursor, self.length)
            self.redraw()

    def action_mark(self) -> None:
        """Mark the row or take its mark away, and go to the next."""
        self._range = None
        self.take_aim()
        key = self.row_key(self.cursor)
        if key is None:
            return
        if key in self.marked:
            del self.marked[key]
        else:
            self.marked[key] = None
        self.action_move(1)

    def mark(self, keys: Iterable[Hashable]) -> None:
        """Mark these rows, whether one can see them or not."""
        self.marked.update(dict.fromkeys(keys))
        self.redraw()
        self.post_message(self.Moved())

    def unmark(self) -> None:
        """Take all marks away."""
        self._range = None
        self.marked.clear()
        self.redraw()
        self.post_message(self.Moved())

    # -- drawing ---------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Draw what looks different from what was drawn last."""
        for y in range(self.room.height):
            self._redraw_line(y)

    def _redraw_line(self, y: int) -> None:
        drawn, look = self._drawn.get(y), self._look(y)
        if drawn is None or drawn[1] != look[1]:
            self.refresh_line(y + self.top)
        elif drawn[0] != look[0]:
            start, end = changed_cells(drawn[0], look[0])
            self.refresh(Region(start, y, end - start, 1))

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        spans, ground = self._drawn[y] = self._look(y)
        return strip_of(spans, self.visual_style.rich_style + ground)

    def _look(self, y: int) -> tuple[Spans, Style]:
        # Out of view there is no size, but what changes there has to be drawn later.
        index, width = y + self.top, self.size.width or self.room.width
        if index >= self.length:
            return fitted((), width), PLAIN
        sign = self._sign if index == self.cursor else " "
        mark = "•" if self.is_marked(index) else " "
        row = self.row_spans(index, max(0, width - GUTTER))
        if index == self.cursor:
            row = tuple((text, SOFT if style == FAINT else style) for text, style in row)
        return ((sign + mark, KEY), *row), self._ground(index)

    @property
    def _has_the_keys(self) -> bool:
        # A list that cannot have the focus is moved by the keys of a line to type in.
        return self.has_focus or not self.can_focus

    @property
    def _sign(self) -> str:
        # Of several lists on a screen without colours, which is the one that keys are for?
        return "▎" if self._has_the_keys else "·"

    def _ground(self, index: int) -> Style:
        if index == self.cursor:
            return _HERE if self._has_the_keys else _AWAY
        return _MARK_GROUND if self.is_marked(index) else PLAIN

    # -- events ----------------------------------------------------------------------------------

    def focus_changed(self) -> None:
        """The cursor gets its full colour, or fades."""
        if 0 <= self.cursor - self.top < self.room.height:
            self._redraw_line(self.cursor - self.top)

    def room_changed(self) -> None:
        """Keep the cursor in view and fill what has come free."""
        self._drawn.clear()
        self.place(self.length, self.top)
        self.show_cursor()
        self.viewport_moved()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows have come into view by wheel, scrollbar or cursor."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.viewport_moved()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; a second click opens."""
        index = event.y + self.top
        if index >= self.length:
            return
        key = self.row_key(index)
        if index == self.cursor and key == self._clicked:
            self.post_message(self.Opened())
        else:
            self.move_to(index)
        self._clicked = key
