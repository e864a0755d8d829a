"""From a key to a task whose next runs have a fault on purpose: ask, write it down, tell."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.errors import JobdashError
from jobdash.fault import Fault
from jobdash.tui.acting.operations import DEADLINE
from jobdash.tui.acting.teller import Teller
from jobdash.tui.clock import now_us
from jobdash.tui.looks.present import words
from jobdash.tui.looks.theme import SOFT
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen

_OFF = "off"
_CHOICES = (
    LEAVE,
    Choice("r", "Raise: it fails", Fault.RAISE),
    Choice("h", "Hang: until it is stopped", Fault.HANG),
    Choice("k", "Kill: its worker dies", Fault.KILL, heavy=True),
    Choice("t", "Twice: it is delivered a second time", Fault.TWICE),
    Choice("o", "Off: nothing on purpose any more", _OFF),
)
_COUNTS = (
    Choice("1", "The next run", "1"),
    *(Choice(str(count)[-1], f"The next {count} runs", str(count)) for count in (2, 3, 5, 10)),
)


class Arming:
    """Its methods must run in one of the app's workers."""

    def __init__(self, app: App[Any], path: Path, teller: Teller) -> None:
        self._app = app
        self._path = path
        self._teller = teller

    async def run(self, queue: str, task: str) -> None:
        """Ask what the next runs of a task shall do, and write it down."""
        about = ((("On purpose, to see what becomes of its jobs.", SOFT),),)
        asking = ChoiceScreen(f"Chaos: the next runs of {words(task)}", about, _CHOICES)
        chosen = await self._app.push_screen_wait(asking)
        count = await self._count(chosen, words(task)) if chosen else 0
        if not chosen or not count:
            return
        try:
            changed = await asyncio.to_thread(set_fault, self._path, queue, task, chosen, count)
        except JobdashError as error:
            self._teller.tell(f"Nothing was changed: {error}", "error")
            return
        if changed:
            self._teller.tell(_outcome(words(task), chosen, count))
        else:
            self._teller.tell(f"Nothing was armed for {words(task)}.", "warning")

    async def _count(self, chosen: str, task: str) -> int:
        """Ask how many runs shall have the fault; return 0 if none shall."""
        if chosen == _OFF:
            return 1
        asking = ChoiceScreen(f"Chaos: {chosen}, how many runs of {task}?", (), _COUNTS)
        return int(await self._app.push_screen_wait(asking) or 0)


def set_fault(path: Path, queue: str, task: str, chosen: str, count: int) -> bool:
    """Arm a fault for the next runs, or take it off; return whether it made a difference."""
    # Imported at its first use, as all that writes is.
    from jobdash.control.chaos import ChaosControl

    with closing(ChaosControl(path, deadline=DEADLINE)) as control:
        if chosen == _OFF:
            return bool(control.disarm(queue, task, now_us()))
        control.arm(queue, task, chosen, count, now_us())
    return True


def _outcome(task: str, chosen: str, count: int) -> str:
    if chosen == _OFF:
        return f"{task}: no chaos any more."
    runs = "The next run" if count == 1 else f"Each of the next {count} runs"
    return f"{runs} of {task} {Fault(chosen).words}."
