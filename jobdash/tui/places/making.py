"""Places are made when one first goes there, or before that while nobody asks for anything."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module

from jobdash.tui.asking.feed import Feed
from jobdash.tui.looks.long_text import learn_colours
from jobdash.tui.place_table import PLACES
from jobdash.tui.places.place import Place

JOB = "job"
# Where a place is made: its module and its class. The view of a job is what one opens first.
_MAKERS = {JOB: ("job", "JobPlace")} | {place.name: (place.module, place.maker) for place in PLACES}
# After the first paint, and between two places: keys come first.
_AFTER, _REST = 0.5, 0.05


class Places:
    """Owns the places; `add` takes one into the screen, out of view."""

    def __init__(
        self, first: Place, feed: Feed, queue: str | None, add: Callable[[Place], Awaitable[None]]
    ) -> None:
        self._made = {first.id: first}
        self._feed = feed
        self._queue = queue
        self._add = add
        self._making = asyncio.Lock()

    async def named(self, name: str) -> Place:
        """Return a place; it is made if it is not there."""
        async with self._making:
            if name not in self._made:
                place = self._make(name)
                place.display = False
                await self._add(place)
                self._made[name] = place
        return self._made[name]

    async def make_ahead(self) -> None:
        """Make all that are missing: to go to a place for the first time costs no more then."""
        await asyncio.sleep(_AFTER)
        for name, (module, _) in _MAKERS.items():
            # In a thread, so that keys need not wait for the disk.
            await asyncio.to_thread(import_module, _path(module))
            await self.named(name)
            await asyncio.sleep(_REST)
        await asyncio.to_thread(learn_colours)

    def _make(self, name: str) -> Place:
        module, maker = _MAKERS[name]
        place: Place = getattr(import_module(_path(module)), maker)(self._feed, self._queue)
        return place


def _path(module: str) -> str:
    return f"jobdash.tui.places.{module}"
