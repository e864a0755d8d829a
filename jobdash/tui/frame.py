"""The frame around the places: header, tabs, notices, and the line of the keys."""

from collections.abc import Callable
from dataclasses import replace

from textual import events, messages, on
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from jobdash.text import shorten
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.questions import Head
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import HEAD
from jobdash.tui.filtering.filter_line import FilterLine
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key
from jobdash.tui.keyboard.keymap import Keymap
from jobdash.tui.options import DashboardOptions
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.places.jobs import JobsPlace
from jobdash.tui.places.making import JOB
from jobdash.tui.places.place import Place
from jobdash.tui.surroundings import LEAST_HEIGHT, LEAST_WIDTH
from jobdash.tui.widgets.ground import Ground
from jobdash.tui.widgets.header import Header
from jobdash.tui.widgets.key_line import KeyLine
from jobdash.tui.widgets.notice import Notice
from jobdash.tui.widgets.tabs import Tabs

# Cells for what u undoes, in the line of the keys, if the screen is that wide.
_LONGEST_UNDO, _ROOM_FOR_UNDO = 26, 110
_OF_MARKS = frozenset({keys.UNDO, keys.UNMARK, keys.MARK})


class Frame(Screen[None]):
    """Shows one place at a time: `place`."""

    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (LEAST_WIDTH, "-fits")]
    # Who has the focus draws that itself: no reason to paint the whole screen again.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_HEIGHT, "-short"), (30, "-tall")]

    def __init__(
        self, options: DashboardOptions, feed: Feed, banner: Callable[[Head | None], str]
    ) -> None:
        super().__init__()
        self._banner = banner
        self._options = options
        self._keymap = Keymap(options.keys)
        self.is_frozen = False
        # What the header shows since, and of when that is.
        self._frozen: tuple[Snapshot, int] | None = None
        self._feed = feed
        self.jobs = JobsPlace(feed, options.queue)
        self.place: Place = self.jobs
        # Out of view with all that is in it: what is added there is not painted.
        self.elsewhere = Ground(id="elsewhere")
        self.elsewhere.display = False
        self._header = Header(options.database.name, options.queue, is_copy=options.is_copy)
        self._tabs = Tabs(options.note)
        self._notice = Notice()
        self._key_line = KeyLine(self._keymap.shown_in_line, "keys")
        self._came_from: Place = self.jobs
        self._undoes = ""

    def compose(self) -> ComposeResult:
        """Make the frame and the places."""
        yield self._header
        yield self._tabs
        yield self._notice
        yield self.jobs
        yield self.elsewhere
        yield self._key_line
        yield Static(
            f"jobdash needs {LEAST_WIDTH}x{LEAST_HEIGHT} cells: make the terminal larger"
            f" ({self._keymap.shown(keys.QUIT)} quits)",
            id="too-small",
            markup=False,
        )

    @property
    def has_way_back(self) -> bool:
        """Whether one has come to the place from another that is gone back to."""
        return self._shows_job

    @property
    def _shows_job(self) -> bool:
        return self.place.id == JOB

    @property
    def is_too_small(self) -> bool:
        """Whether there is no room for anything but that it is too small."""
        return self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT

    def on_mount(self) -> None:
        """Show what has been read while the screen was made."""
        self.place.arrive()
        self.take()

    # -- showing ---------------------------------------------------------------------------------

    def take(self) -> None:
        """Show the newest snapshot; a frozen display shows only what was asked for since."""
        if self.place.is_mounted and (not self.is_frozen or self.place.is_reading):
            if self._shows_job and self._came_from.has_neighbours:
                # One may go on in its list from here.
                self._came_from.take(self._feed.latest, self._options.clock())
            self.place.take(self._feed.latest, self._options.clock())
            self._draw_frame()
            self._show_hints()

    def show_undo(self, undoes: str) -> None:
        """Say with the keys what there is to take back."""
        if undoes != self._undoes:
            self._undoes = undoes
            self._show_hints()

    def tick(self) -> None:
        """A second has passed."""
        if not self.is_frozen:
            self.place.tick(self._options.clock())
        self._draw_frame()

    def _draw_frame(self) -> None:
        latest, now = self._feed.latest, self._options.clock()
        shown = self._came_from if self._shows_job else self.place
        seen, then = self._frozen or (latest, now)
        self._header.take(seen, then)
        self._tabs.take(shown.id or "", seen.value(HEAD))
        # What is the matter is told all the same.
        self._notice.take(latest.trouble, self._banner(latest.value(HEAD)))

    @on(Place.HintsChanged)
    def _hints_changed(self, event: Place.HintsChanged) -> None:
        event.stop()
        self._show_hints()

    @on(events.ScreenSuspend)
    @on(events.ScreenResume)
    @on(events.DescendantFocus)
    def _keys_go_elsewhere(self) -> None:
        self._show_hints()

    def _show_hints(self) -> None:
        if isinstance(self.app.screen, Overlay):
            self._key_line.take(self.app.screen.HINTS)
            return
        hints = self.place.hints()
        if isinstance(self.focused, Input):
            # Every other key is typed.
            self._key_line.take(hints)
            return
        if self._undoes and not self.place.has_marks:
            hints.insert(0, self._undo_hint())
        if self.place.has_marks:
            hints.insert(0, keys.UNMARK)
            # What the marks are for comes first.
            hints.sort(key=lambda key: not (key.operation or key in _OF_MARKS))
        way_out = keys.BACK if self.has_way_back else keys.LEAVE
        self._key_line.take(hints, (keys.HELP, way_out))

    def _undo_hint(self) -> Key:
        """Return the key with what it undoes, where that leaves room for other keys."""
        if self.size.width < _ROOM_FOR_UNDO:
            return keys.UNDO
        return replace(keys.UNDO, label=f"undo: {shorten(self._undoes, _LONGEST_UNDO)}")

    @on(KeyLine.Pressed)
    async def _press(self, event: KeyLine.Pressed) -> None:
        is_ours = event.key.action in {key.action for key in keys.EVERYWHERE}
        await self.app.run_action(event.key.action, self if is_ours else self._owner(event.key))

    def _owner(self, key: Key) -> DOMNode:
        """Return what a key acts on: what has the focus, or else something around it."""
        name = f"action_{key.action.partition('(')[0]}"
        around = self.focused.ancestors_with_self if self.focused else ()
        return next((node for node in around if hasattr(node, name)), self.place)

    @on(FilterLine.Done)
    def _typed(self) -> None:
        self._show_hints()

    def action_freeze(self) -> None:
        """Keep what is on the screen as it is, or let it go on."""
        self.is_frozen = not self.is_frozen
        self._frozen = (self._feed.latest, self._options.clock()) if self.is_frozen else None
        self._header.is_frozen = self.is_frozen
        self.take()
        self._draw_frame()

    def action_zoom(self) -> None:
        """Leave out what is not the place's main part, or show it again."""
        self.toggle_class("-zoomed")

    def action_read_again(self) -> None:
        """Read the file again now."""
        self._feed.read_again()

    def on_update(self, message: messages.Update) -> None:
        """Leave it to the layout to paint what is not in view yet, and comes there by it."""
        # Textual would look for it by a layout of its own.
        if message.widget not in self._compositor.visible_widgets:
            message.stop()
            message.prevent_default()

    def action_redraw(self) -> None:
        """Draw everything again."""
        self.refresh(repaint=True, layout=True)
