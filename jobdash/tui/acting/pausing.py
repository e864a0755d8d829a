"""From the key `P` to a task that is paused or goes on: look, ask, write it down, tell."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.batch import Batch
from jobdash.errors import JobdashError
from jobdash.tui.acting.operations import read_pauses, set_batch_pause, set_pause
from jobdash.tui.acting.teller import Teller
from jobdash.tui.acting.undo import Done, Pause, Recent
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.looks.present import words
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen


class Pausing:
    """Its methods must run in one of the app's workers."""

    def __init__(self, app: App[Any], path: Path, recent: Recent, teller: Teller) -> None:
        self._app = app
        self._path = path
        self._recent = recent
        self._teller = teller
        # What is offered next depends on what is being written down.
        self._writing = asyncio.Lock()

    async def run(self, queue: str, task: str, batch: Batch | None = None) -> None:
        """Ask what to pause or resume, and do it."""
        try:
            with preparing(self._app):
                async with self._writing:
                    pauses = await asyncio.to_thread(read_pauses, self._path)
        except JobdashError as error:
            self._teller.tell(str(error), "error")
            return
        offers = _offers(queue, task, batch, pauses)
        choices = [_choice(key, offer) for key, offer in offers.items()]
        question = ChoiceScreen("Pause or resume", (), [LEAVE, *choices])
        key = await self._app.push_screen_wait(question)
        chosen = offers.get(key or "")
        if chosen is not None and await self.set(chosen):
            verb = "Paused" if chosen.paused else "Resumed"
            self._recent.add(Done(f"{verb} {_name(chosen)}", chosen))

    async def set(self, wanted: Pause) -> bool:
        """Do it and tell; return whether it made a difference."""
        paused = wanted.paused
        try:
            async with self._writing:
                changed = await asyncio.to_thread(self._write, wanted)
        except JobdashError as error:
            self._teller.tell(f"Nothing was changed: {error}", "error")
            return False
        name = _name(wanted)
        if not changed:
            state = "paused" if paused else "resumed"
            self._teller.tell(f"{name} was {state} already.", "warning")
        else:
            done = f"Paused {name}: running jobs go on." if paused else f"Resumed {name}."
            self._teller.tell(done)
        return changed

    def _write(self, wanted: Pause) -> bool:
        if wanted.batch is not None:
            return set_batch_pause(self._path, wanted.batch, paused=wanted.paused)
        return set_pause(self._path, wanted.queue, wanted.task, paused=wanted.paused)


def _offers(
    queue: str, task: str, batch: Batch | None, pauses: Sequence[tuple[str, str]]
) -> dict[str, Pause]:
    """Return what can be paused or resumed from here, by its key.

    That is what the cursor is on, and what is paused already, wherever that is.
    """
    offers = {}
    if batch is not None and batch.finished_at is None:
        offers["b"] = Pause(queue, "", batch.paused_at is None, batch)
    if task:
        offers["t"] = Pause(queue, task, (queue, task) not in pauses)
    offers["a"] = Pause(queue, "", (queue, "") not in pauses)
    others = [one for one in sorted(pauses) if one not in ((queue, task), (queue, ""))]
    offers |= {str(key): Pause(*one, False) for key, one in zip(range(1, 10), others, strict=False)}
    return offers


def _choice(key: str, offer: Pause) -> Choice:
    verb = "Pause" if offer.paused else "Resume"
    return Choice(key, f"{verb} {_name(offer)}", key)


def _name(pause: Pause) -> str:
    if pause.batch is not None:
        return f"batch {words(pause.batch.name)}"
    return words(pause.task) if pause.task else f"all of {words(pause.queue)}"
