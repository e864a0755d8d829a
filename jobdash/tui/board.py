"""The one screen of the dashboard, and the keys that work everywhere on it."""

from typing import ClassVar

from textual import events, work
from textual.binding import BindingType

from jobdash.tui import commands
from jobdash.tui.commands import Command
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.overlays.pick import Offer, PickScreen
from jobdash.tui.place_table import PLACES
from jobdash.tui.places.place import Place
from jobdash.tui.ways import Ways

# Keys without a sign of their own that one presses to have something done.
_PLAIN_KEYS = frozenset({"enter", "delete", "backspace", "insert"})


class Board(Ways):
    """Offers keys and commands, and hands on what the app does."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.EVERYWHERE))

    @property
    def _keys_here(self) -> tuple[Key, ...]:
        return (*self.place.KEYS, *(keys.STATES if self.place is self.jobs else ()))

    def on_key(self, event: events.Key) -> None:
        """Say so if a key does nothing here: silence would look like a fault."""
        is_one_for_acts = event.is_printable or event.key in _PLAIN_KEYS
        if is_one_for_acts and event.key not in self.active_bindings:
            name = event.character if event.is_printable and event.key != "space" else event.key
            more = self._keymap.shown(keys.HELP)
            self.post_message(Place.DidNothing(f"{name} does nothing here; {more} lists the keys."))

    @work
    async def action_help(self) -> None:
        """Show the keys; the chosen one is pressed if it works here."""
        found = commands.all_keys(self._title, self._keys_here, self._keymap)
        await self._choose(commands.help_offer(found))

    @work
    async def action_palette(self) -> None:
        """Offer every command by its name."""
        found = commands.commands_here(self._title, self._keys_here, self._keymap)
        await self._choose(commands.palette_offer(found))

    async def _choose(self, offer: Offer[Command]) -> None:
        chosen = await self.app.push_screen_wait(PickScreen(offer))
        if chosen is None:
            return
        if chosen.action.startswith("app."):
            await self.app.run_action(chosen.action)
        elif chosen.action in {key.action for key in self._keys_here}:
            await self.app.run_action(chosen.action, self.place)
        elif chosen.action in {key.action for key in keys.EVERYWHERE}:
            await self.app.run_action(chosen.action, self)

    @property
    def _title(self) -> str:
        return next((one.title.lower() for one in PLACES if one.name == self.place.id), "job")

    async def action_theme(self) -> None:
        """Choose the colours."""
        await self.app.run_action("theme")

    async def action_new(self) -> None:
        """Enqueue a job."""
        await self.app.run_action("new")

    async def action_open_new(self) -> None:
        """Open the job that was enqueued last."""
        await self.app.run_action("open_new")

    async def action_undo(self) -> None:
        """Take the last act back, or all marks away."""
        await self.app.run_action("undo")

    async def action_resume_broken(self) -> None:
        """Let a task go on that its breaker has paused."""
        await self.app.run_action("resume_broken")

    async def action_pause(self) -> None:
        """Pause or resume."""
        await self.app.run_action("pause")

    async def action_export(self) -> None:
        """Take a copy of everything."""
        await self.app.run_action("export")
