"""A place that is mainly a list."""

from collections.abc import Sequence
from typing import Any

from textual import on

from jobdash.tui.asking.feed import Feed
from jobdash.tui.places.place import Place
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.heading import Heading
from jobdash.tui.widgets.line_list import LineList


class ListPlace(Place):
    """What all lists do: take the focus, carry marks, open what is clicked twice."""

    def __init__(self, feed: Feed, queue: str | None, id: str, rows: LineList) -> None:
        super().__init__(feed, queue, id)
        self.rows: Any = rows
        self._heading = Heading(rows)
        self._empty = Empty()

    def arrive(self) -> None:
        """Take the focus."""
        self.rows.focus()

    def show_empty(self, nothing: bool, why: Sequence[str]) -> None:
        """Show why there is nothing, if there is nothing."""
        self._empty.show_if(nothing, why)
        self.rows.set_class(nothing, "-empty")

    def show_current(self) -> None:
        """Show what depends on the row under the cursor."""

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self._heading.redraw()
        self.show_current()
        self.post_message(self.HintsChanged())

    @on(LineList.Opened)
    def _opened(self, event: LineList.Opened) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Open what the cursor is on."""

    def take_aim(self) -> bool:
        """Let the next act be on the marked rows, or on the row that the key was meant for.

        Returns whether a person can have seen what that is.
        """
        return self.has_marks or bool(self.rows.take_aim())

    def hold(self) -> None:
        """Put the cursor on the row that a key was meant for."""
        self.rows.take_aim()

    def is_meant(self, is_sure: bool) -> bool:
        """Return whether to go on with what nobody asks about, and say so if not."""
        if not is_sure:
            text = "The list has just moved: press the key again if you mean this line."
            self.notify(text, severity="warning", markup=False)
        return is_sure

    def action_mark(self) -> None:
        """Mark the row."""
        self.rows.action_mark()

    def action_range(self) -> None:
        """Begin a range of marks at the row, or let the one that was begun be."""
        self.rows.action_range()

    def action_mark_on(self, step: int) -> None:
        """Mark the row and the one after it, or before it."""
        self.rows.action_mark_on(step)

    def unmark(self) -> None:
        """Take all marks away."""
        self.rows.unmark()

    @property
    def has_marks(self) -> bool:
        """Whether there are marks to take away."""
        return bool(self.rows.marked)

    def acted(self) -> None:
        """An operation has been carried out: the marks have done their work."""
        self.rows.unmark()

    def close_one(self) -> bool:
        """Close the marks."""
        had_marks = bool(self.rows.marked)
        self.rows.unmark()
        return had_marks
