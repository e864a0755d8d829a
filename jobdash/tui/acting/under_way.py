"""The acts on many jobs that go on in threads: each with a line on the screen if it takes long."""

import asyncio
from typing import Any

from textual.app import App

from jobdash.tui.acting.bulk import Bulk
from jobdash.tui.acting.bulk_line import BulkLine

_TILL_SHOWN, _TILL_NEXT = 0.3, 0.2


class UnderWay:
    """Runs bulks and can end them. `run` must be called in one of the app's workers."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._bulks: list[Bulk] = []

    async def run(self, bulk: Bulk) -> None:
        """Do it in a thread, and show how far it is if it takes long."""
        thread = asyncio.ensure_future(asyncio.to_thread(bulk.run))
        self._bulks.append(bulk)
        try:
            await self._watch(bulk, thread)
        finally:
            bulk.stop()
            self._bulks.remove(bulk)

    async def _watch(self, bulk: Bulk, thread: asyncio.Future[None]) -> None:
        line: BulkLine | None = None
        patience = _TILL_SHOWN
        try:
            while not (await asyncio.wait({thread}, timeout=patience))[0]:
                patience = _TILL_NEXT
                if line is None:
                    line = BulkLine(bulk)
                    await self._app.screen_stack[0].mount(line, before="#keys")
                line.tell()
            await thread
        finally:
            if line is not None:
                line.remove()

    def stop_all(self) -> None:
        """Let nothing go any further: the dashboard ends."""
        for bulk in self._bulks:
            bulk.stop()
