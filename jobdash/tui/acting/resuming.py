"""Letting tasks go on that a breaker has paused."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.errors import JobdashError
from jobdash.report.watched import Broken
from jobdash.text import shorten
from jobdash.tui.acting.operations import read_broken
from jobdash.tui.acting.teller import Teller
from jobdash.tui.keyboard.typed_ahead import preparing
from jobdash.tui.looks.present import words
from jobdash.tui.looks.theme import INK
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen

_ALL = "all"
_MOST = 9
_LONGEST = 70


async def choose_broken(app: App[Any], path: Path, teller: Teller) -> Sequence[Broken]:
    """Return the tasks that are to go on: the only one, or those that somebody chooses."""
    try:
        with preparing(app):
            broken = await asyncio.to_thread(read_broken, path)
    except JobdashError as error:
        teller.tell(str(error), "error")
        return ()
    if not broken:
        teller.tell("No breaker has paused a task.", "warning")
    if len(broken) < 2:
        return broken
    return await _asked(app, broken)


async def _asked(app: App[Any], broken: Sequence[Broken]) -> Sequence[Broken]:
    shown = broken[:_MOST]
    lines = [((shorten(words(f"{one.task}: {one.why}"), _LONGEST), INK),) for one in shown]
    choices = [
        LEAVE,
        Choice("a", f"Let all {len(broken)} go on", _ALL),
        *(
            Choice(str(number), f"Only {words(one.task)}", str(number))
            for number, one in enumerate(shown, 1)
        ),
    ]
    screen = ChoiceScreen("Which paused task is to go on?", lines, choices)
    chosen = await app.push_screen_wait(screen)
    if chosen == _ALL:
        return broken
    return [shown[int(chosen) - 1]] if chosen else ()
