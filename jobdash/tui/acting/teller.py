"""Passing notes: what has come of something, at the top of the screen for a few seconds."""

from collections.abc import Sequence
from typing import Any

from textual.app import App

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
        clear_notes(self._app)

    def tell_all(self, notes: Sequence[Told], *, undoable: bool = False) -> None:
        """Show notes in the place of older ones; longer if what they tell of can be undone."""
        # They lie over what is at the top of the screen: one act's are enough.
        self.clear()
        for note in notes:
            level: Any = note.severity
            is_grave = note.severity != "information"
            timeout = _GRAVE if is_grave else _UNDOABLE if undoable else _PASSING
            self._app.notify(clean(note.text), severity=level, timeout=timeout, markup=False)


def are_notes_shown(app: App[Any]) -> bool:
    """Return whether there is a note to take away."""
    return any(screen.query("ToastHolder") for screen in app.screen_stack)


def clear_notes(app: App[Any]) -> None:
    """Take all notes away, those too that are on their way."""
    app.call_later(_clear, app)


def _clear(app: App[Any]) -> None:
    app.clear_notifications()
    # Textual leaves the place of a note that it takes away: others would come lower and lower.
    for screen in app.screen_stack:
        screen.query("ToastHolder").remove()
