"""Cancelling a batch that somebody still fills: then nothing is added to it any more."""

import asyncio
from pathlib import Path
from typing import Any

from textual.app import App

from jobdash.batch import Batch
from jobdash.errors import JobdashError
from jobdash.text import format_count
from jobdash.tui.acting.operations import cancel_batch
from jobdash.tui.acting.teller import Teller
from jobdash.tui.looks.present import words
from jobdash.tui.looks.theme import WARN
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen


async def cancel_unfinished(app: App[Any], path: Path, batch: Batch, teller: Teller) -> None:
    """Ask, do it, and tell. Must run in one of the app's workers."""
    name = f"batch {words(batch.name)}"
    lines = (
        (("Its inputs are still being enqueued: no more of them are taken.", WARN),),
        (("What waits is cancelled, what runs is stopped. That cannot be undone.", WARN),),
    )
    left = batch.counts.total - batch.counts.ended
    choices = (LEAVE, Choice("y", f"Cancel it, with {format_count(left)} jobs", "cancel"))
    if not await app.push_screen_wait(ChoiceScreen(f"Cancel {name}?", lines, choices)):
        return
    try:
        changed = await asyncio.to_thread(cancel_batch, path, batch)
    except JobdashError as error:
        teller.tell(f"Nothing was changed: {error}", "error")
        return
    told = "Cancelled" if changed else "Somebody else has cancelled"
    teller.tell(f"{told} {name}.")
