"""Focus that comes and goes without all of a widget being styled, laid out and drawn anew.

Textual does that because a style may depend on the focus. Here none does, and to go from place to
place is to move the focus: it was most of what that cost.
"""

from typing import Self

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar

from jobdash.tui.widgets.quick_bar import QuickBar


class QuietScroll(ScrollView):
    """Draws itself what the focus changes. `room` is its size on show; out of view it has none."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.room = Size(0, 0)
        self._scrolled_for: tuple[Size, Size] | None = None

    def on_mount(self) -> None:
        """Make the scrollbar now: the layout that first shows the list has enough to do."""
        if self.styles.overflow_y == "scroll":
            assert self.vertical_scrollbar

    # -- for subclasses --------------------------------------------------------------------------

    def focus_changed(self) -> None:
        """The focus has come or gone: draw what that changes."""

    def room_changed(self) -> None:
        """There is another room to fill."""

    # -- focus -----------------------------------------------------------------------------------

    def focus(self, scroll_visible: bool = True) -> Self:
        """Take the focus, at once; on the way out there is none."""
        if self.is_attached:
            self.screen.set_focus(self, scroll_visible)
        return self

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Draw what looks different."""
        self.focus_changed()

    def on_focus(self, event: events.Focus) -> None:
        """Get the focus."""
        event.prevent_default()
        self.has_focus = True
        self._tell_parent(events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        """Lose the focus."""
        event.prevent_default()
        self.has_focus = False
        self._tell_parent(events.DescendantBlur(self))

    def _tell_parent(self, event: events.Event) -> None:
        if self.parent is not None:
            self.parent.post_message(event)

    # -- room ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Fill the room if it is another one: whoever comes into view is told its size."""
        if self.size != self.room:
            self.room = self.size
            self.room_changed()

    def _scroll_update(self, virtual_size: Size) -> None:
        # Textual does it at every layout, and draws the bar anew.
        scrolled_for = (self.container_size, virtual_size)
        if scrolled_for != self._scrolled_for:
            self._scrolled_for = scrolled_for
            super()._scroll_update(virtual_size)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made at its first use."""
        if self._vertical_scrollbar is None:
            bar = self._vertical_scrollbar = QuickBar(vertical=True, name="vertical")
            bar.display = False
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar
