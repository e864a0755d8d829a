"""Passing notes: what has come of something, at the top of the screen for a few seconds."""

from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.widget import Widget

from jobdash.text import clean
from jobdash.tui.acting.told import Told

# In seconds. What can be undone stays in the bottom line for longer than that.
_PASSING, _UNDOABLE, _GRAVE = 4.0, 6.0, 7.0


class Teller:
    """Shows notes; whatever is in their text is shown as text."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    def tell(self, text: str, severity: str = "information") -> None:
        """Show one note."""
        self.tell_all([Told(text, severity)])

    def clear(self) -> None:
        """Take all notes away."""
        self._app.clear_notifications()
        for place in self._places():
            place.remove()

    def tell_all(self, notes: Sequence[Told], *, undoable: bool = False) -> None:
        """Show notes, longer if they tell of something that can be taken back."""
        self._sweep()
        for note in notes:
            level: Any = note.severity
            is_grave = note.severity != "information"
            timeout = _GRAVE if is_grave else _UNDOABLE if undoable else _PASSING
            self._app.notify(clean(note.text), severity=level, timeout=timeout, markup=False)

    def _sweep(self) -> None:
        # Textual leaves the place of a note that it takes away: others would come lower and lower.
        for place in self._places():
            if place.is_mounted and not place.children:
                place.remove()

    def _places(self) -> list[Widget]:
        return [place for screen in self._app.screen_stack for place in screen.query("ToastHolder")]
